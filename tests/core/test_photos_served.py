"""Photos at the door of a served house: nobody else waits for them, the server does not grow, and nothing of them lies about."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.conftest import NewHouse
from tests.core.looking import bare
from tests.core.photo_corpus import CANARY, EITHER, NONE, PHOTOS, everything, saved, scene
from tests.house import Caller, House

# What takes longer than a habit should: `make test` runs it, `make check` does not.
pytestmark = pytest.mark.slow
MB = 1024 * 1024


def answered(asked: Callable[[], bool], what: str) -> None:
    """Wait until it is so."""
    deadline = time.monotonic() + 60
    while not asked():
        assert time.monotonic() < deadline, what
        time.sleep(0.002)


class Served:
    """A house in which courier1 stands at her door with the goods."""

    def __init__(self, house: House) -> None:
        self.house = house
        tokens = house.tokens(["courier1", "clerk"])
        self.courier, self.clerk = (Caller(house.url, tokens[login]) for login in ("courier1", "clerk"))
        self.order = next(item["id"] for item in self.courier.get("/orders", status="open").json()["items"] if item["slots"] == 1)
        for verb in ("claim", "pick-up"):
            assert self.courier.post(f"/orders/{self.order}/{verb}", key=str(uuid.uuid4())).status_code == 200

    def deliver(self, photo: bytes, **said: str) -> requests.Response:
        """With a photo. `epoch="0"`: too late, but that is found only when the photo has been made."""
        with requests.Session() as line:
            return line.post(
                f"{self.house.url}/api/v1/orders/{self.order}/deliver",
                files={"photo": ("photo.jpg", photo), "reason": (None, "在睡觉"), **{name: (None, value) for name, value in said.items()}},
                headers={**self.courier.http.headers, "Idempotency-Key": str(uuid.uuid4())},
                timeout=120,
            )

    def files(self) -> list[Path]:
        return [path for path in (self.house.folder / "photos").rglob("*") if path.is_file()]

    def processes(self) -> list[int]:
        """The server's own, gunicorn and its worker."""
        assert self.house.process is not None
        group = self.house.process.pid
        return [group, *(pid for pid in children_of(group))]

    def photo_children(self) -> list[int]:
        return [pid for server in self.processes() for pid in children_of(server) if b"photo_child" in told(pid, "cmdline")]


def told(pid: int, what: str) -> bytes:
    """What the system tells of a process; nothing of one that is gone."""
    try:
        return Path(f"/proc/{pid}/{what}").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


def children_of(pid: int) -> list[int]:
    return [int(child) for task in Path(f"/proc/{pid}/task").glob("*") for child in told(pid, f"task/{task.name}/children").split()]


def memory(pids: list[int]) -> int:
    """What they hold in memory together, in bytes."""
    lines = [line for pid in pids for line in told(pid, "status").splitlines() if line.startswith(b"VmRSS")]
    return sum(int(line.split()[1]) * 1024 for line in lines)


@pytest.fixture
def served(new_house: NewHouse, tmp_path: Path) -> Iterator[Served]:
    """Whatever is written for a while is written into a folder of our own, where it can be found."""
    (tmp_path / "while").mkdir()
    house = new_house(TMPDIR=str(tmp_path / "while"), SECRET_KEY="0123456789abcdef" * 4).start()
    open_door = Served(house)
    yield open_door
    open_door.courier.close()
    open_door.clerk.close()


def test_a_delivered_photo_is_bare_when_it_is_looked_at(served: Served) -> None:
    assert served.deliver(everything("JPEG")).status_code == 200
    shown = requests.get(f"{served.house.url}/orders/{served.order}/photo", headers=dict(served.clerk.http.headers), timeout=30)
    assert shown.status_code == 200
    assert bare(shown.content)
    (file,) = served.files()
    (served.house.folder / "photos" / "locked").mkdir()
    file.rename(file.parent / "locked" / file.name)
    gone = requests.get(f"{served.house.url}/orders/{served.order}/photo", headers=dict(served.clerk.http.headers), timeout=30)
    assert gone.status_code == 404


@pytest.mark.parametrize(
    ("then", "expected"),
    [
        (signal.SIGCONT, (409, "too_late", None, None)),
        (signal.SIGKILL, (422, "invalid", "photo", "damaged")),
        (None, (422, "invalid", "photo", "too_slow")),
    ],
    ids=["goes-on", "is-killed", "never-goes-on"],
)
def test_while_a_child_stands_still_everybody_else_is_served_and_nothing_of_the_photo_has_a_name(
    served: Served, then: signal.Signals | None, expected: tuple[Any, ...]
) -> None:
    """A photo with a canary in it, in so large a file that a form's file goes to disk."""
    photo = saved(scene((3000, 2000)), "JPEG", quality=95, comment=CANARY * 1000)
    photo += CANARY * 200_000
    with ThreadPoolExecutor(1) as sender:
        answer = sender.submit(served.deliver, photo, epoch="0")
        held: list[int] = []

        def stopped() -> bool:
            held[:] = served.photo_children()
            for pid in held:
                os.kill(pid, signal.SIGSTOP)
            return bool(held) or answer.done()

        answered(stopped, "no child has come")
        assert held, answer.result().text
        for _ in range(5):
            assert requests.get(f"{served.house.url}/readyz", timeout=30).status_code == 200
        assert served.clerk.get(f"/orders/{served.order}").json()["status"] == "picked_up"
        assert not answer.done()
        lying = [
            path for folder in (served.house.folder, Path(served.house.environ["TMPDIR"])) for path in folder.rglob("*") if path.is_file()
        ]
        assert [path for path in lying if CANARY in path.read_bytes()] == []
        assert [b"SECRET_KEY" in told(pid, "environ") for pid in (served.processes()[0], held[0])] == [True, False]
        if then:
            os.kill(held[0], then)
        said = answer.result(60)
    told_why = (said.status_code, said.json()["code"], said.json().get("field"), said.json().get("reason"))
    assert told_why == expected
    assert served.files() == []


def test_the_server_grows_by_no_more_than_64_mb_whatever_is_sent_to_it(served: Served) -> None:
    """The whole corpus, eight at a time, full uploads and one of 200 MB among them; and nothing of it is left."""
    for _ in range(3):
        assert served.deliver(saved(scene(), "JPEG"), epoch="0").status_code == 409
    # Random bytes behind a picture: as large as may be, and read to their end.
    full = saved(scene((3000, 2000)), "JPEG").ljust(8 * MB, b"\1")
    cases = [(name, make(), ("",)) for name, make in PHOTOS] + [(name, make(), (reason,)) for name, make, reason in NONE]
    cases += [(name, make(), ("", "damaged", "too_slow")) for name, make in EITHER] + [("full", full, ("",))] * 16
    own, most, over = served.processes(), [0], threading.Event()
    before = memory(own)

    def watch() -> None:
        while not over.wait(0.01):
            most[0] = max(most[0], memory(own))

    def send(case: tuple[str, bytes, tuple[str, ...]]) -> tuple[str, bool]:
        name, data, expected = case
        said = served.deliver(data, epoch="0")
        body = said.json()
        reason = "" if (said.status_code, body["code"]) == (409, "too_late") else body.get("reason", f"{said.status_code} {body}")
        return f"{name}: {reason}", reason in expected

    watcher = threading.Thread(target=watch)
    watcher.start()
    with ThreadPoolExecutor(8) as senders:
        said = list(senders.map(send, cases))
        assert too_large(served, chunked=False) == too_large(served, chunked=True) == "413"
    over.set()
    watcher.join()
    assert [name for name, right in said if not right] == []
    assert most[0] > 0
    assert most[0] - before <= 64 * MB, f"{(most[0] - before) / MB:.0f} MB"
    assert served.files() == []
    assert served.photo_children() == []
    assert served.clerk.get(f"/orders/{served.order}").json()["status"] == "picked_up"


def too_large(served: Served, *, chunked: bool) -> str:
    """Send 200 MB, in one or in chunks, and go on until the house has had enough; its answer's status."""
    start = b'--b\r\nContent-Disposition: form-data; name="photo"; filename="a.jpg"\r\n\r\n'
    length = b"Transfer-Encoding: chunked" if chunked else b"Content-Length: 200000000"
    head = f"POST /api/v1/orders/{served.order}/deliver HTTP/1.1\r\nHost: x\r\n".encode()
    head += f"Authorization: {served.courier.http.headers['Authorization']}\r\nIdempotency-Key: {uuid.uuid4()}\r\n".encode()
    head += b"Content-Type: multipart/form-data; boundary=b\r\n" + length + b"\r\n\r\n"
    part = b"\xff\xd8" * 500_000
    with socket.create_connection(("127.0.0.1", served.house.port), timeout=60) as line:
        line.sendall(head + (b"%x\r\n%b\r\n" % (len(start), start) if chunked else start))
        try:
            for _ in range(200):
                line.sendall(b"%x\r\n%b\r\n" % (len(part), part) if chunked else part)
        except (BrokenPipeError, ConnectionResetError):
            return "413" if chunked else "cut off"
        return line.recv(12).decode()[9:12]
