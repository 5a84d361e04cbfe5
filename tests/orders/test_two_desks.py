"""Many desks edit the same order at the same moment, from two processes: each edit is made from what is true, and none is lost."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter
from typing import Any

import pytest

from tests.conftest import NewHouse
from tests.house import ROOT, Caller, House
from tests.realtime.test_racing import everything

pytestmark = pytest.mark.slow

ORDERS, PROCESSES, DESKS = 12, 2, 3
#: Each desk puts its own mark into one field, from version 0 on; told that somebody was quicker, it looks and says it again.
EDIT = """
import json, sys, threading, time, uuid
from wsgi import app
from dispatch.core.errors import Busy, Edited
from dispatch.core.idempotency import Once
from dispatch.core.unit_of_work import look_again, reading
from dispatch.orders.correcting import correct
from dispatch.people.identity import actor_by_id
from dispatch.people.queries import person_by_login

name, start, desks, orders = sys.argv[1], float(sys.argv[2]), int(sys.argv[3]), sys.argv[4].split(",")
done = []

def sit(n):
    mark, field = f"{name}{n}", ("summary", "building")[n % 2]
    with app.app_context():
        me = actor_by_id(reading(), person_by_login(reading(), ("clerk", "coordinator")[n % 2]).id)
        for k, order in enumerate(orders):
            time.sleep(max(0, start + k * 0.05 - time.time()))
            version, told = 0, []
            while True:
                look_again()
                try:
                    correct(me, order, {field: mark}, version, Once(me.id, str(uuid.uuid4()), "correct", {}))
                    break
                except Edited as refused:
                    told.append([version, refused.extra["version"], refused.extra["changed"]])
                    version = refused.extra["version"]
                except Busy:
                    pass
            done.append({"order": order, "mark": mark, "field": field, "made_from": version, "told": told})

threads = [threading.Thread(target=sit, args=(n,)) for n in range(desks)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(json.dumps(done))
"""


def edited_at_once(house: House, orders: list[str]) -> list[dict[str, Any]]:
    """What every desk did to every order."""
    start = str(time.time() + 6)
    command = [sys.executable, "-c", EDIT]
    desks = [
        subprocess.Popen(
            [*command, name, start, str(DESKS), ",".join(orders)],
            cwd=ROOT, env=house.environ, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        for name in "甲乙丙"[:PROCESSES]
    ]  # fmt: skip
    done = []
    for desk in desks:
        out, wrong = desk.communicate(timeout=300)
        assert desk.returncode == 0, wrong
        done += json.loads(out.splitlines()[-1])
    return done


def test_of_many_desks_one_wins_the_others_are_told_and_say_it_again(new_house: NewHouse, database: str, need: dict[str, Any]) -> None:
    house, many = new_house(database).start(), PROCESSES * DESKS
    clerk = Caller(house.url, house.token("clerk"))
    orders = [str(clerk.post("/orders", need).json()["id"]) for _ in range(ORDERS)]
    done = edited_at_once(house, orders)
    assert Counter(one["order"] for one in done) == dict.fromkeys(orders, many)
    corrected = [entry["data"] for entry in everything(clerk) if entry["type"] == "order.corrected"]
    for order in orders:
        his = sorted((one for one in done if one["order"] == order), key=lambda one: one["made_from"])
        # Each was made from another version: of those that were made from the same one wins, and the others are told.
        assert [one["made_from"] for one in his] == list(range(many))
        for one in his:
            for before, stands, changed in one["told"]:
                assert stands > before
                assert set(changed) == {other["field"] for other in his[before:stands]}
        # And each stands in the journal, in that order.
        told = [(data["version"], data["fields"]) for data in corrected if data["order_id"] == order]
        assert told == [(n + 1, [one["field"]]) for n, one in enumerate(his)]
        seen = clerk.get(f"/orders/{order}").json()
        last = {one["field"]: one["mark"] for one in his}
        assert (seen["version"], seen["summary"], seen["building"]) == (many, last["summary"], last["building"])
    # They were at it together, or nothing has been shown here.
    assert sum(len(one["told"]) for one in done) >= ORDERS
    assert "every journal holds" in house.flask("journal", "verify")
    clerk.close()
