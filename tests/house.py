"""A real house for tests: a database, a gunicorn with its gevent worker, clients with real Socket.IO lines."""

from __future__ import annotations

import itertools
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import requests
import socketio

ROOT = Path(__file__).resolve().parent.parent


#: Below the ports that the system gives to whoever calls out.
_LEAST, _MOST = 10_000, 32_000


def _numbers() -> Iterator[int]:
    """For each process of the tests a stretch of its own, as wide as their number allows; in it no two runs begin at the same place."""
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    mine = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    width = (_MOST - _LEAST) // workers
    first, begin = _LEAST + width * mine, os.getpid() * 37 % width
    return (first + (begin + n) % width for n in itertools.count())


_ports = _numbers()


def free_port() -> int:
    """A port that nobody listens on, and that no other test will be given."""
    for port in _ports:
        with socket.socket() as listener:
            try:
                listener.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("there is no end of numbers")


class House:
    """A served demo street of its own."""

    def __init__(
        self,
        folder: Path,
        database_url: str | None = None,
        redis_url: str | None = None,
        tokens: dict[str, str] | None = None,
        **more: str,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        #: Those that its street had already when it was copied.
        self.known = tokens or {}
        self.folder, self.port = folder, free_port()
        self.environ = {
            **os.environ,
            "DATA_DIR": str(folder),
            "DEMO": "1",
            "PREPARE": "1",
            "PORT": str(self.port),
            "PYTHONWARNINGS": "ignore",
            **more,
        }
        for name, value in (("DATABASE_URL", database_url), ("REDIS_URL", redis_url)):
            self.environ.pop(name, None)
            if value:
                self.environ[name] = value
        self.process: subprocess.Popen[bytes] | None = None
        self.log: IO[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def flask(self, *arguments: str) -> str:
        """Run a command of the product's; returns what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "flask", "--app", "wsgi", *arguments],
            cwd=ROOT, env=self.environ, capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def start(self) -> House:
        """Serve, and return when it is ready."""
        self.log = (self.folder / f"server-{self.port}.log").open("ab")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "-c", "dispatch/gunicorn.py", "wsgi:app"],
            cwd=ROOT,
            env=self.environ,
            stdout=self.log,
            stderr=self.log,
            start_new_session=True,
        )
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            assert self.process.poll() is None, self.said()
            try:
                if requests.get(f"{self.url}/readyz", timeout=2).status_code == 200:
                    return self
            except (requests.ConnectionError, requests.ReadTimeout):
                time.sleep(0.1)
        raise AssertionError("the house did not open: " + self.said())

    def said(self) -> str:
        """Everything that the server logged."""
        return "".join(path.read_text(errors="replace") for path in self.folder.glob("server-*.log"))

    def kill(self) -> None:
        """As a power cut would: no goodbye."""
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, 9)
            self.process.wait()
        if self.log:
            self.log.close()

    def token(self, login: str) -> str:
        """A bearer token for one of the cast."""
        if login in self.known:
            return self.known[login]
        return self.flask("people", "token", login).strip().splitlines()[-1]

    def tokens(self, logins: list[str]) -> dict[str, str]:
        """Many at once, in one process."""
        if self.known.keys() >= set(logins):
            return {login: self.known[login] for login in logins}
        script = (
            "from wsgi import app; import sys\n"
            "from dispatch.people.queries import person_by_login; from dispatch.people.signing_in import make_token\n"
            "from dispatch.core.unit_of_work import reading\n"
            "with app.app_context():\n"
            "    for login in sys.argv[1:]: print(login, make_token(person_by_login(reading(), login).id))"
        )
        done = subprocess.run(
            [sys.executable, "-c", script, *logins], cwd=ROOT, env=self.environ, capture_output=True, text=True, check=True
        )
        return dict(line.split() for line in done.stdout.splitlines())


class Caller:
    """Somebody of the cast who speaks to a house by HTTP and, if connected, by a Socket.IO line."""

    def __init__(self, url: str, token: str) -> None:
        self.url, self.bearer = url, token
        self.http = requests.Session()
        # A line of its own for each request: one that is kept may be closed by the house at the moment at which the next is sent.
        self.http.headers.update({"Authorization": f"Bearer {token}", "Connection": "close"})
        self.entries: list[dict[str, Any]] = []
        #: When each of them came, as seconds of the clock: a stream's number → moment.
        self.came_at: dict[tuple[str, int], float] = {}
        self.heard: list[tuple[str, Any]] = []
        self.line: socketio.Client | None = None

    def connect(self) -> Caller:
        """Open the line, or a new one, and listen."""
        self.hang_up()
        self.line = socketio.Client(reconnection=False)
        self.line.on("journal", self._take_in)
        for name in ("hello", "forget", "heads", "alert", "yours", "told"):
            self.line.on(name, lambda data, name=name: self.heard.append((name, data)))
        self.line.connect(self.url, auth={"token": self.bearer}, transports=["websocket"])
        return self

    def _take_in(self, entries: list[dict[str, Any]]) -> None:
        for entry in entries:
            self.came_at.setdefault((entry["station_id"], entry["seq"]), time.time())
        self.entries.extend(entries)

    def say(self, command: str, **data: Any) -> dict[str, Any]:
        """A command by the line; its acknowledgement."""
        assert self.line is not None
        answer: dict[str, Any] = self.line.call(command, data, timeout=30)
        return answer

    def get(self, path: str, **query: Any) -> requests.Response:
        return self.http.get(f"{self.url}/api/v1{path}", params=query, timeout=30)

    def post(self, path: str, body: Any = None, key: str | None = None) -> requests.Response:
        headers = {"Idempotency-Key": key} if key else {}
        return self.http.post(f"{self.url}/api/v1{path}", json=body or {}, headers=headers, timeout=30)

    def hang_up(self) -> None:
        """Close the line; one whose server has died still holds a socket of ours."""
        if self.line:
            held = self.line.eio.ws
            self.line.disconnect()
            if held:
                held.shutdown()

    def close(self) -> None:
        self.hang_up()
        self.http.close()
