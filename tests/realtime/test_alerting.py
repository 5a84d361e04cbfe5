"""Alerts in a real house: who hears them, two clocks that look at once, and a clock that is killed with -9."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import NewHouse
from tests.house import ROOT, Caller, House
from tests.realtime.conftest import Serve
from tests.realtime.crashing import PLACES, STANDS

pytestmark = pytest.mark.slow

TRIALS = 35
MANY = 30
#: One courier after the other: a second phone adds too little.
SCENE = """
from wsgi import app
from sqlalchemy import delete, insert, update
from dispatch.core.unit_of_work import transaction
from dispatch.orders.alert_models import AlertChoices
from dispatch.orders.models import Order
from dispatch.people.models import Person
persons, orders, choices = Person.__table__, Order.__table__, AlertChoices.__table__
with app.app_context(), transaction() as work:
    work.execute(update(persons).values(on_duty=False, skills=["medicine"]))
    work.execute(update(orders).where(orders.c.status == "open").values(status="expired"))
    work.execute(delete(choices))
    work.execute(insert(choices), {"station_id": "120116014", "choices": {"urgencies": {"urgent": {"price": 0.3, "falls": 1.0}}}})
"""
POST = """
import sys
from wsgi import app
from tests.realtime import alert_crashing, crashing
with app.app_context():
    alert_crashing.set_the_scene()
    for n in range(int(sys.argv[1])):
        print(crashing.post())
"""
#: The two begin together, however long each took to start.
LOOK = """
import sys, time
from pathlib import Path
from wsgi import app
from tests.realtime.alert_crashing import look
here, mine = Path(sys.argv[1]), sys.argv[2]
(here / mine).touch()
while not all((here / one).exists() for one in ("first", "second")): time.sleep(0.001)
done = 0
for _ in range(60):
    with app.app_context():
        done += look()
    time.sleep(0.02)
print(done)
"""
FACTS = """
import json, sys
from wsgi import app
from tests.realtime.alert_crashing import facts
with app.app_context():
    print(json.dumps([facts(order_id) for order_id in sys.argv[1:]]))
"""


def run(house: House, script: str, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", script, *arguments]
    return subprocess.Popen(command, cwd=ROOT, env=house.environ, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def said(process: subprocess.Popen[str]) -> str:
    out, wrong = process.communicate(timeout=120)
    assert process.returncode == 0, wrong
    return out.strip()


def within(seconds: float, what: Callable[[], Any]) -> Any:
    """What is so sooner or later."""
    deadline = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return found


def alerts(caller: Caller) -> list[dict[str, Any]]:
    return [data for name, data in caller.heard if name == "alert"]


def test_one_phone_speaks_refuses_and_the_next_speaks_at_once(serve: Serve, need: dict[str, Any], database: str) -> None:
    served = serve(database, ["courier1", "courier2", "clerk", "coordinator", "neighbour"])
    said(run(served.house, SCENE))
    couriers = [served.line("courier1"), served.line("courier2")]
    desks, stranger = [served.line("clerk"), served.line("coordinator")], served.line("neighbour")
    order = desks[0].post("/orders", need).json()
    first = within(20, lambda: next((one for one in couriers if alerts(one)), None))
    other = couriers[1 - couriers.index(first)]
    (alert,) = alerts(first)
    assert alert.keys() == {"order_id", "kind", "urgency", "community", "building", "distance_m", "sent_at", "expires_at"}
    assert (alert["order_id"], alert["kind"], alert["building"]) == (order["id"], need["kind"], need["building"])
    assert alerts(other) == []
    # Whoever opens his page now is told of it too.
    first.heard.clear()
    first.connect()
    hello = within(20, lambda: next((data for name, data in first.heard if name == "hello"), None))
    assert hello["alerts"] == [alert]
    assert first.say("order.decline", order_id=order["id"], key=str(uuid.uuid4()), reason="far")["ok"]
    assert within(20, lambda: alerts(other))[0]["order_id"] == order["id"]
    seen = desks[0].get(f"/orders/{order['id']}/alerts").json()
    assert (seen["asked"], seen["declined"], seen["standing"], seen["reasons"]) == (2, 1, 1, {"far": 1})
    assert other.say("order.claim", order_id=order["id"], key=str(uuid.uuid4()))["ok"]
    within(20, lambda: desks[0].get(f"/orders/{order['id']}/alerts").json()["standing"] == 0)
    within(20, lambda: [entry for entry in desks[1].entries if entry["type"] == "order.claimed"])
    for desk in desks:
        told = [entry for entry in desk.entries if entry["type"] in ("order.alerted", "order.declined")]
        assert [len(entry["data"]["persons"]) for entry in told] == [1, 1, 1]
    for caller in (*couriers, stranger):
        assert not [entry for entry in caller.entries if entry["type"] in ("order.alerted", "order.declined")]
    assert alerts(stranger) == []


def test_two_clocks_at_once_ask_nobody_twice_and_forget_nobody(new_house: NewHouse, database: str, tmp_path: Path) -> None:
    house = new_house(database)
    orders = said(run(house, POST, str(MANY))).split()
    both = [run(house, LOOK, str(tmp_path), one) for one in ("first", "second")]
    assert sum(int(said(one)) for one in both) > 2 * MANY
    for order in json.loads(said(run(house, FACTS, *orders))):
        assert order["asked"] > 0
        assert (order["most"], order["same"]) == (1, True), order
    assert "every journal holds" in house.flask("journal", "verify")


def test_killed_in_the_middle_of_a_wave_asks_nobody_twice_and_forgets_nobody(new_house: NewHouse, database: str) -> None:
    house = new_house(database)
    command = [sys.executable, "-m", "tests.realtime.alert_crashing", str(TRIALS)]
    done = subprocess.run(command, cwd=ROOT, env=house.environ, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stderr
    trials = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(trials) == TRIALS
    assert {trial["place"] for trial in trials} == set(PLACES)
    for trial in trials:
        for facts in (trial["left"], trial["again"]):
            assert (facts["same"], facts["most"] <= 1) == (True, True), trial
        if trial["place"] != "anywhere":
            assert bool(trial["left"]["asked"]) == (trial["place"] in STANDS), trial
        assert trial["again"]["asked"] > 0, trial
    assert "every journal holds" in house.flask("journal", "verify")
