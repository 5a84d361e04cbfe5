"""The line itself: a WebSocket that refuses a frame before it is read whole, and sends a frame whole or not at all."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import gevent.event
import gevent.selectors
import simple_websocket
from engineio.async_drivers.gevent import Thread

#: The largest frame that is accepted, in bytes.
FRAME_MOST = 64 * 1024


@lru_cache(maxsize=4)  # what is said to a whole room is put into a frame once, not once for each browser
def frame(message: str | bytes) -> bytes:
    """A message as a server's frame: whole, unmasked (RFC 6455 §5.2)."""
    payload = message.encode() if isinstance(message, str) else message
    opcode, size = (0x81 if isinstance(message, str) else 0x82), len(payload)
    if size < 126:
        return bytes([opcode, size]) + payload
    return bytes([opcode, 126]) + size.to_bytes(2) + payload if size < 65_536 else bytes([opcode, 127]) + size.to_bytes(8) + payload


class CappedWebSocket:
    """What python-engineio expects of a WebSocket, on simple-websocket.

    python-engineio looks at a frame's length after it has been read, by which time an unauthenticated stranger has had
    its bytes in our memory; simple-websocket counts while it reads. And simple-websocket's own `send` trusts one
    system call to take the whole frame, which a slow phone's line does not.
    """

    def __init__(self, handler: Any, server: Any) -> None:
        self.handler = handler

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        self.line = simple_websocket.Server(
            environ,
            max_message_size=FRAME_MOST,
            thread_class=Thread,
            event_class=gevent.event.Event,
            selector_class=gevent.selectors.DefaultSelector,
        )
        self.handler(self)
        # gunicorn must not write an HTTP answer onto what was a WebSocket.
        raise StopIteration()

    def close(self) -> None:
        """Say goodbye, if the other side is still there."""
        if self.line.connected:
            self.line.close()

    def send(self, message: str | bytes) -> None:
        """Send one message.

        Raises:
            OSError: the other side has gone.
        """
        if not self.line.connected:
            raise OSError("closed")
        self.line.sock.sendall(frame(message))

    def wait(self) -> str | bytes | None:
        """The next message; None when the line is closed."""
        try:
            message: str | bytes | None = self.line.receive()
            return message
        except simple_websocket.ConnectionClosed:
            return None
