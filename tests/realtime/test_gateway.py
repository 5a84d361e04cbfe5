"""The door for sockets on a bad day: strangers, giants, the deaf, and people who are not who they were."""

from __future__ import annotations

import json
import socket
import sqlite3
import struct
import threading
import time
import uuid
from collections import deque
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import requests
import websocket

from tests.house import Caller, House
from tests.realtime.conftest import Serve

pytestmark = pytest.mark.slow
STATION = "120116014"
MOST_GROWTH_KB = 64 * 1024


def worker_memory_kb(house: House) -> int:
    """The resident memory of the server's processes."""
    assert house.process is not None
    children = Path(f"/proc/{house.process.pid}/task/{house.process.pid}/children").read_text().split()
    lines = [line for pid in children for line in Path(f"/proc/{pid}/status").read_text().splitlines()]
    return sum(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


class Watch:
    """The highest memory while something goes on."""

    def __init__(self, house: House) -> None:
        self.house, self.before = house, worker_memory_kb(house)
        self.highest, self._on = self.before, True
        self._thread = threading.Thread(target=self._look)
        self._thread.start()

    def _look(self) -> None:
        while self._on:
            self.highest = max(self.highest, worker_memory_kb(self.house))
            time.sleep(0.02)

    def growth_kb(self) -> int:
        self._on = False
        self._thread.join()
        return self.highest - self.before


def upgraded(house: House, **headers: str) -> socket.socket:
    """A raw line that has become a WebSocket, with nothing said on it yet."""
    line = socket.create_connection(("127.0.0.1", house.port), timeout=20)
    more = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    line.sendall(
        f"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1:{house.port}\r\n"
        "Upgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n{more}\r\n".encode()
    )
    assert b" 101 " in line.recv(4096).split(b"\r\n", 1)[0]
    return line


def pump(line: socket.socket, size: int) -> int:
    """Send `size` bytes or as many as the other side takes; returns how many."""
    sent, block = 0, b"x" * 65536
    try:
        while sent < size:
            sent += line.send(block)
    except OSError:
        return sent
    return sent


def assert_the_house_works(clerk: Caller, courier: Caller, need: dict[str, Any]) -> None:
    order = clerk.post("/orders", need).json()["id"]
    assert courier.say("order.claim", order_id=order, key=str(uuid.uuid4()))["ok"]
    deadline = time.monotonic() + 60
    while not any(entry.get("data", {}).get("order_id") == order and entry["type"] == "order.claimed" for entry in courier.entries):
        assert time.monotonic() < deadline, "the live channel has stopped"
        time.sleep(0.02)


def test_a_strangers_frame_of_200_mb_costs_nothing_and_harms_nobody(serve: Serve, need: dict[str, Any]) -> None:
    house = serve("sqlite", ["clerk", "courier1"])
    clerk, courier = house["clerk"], house.line("courier1")
    watch = Watch(house.house)
    for _ in range(3):
        line = upgraded(house.house)
        line.sendall(b"\x81\xff" + struct.pack("!Q", 200 * 1024 * 1024) + b"\0\0\0\0")
        assert pump(line, 200 * 1024 * 1024) < 200 * 1024 * 1024
        line.close()
    # In pieces, none of them large, it is the same giant.
    line = upgraded(house.house)
    pieces = (bytes([0x01 if n == 0 else 0x00, 0x80 | 126]) + struct.pack("!H", 50_000) + b"\0\0\0\0" + b"x" * 50_000 for n in range(4000))
    with pytest.raises((ConnectionResetError, BrokenPipeError)):
        deque(map(line.sendall, pieces))
    line.close()
    assert_the_house_works(clerk, courier, need)
    assert watch.growth_kb() <= MOST_GROWTH_KB


def test_a_body_of_200_mb_is_refused_by_its_size(serve: Serve, need: dict[str, Any]) -> None:
    house = serve("sqlite", ["clerk", "courier1"])
    watch = Watch(house.house)
    line = socket.create_connection(("127.0.0.1", house.house.port), timeout=20)
    line.sendall(
        f"POST /api/v1/orders HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {200 * 2**20}\r\n\r\n".encode()
    )
    pump(line, 200 * 2**20)
    line.close()
    assert_the_house_works(house["clerk"], house.line("courier1"), need)
    assert watch.growth_kb() <= MOST_GROWTH_KB


def test_a_client_that_never_reads_is_cut_off_and_harms_nobody(serve: Serve, need: dict[str, Any]) -> None:
    house = serve("sqlite", ["clerk", "courier1", "courier2"])
    clerk, courier, deaf = house["clerk"], house.line("courier1"), house["courier2"]
    for _ in range(100):
        clerk.post("/orders", need)
    watch = Watch(house.house)
    line = websocket.create_connection(
        f"ws://127.0.0.1:{house.house.port}/socket.io/?EIO=4&transport=websocket",
        sockopt=[(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)], timeout=60,
    )  # fmt: skip
    line.recv()
    line.send("40" + json.dumps({"token": deaf.bearer}))
    ask = json.dumps(["journal.since", {"station_id": STATION, "seq": 0}])
    asked = 0
    try:
        for asked in range(3000):
            line.send(f"42{asked}{ask}")
    except (OSError, websocket.WebSocketException):
        assert asked > 10
    assert_the_house_works(clerk, courier, need)
    deadline = time.monotonic() + 60
    while "listener.cut_off" not in house.house.said():
        assert time.monotonic() < deadline, "the deaf client was never cut off"
        time.sleep(0.1)
    assert_the_house_works(clerk, house.line("courier1"), need)
    line.close()
    assert watch.growth_kb() <= MOST_GROWTH_KB


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://localhost:1", "https://127.0.0.1"])
def test_a_page_of_another_origin_opens_no_socket(serve: Serve, origin: str) -> None:
    house = serve("sqlite", [])
    with pytest.raises(websocket.WebSocketBadStatusException) as refused:
        websocket.create_connection(f"ws://127.0.0.1:{house.house.port}/socket.io/?EIO=4&transport=websocket", origin=origin)
    assert refused.value.status_code == 400


def test_our_own_page_and_programs_do(serve: Serve) -> None:
    house = serve("sqlite", [])
    for origin in (f"http://localhost:{house.house.port}", f"http://127.0.0.1:{house.house.port}", None):
        options: dict[str, Any] = {"origin": origin} if origin else {"suppress_origin": True}
        line = websocket.create_connection(f"ws://127.0.0.1:{house.house.port}/socket.io/?EIO=4&transport=websocket", **options)
        assert line.recv().startswith("0{")
        line.close()


@pytest.mark.parametrize(("host", "opens"), [("127.0.0.2", True), ("127.0.0.3", False)])
def test_on_the_demo_street_a_page_from_the_address_that_a_phone_has_typed_does_too(serve: Serve, host: str, opens: bool) -> None:
    port = serve("sqlite", []).house.port
    address, origin = f"ws://127.0.0.2:{port}/socket.io/?EIO=4&transport=websocket", f"http://{host}:{port}"
    if opens:
        websocket.create_connection(address, origin=origin).close()
    else:
        with pytest.raises(websocket.WebSocketBadStatusException):
            websocket.create_connection(address, origin=origin)


def test_who_somebody_is_is_asked_anew_for_each_command(serve: Serve, need: dict[str, Any]) -> None:
    house = serve("sqlite", ["clerk", "courier1"])
    courier, order = house.line("courier1"), house["clerk"].post("/orders", need).json()["id"]
    me = courier.get("/me").json()["id"]
    # Behind the back of the house: nobody is told, and the line stays open.
    for change, code in (("station_id = '120116015'", "not_found"), ("on_duty = 0", "not_eligible"), ("active = 0", "sign_in_needed")):
        with closing(sqlite3.connect(house.house.folder / "lastmetre.db", timeout=30)) as file, file:
            (was,) = file.execute("SELECT station_id FROM persons WHERE id = ?", [me])
            file.execute(f"UPDATE persons SET {change} WHERE id = ?", [me])
        assert courier.say("order.claim", order_id=order, key=str(uuid.uuid4()))["error"]["code"] == code
        with closing(sqlite3.connect(house.house.folder / "lastmetre.db", timeout=30)) as file, file:
            file.execute("UPDATE persons SET station_id = ?, on_duty = 1, active = 1 WHERE id = ?", [*was, me])
    assert courier.say("order.claim", order_id=order, key=str(uuid.uuid4()))["ok"]


def test_long_polling_is_not_a_way_in(serve: Serve) -> None:
    house = serve("sqlite", [])
    assert requests.get(f"{house.house.url}/socket.io/?EIO=4&transport=polling", timeout=10).status_code == 400


@pytest.mark.parametrize("auth", [None, {}, {"token": "nonsense"}, {"token": 7}, {"token": ["x"]}, "x", [1]])
def test_a_stranger_is_not_let_in_and_his_commands_do_nothing(serve: Serve, auth: Any) -> None:
    house = serve("sqlite", [])
    line = websocket.create_connection(f"ws://127.0.0.1:{house.house.port}/socket.io/?EIO=4&transport=websocket", timeout=10)
    line.recv()
    line.send("40" + (json.dumps(auth) if auth is not None else ""))
    said = line.recv()
    assert said.startswith("44"), said
    assert "sign_in_needed" in said
    line.close()


def test_what_is_no_command_is_refused_in_words_or_ignored(serve: Serve, need: dict[str, Any]) -> None:
    house = serve("sqlite", ["clerk", "courier1"])
    courier = house.line("courier1")
    assert courier.line is not None
    for broken in (None, 7, "x", [], [1], {"order_id": 7}, {"order_id": None}, {"order_id": {"a": 1}}, {}):
        for command in ("order.claim", "order.release", "order.deliver", "duty.set", "journal.since"):
            answer = courier.line.call(command, broken, timeout=20)
            assert answer["ok"] is False, (command, broken)
            assert answer["error"]["code"] == "invalid", (command, broken, answer)
            assert answer["error"]["detail"]
    courier.line.emit("no.such.command", {"x": 1})
    courier.line.emit("order.claim", b"\x00" * 1000)
    courier.line.emit("order.claim", (1, 2, 3))
    assert_the_house_works(house["clerk"], courier, need)


@pytest.mark.parametrize("name", ["disconnect", "connect"])
def test_a_client_that_plays_server_leaves_no_ear_behind(serve: Serve, need: dict[str, Any], name: str) -> None:
    house = serve("sqlite", ["clerk", "coordinator", "courier1"])
    one = house["courier1"].connect()
    assert one.line is not None
    one.line.emit(name, {"token": house["coordinator"].bearer})
    house.house.flask("people", "move", "courier1", "--role", "clerk", "--unit", f"{STATION}004")
    deadline = time.monotonic() + 60
    while one.line.connected:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    heard = len(one.entries)
    assert house["clerk"].post("/orders", need).status_code == 201
    time.sleep(1)
    assert len(one.entries) == heard
    assert not [entry for entry in one.entries if entry["type"].startswith("duty")]
