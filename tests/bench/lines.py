"""A Socket.IO line with nothing around it, so that what drives the load is never what is slow."""

from __future__ import annotations

import base64
import json
import os
import socket
import zlib
from collections.abc import Iterator
from typing import Any

#: Ends every deflated message (RFC 7692); the sender leaves it out.
DEFLATE_TAIL = b"\x00\x00\xff\xff"
DEFLATED = 0x40


def frame(payload: bytes) -> bytes:
    """A client's text frame. Its mask is all zeros, which leaves the payload as it is."""
    size = len(payload)
    header = bytes([0x81, 0x80 | size]) if size < 126 else b"\x81\xfe" + size.to_bytes(2, "big")
    return header + bytes(4) + payload


class Line:
    """One connected client."""

    def __init__(self, port: int, token: str | None, *, deflate: bool = False) -> None:
        """Connect and be let in.

        Args:
            port: where, on this machine.
            token: whose line it is.
            deflate: offer compression, as every browser does.
        """
        self.heard, self.buffer, self.inflate = 0, bytearray(), zlib.decompressobj(wbits=-15)
        self.sock = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        headers = [
            "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1", f"Host: 127.0.0.1:{port}", "Connection: Upgrade", "Upgrade: websocket",
            f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}", "Sec-WebSocket-Version: 13",
            *(["Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits"] if deflate else []), "", "",
        ]  # fmt: skip
        self.sock.sendall("\r\n".join(headers).encode())
        while b"\r\n\r\n" not in self.buffer:
            self._receive()
        head, _, rest = bytes(self.buffer).partition(b"\r\n\r\n")
        if b" 101 " not in head.split(b"\r\n")[0]:
            raise ConnectionError(head.decode(errors="replace"))
        self.buffer = bytearray(rest)
        self.send(b"40" + (json.dumps({"token": token}).encode() if token else b""))
        while not any(payload.startswith(b"40") for payload in self.payloads()):
            self._receive()
        self.sock.setblocking(False)

    def send(self, payload: bytes) -> None:
        self.sock.sendall(frame(payload))

    def say(self, event: str, data: Any) -> None:
        """A command; its acknowledgement comes as a payload that begins with 43."""
        self.send(b"420" + json.dumps([event, data]).encode())

    def read(self) -> Iterator[bytes]:
        """What has come since, but for pings, which are answered."""
        try:
            while self._receive() == 65536:
                pass
        except BlockingIOError:
            pass
        yield from self.payloads()

    def payloads(self) -> Iterator[bytes]:
        """The whole messages in the buffer. A server's frames are neither masked nor split here."""
        buffer, at = self.buffer, 0
        while len(buffer) >= at + 2:
            size, start = buffer[at + 1], at + 2
            if size >= 126:
                wide = 2 if size == 126 else 8
                size, start = int.from_bytes(buffer[start : start + wide], "big"), start + wide
            if len(buffer) < start + size:
                break
            payload = bytes(buffer[start : start + size])
            if buffer[at] & DEFLATED:
                payload = self.inflate.decompress(payload + DEFLATE_TAIL)
            at = start + size
            if payload == b"2":
                self.send(b"3")
            else:
                yield payload
        del buffer[:at]

    def _receive(self) -> int:
        data = self.sock.recv(65536)
        if not data:
            raise ConnectionError("the server hung up")
        self.buffer += data
        return len(data)
