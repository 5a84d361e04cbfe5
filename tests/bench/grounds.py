"""Where it is measured: houses on copies of the demo street, the bare server, and the processes that drive the load."""

from __future__ import annotations

import itertools
import json
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any

import requests

from tests.house import ROOT, House, free_port
from tests.servers import Postgres


class Driver:
    """The process that holds the lines to one server."""

    def __init__(self, port: int) -> None:
        command = [sys.executable, "-m", "tests.bench.driver", str(port)]
        self.process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, do: str, **asked: Any) -> dict[str, Any]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"do": do, **asked}) + "\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.process.stdout.readline() or "{}")
        assert answer, "the driver of the load has ended"
        return answer

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()


class Served:
    """A server with its driver."""

    def __init__(self, port: int, master: int) -> None:
        self.port, self.master, self.driver = port, master, Driver(port)

    @property
    def worker(self) -> int:
        """The process that does the work; gunicorn's master only watches it."""
        return int(Path(f"/proc/{self.master}/task/{self.master}/children").read_text().split()[0])

    def memory(self) -> float:
        """What the worker takes of the machine's memory, in KB: its own pages and its share of the common ones."""
        found = re.search(r"^Pss:\s+(\d+) kB", Path(f"/proc/{self.worker}/smaps_rollup").read_text(), re.MULTILINE)
        assert found is not None
        return float(found[1])


class Bare(Served):
    """The yardstick's server."""

    def __init__(self, folder: Path) -> None:
        port = free_port()
        folder.mkdir(parents=True, exist_ok=True)
        options = ["-k", "gevent", "-w", "1", "-b", f"127.0.0.1:{port}", "--worker-connections", "5000", "--no-control-socket"]
        with (folder / "bare.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "gunicorn", *options, "tests.bench.bare:app"], cwd=ROOT, stdout=log, stderr=log
            )
        deadline = time.monotonic() + 30
        while not _ready(port):
            assert time.monotonic() < deadline, (folder / "bare.log").read_text()
            time.sleep(0.1)
        super().__init__(port, self.process.pid)

    def close(self) -> None:
        self.driver.close()
        self.process.terminate()
        self.process.wait()


def _ready(port: int) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}/readyz", timeout=2).ok
    except requests.ConnectionError:
        return False


def prepared(house: House, do: str, **asked: Any) -> dict[str, Any]:
    """Have something done to a house's database, by a process of its own with the house's environment."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.preparing"], cwd=ROOT, env=house.environ, input=json.dumps({"do": do, **asked}),
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


class Home(Served):
    """A served house, its cast on duty."""

    def __init__(self, house: House, past: int = 0) -> None:
        self.house = house
        self.cast = prepared(house, "cast")
        if past:
            prepared(house, "past", many=past)
        house.start()
        assert house.process is not None
        super().__init__(house.port, house.process.pid)

    def prepare(self, do: str, **asked: Any) -> dict[str, Any]:
        """Have something done to the database."""
        return prepared(self.house, do, **asked)

    def close(self) -> None:
        self.driver.close()
        self.house.kill()


class Grounds:
    """Everything that was opened, closed together at the end."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.numbers = folder, itertools.count()
        self.opened: list[Bare | Home] = []
        self.postgres: Postgres | None = None
        self.street = folder / "street"
        house = House(self.street)
        house.flask("db", "upgrade")
        house.flask("demo", "load")

    def bare(self) -> Bare:
        server = Bare(self.folder / "bare")
        self.opened.append(server)
        return server

    def home(self, past: int = 0, *, postgresql: bool = False) -> Home:
        """A house on a copy of the demo street, served, with so many orders of years gone by."""
        home = Home(self.house(postgresql=postgresql), past)
        self.opened.append(home)
        return home

    def house(self, *, postgresql: bool = False) -> House:
        """A copy of the demo street that nobody serves."""
        folder = self.folder / f"house{next(self.numbers)}"
        shutil.copytree(self.street, folder)
        more = {}
        if postgresql:
            self.postgres = self.postgres or Postgres().start()
            more["database_url"] = self.postgres.database(folder.name)
        house = House(folder, **more)
        if postgresql:
            house.flask("db", "upgrade")
            house.flask("demo", "load")
        return house

    def close(self, *only: Bare | Home) -> None:
        for server in only or tuple(self.opened):
            server.close()
            self.opened.remove(server)

    def __enter__(self) -> Grounds:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()
        if self.postgres:
            self.postgres.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
