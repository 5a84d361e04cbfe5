"""A robot's door: a real server that takes what is said, and answers as it is told to."""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.house import free_port


class Door:
    """Every message that came, and what the next ones are answered."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self.paths: list[str] = []
        self.status, self.body, self.location = 200, b"{}", ""
        #: Answered only when it is let go.
        self.hold = threading.Event()
        self.hold.set()
        door = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                said = self.rfile.read(int(self.headers["Content-Length"]))
                door.paths.append(self.path)
                door.messages.append(json.loads(said))
                door.hold.wait(60)
                try:
                    self.send_response(door.status)
                    if door.location:
                        self.send_header("Location", door.location)
                    self.send_header("Content-Length", str(len(door.body)))
                    self.end_headers()
                    self.wfile.write(door.body)
                except OSError:
                    self.close_connection = True

            def log_message(self, format: str, *arguments: Any) -> None:
                return

        self.port = free_port()
        self.server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    def lines(self) -> list[str]:
        """Everything that was said, line by line."""
        return [line for message in self.messages for line in message["message"].splitlines()]

    def wait_for(self, count: int) -> None:
        deadline = time.monotonic() + 60
        while len(self.messages) < count:
            assert time.monotonic() < deadline, f"{len(self.messages)} of {count} came"
            time.sleep(0.05)

    def close(self) -> None:
        self.hold.set()
        self.server.shutdown()
        self.server.server_close()
