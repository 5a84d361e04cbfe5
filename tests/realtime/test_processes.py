"""Two web processes and a jobs process on PostgreSQL and Redis, no sticky sessions: one house."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import psycopg
import pytest

from tests.conftest import NewHouse
from tests.house import ROOT, Caller, House
from tests.realtime.bare_timer import BareTimer
from tests.realtime.ear import Ear
from tests.realtime.test_racing import COURIERS, race
from tests.servers import RedisServer

pytestmark = [pytest.mark.slow, pytest.mark.alone]
STATION = "120116014"
#: How late an entry may be while Redis is away, in seconds.
LATE_MOST_S = 2.0


class Pair:
    """Two servers and a jobs process over one database."""

    def __init__(self, new_house: NewHouse, redis_url: str) -> None:
        self.houses = [new_house("postgresql", redis_url=redis_url)]
        first = self.houses[0]
        self.houses.append(House(first.folder, database_url=first.environ["DATABASE_URL"], redis_url=redis_url))
        for house in self.houses:
            house.start()
        self.jobs = subprocess.Popen(
            [sys.executable, "-m", "flask", "--app", "wsgi", "jobs", "run"],
            cwd=ROOT, env=first.environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        tokens = first.tokens([*COURIERS, "clerk", "coordinator"])
        self.clerk = Caller(first.url, tokens["clerk"])
        self.boss = Caller(self.houses[1].url, tokens["coordinator"])
        self.callers = [Caller(self.houses[n % 2].url, tokens[login]).connect() for n, login in enumerate(COURIERS)]
        for caller in self.callers:
            assert caller.say("duty.set", on=True)["ok"]

    def head(self) -> int:
        return int(self.clerk.get("/me").json()["streams"][0]["head"])

    def close(self) -> None:
        for caller in [*self.callers, self.clerk, self.boss]:
            caller.close()
        os.killpg(self.jobs.pid, 9)
        self.jobs.wait()
        for house in self.houses:
            house.kill()


@pytest.fixture
def pair(new_house: NewHouse, redis_server: RedisServer) -> Iterator[Pair]:
    made = Pair(new_house, redis_server.url)
    yield made
    made.close()


def run_a_race(pair: Pair, need: dict[str, Any]) -> str:
    """One order, eighty couriers on two servers; exactly one has it. Returns the order, put away again."""
    order = str(pair.clerk.post("/orders", need).json()["id"])
    answers = race(pair.callers, order)
    assert sum(answer["ok"] for answer in answers) == 1
    assert {answer["error"]["code"] for answer in answers if not answer["ok"]} == {"taken"}
    assert pair.boss.post(f"/orders/{order}/cancel", {"reason": "mistake"}).status_code == 200
    return order


def the_latest(callers: list[Caller], told_at: dict[int, str], numbers: Iterable[int], timer: BareTimer) -> tuple[float, int]:
    """How late an entry came at most, at any of these listeners, and which it was.

    It counts from the moment in the entry, which lies before the acknowledgement of its command. Taken off is how late a timer
    that does nothing was woken in this process meanwhile: so much later the machine let any listener here take in what had come.
    """
    late = []
    for seq in numbers:
        told = datetime.fromisoformat(told_at[seq]).timestamp()
        came = max(caller.came_at[STATION, seq] for caller in callers)
        late.append((came - told - timer.latest(told, came), seq))
    return max(late)


def test_races_over_two_servers_and_every_ear_hears_every_entry_once(pair: Pair, redis_server: RedisServer, need: dict[str, Any]) -> None:
    ears = [Ear(caller, STATION) for caller in pair.callers]
    for _ in range(20):
        run_a_race(pair, need)

    # The jobs process speaks through both servers.
    order = pair.clerk.post("/orders", need).json()["id"]
    with psycopg.connect(pair.houses[0].environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute("UPDATE orders SET window_end = now() - interval '1 second' WHERE id = %s", [order])
    deadline = time.monotonic() + 30
    for caller in pair.callers[:2]:
        while not any(entry["type"] == "order.expired" and entry["data"]["order_id"] == order for entry in caller.entries):
            assert time.monotonic() < deadline, "nobody heard what the clock did"
            time.sleep(0.05)

    # Redis is taken away for ten seconds: no command fails, and the broadcasters find the news themselves.
    with BareTimer() as timer:
        redis_server.kill()
        gone, before = time.monotonic(), pair.head()
        while time.monotonic() - gone < 10:
            run_a_race(pair, need)
            # What asks Redis itself, who has been heard of, does without; and duty is told to all.
            assert pair.boss.get("/couriers").status_code == 200
            assert pair.callers[0].say("duty.set", on=True)["ok"]
        without = range(before + 1, pair.head() + 1)
        redis_server.start()
        for _ in range(3):
            run_a_race(pair, need)
        for ear in ears:
            ear.wait_for(pair.head())
    for ear in ears:
        ear.assert_whole()
        assert ear.asked == 0
    latest, seq = the_latest(pair.callers, {entry["seq"]: entry["at"] for entry in ears[0].heard}, without, timer)
    assert latest <= LATE_MOST_S, f"of {len(without)} entries without Redis, {seq} came {latest:.2f} s late"
    heard = [[entry["seq"] for entry in ear.heard if entry["type"] != "private"] for ear in ears]
    assert all(one == heard[0] for one in heard)
    assert "every journal holds" in pair.houses[0].flask("journal", "verify")
    assert "all is well" in pair.houses[0].flask("doctor")


def test_one_server_is_killed_and_its_people_go_on_at_the_other(pair: Pair, need: dict[str, Any]) -> None:
    ears = [Ear(caller, STATION) for caller in pair.callers]
    orders = [pair.clerk.post("/orders", need).json()["id"] for _ in range(60)]
    dying, living = pair.houses[1], pair.houses[0]
    answered: dict[str, str] = {}

    def grab(caller: Caller, order: str) -> None:
        """What a phone does: by the line, then with the same key by HTTP, then at the other server."""
        key = str(uuid.uuid4())
        try:
            said = caller.say("order.claim", order_id=order, key=key)
        except Exception:  # whatever a dying server does to the line
            caller.url = living.url
            answer = caller.post(f"/orders/{order}/claim", key=key)
            said = {"ok": answer.status_code == 200}
        if said["ok"]:
            answered[order] = caller.bearer

    threads = [threading.Thread(target=grab, args=(pair.callers[n % 80], order)) for n, order in enumerate(orders)]
    for n, thread in enumerate(threads):
        thread.start()
        if n == 30:
            dying.kill()
    for thread in threads:
        thread.join()
    assert len(answered) == 60  # each had his own order and each got it
    for caller in pair.callers:
        if caller.line is not None and not caller.line.connected:
            caller.url = living.url
            caller.connect()
    pair.boss.url = living.url
    run_a_race(pair, need)
    for ear in ears:
        ear.wait_for(pair.head())
        ear.assert_whole()
    taken = [order["id"] for page in (1, 2) for order in pair.boss.get("/orders", status="claimed", page=page).json()["items"]]
    assert set(taken) >= set(answered)
    assert "every journal holds" in living.flask("journal", "verify")
    assert "all is well" in living.flask("doctor")
