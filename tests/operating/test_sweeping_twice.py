"""Two processes that sweep at the same moment post each day of a standing need once, on both databases."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from tests.conftest import NewHouse
from tests.house import ROOT

pytestmark = pytest.mark.slow

MANY = 40
MAKE = """
import sys
from datetime import date, timedelta, time
from wsgi import app
from dispatch.core.clock import SHANGHAI, now
from dispatch.core.idempotency import Once
from dispatch.core.unit_of_work import reading, transaction
from dispatch.orders import standing
from dispatch.people.identity import actor_by_id
from dispatch.people.queries import person_by_login
with app.app_context():
    clerk = actor_by_id(reading(), person_by_login(reading(), "clerk").id)
    today = now().astimezone(SHANGHAI).date()
    for n in range(int(sys.argv[1])):
        need = {"kind": "medicine", "building": f"{n}号楼", "urgency": "today", "resident": {"name": f"老人{n}"},
                "weekdays": [1, 2, 3, 4, 5, 6, 7], "first_day": today, "opens": time(0), "closes": time(23, 59), "on_holidays": "keep"}
        standing.make(clerk, need, Once(clerk.id, None, "x", {}))
    # As after two days away.
    with transaction() as work:
        back = {"first_day": (today - timedelta(2)).isoformat(), "settled_day": (today - timedelta(3)).isoformat()}
        mine = standing.STANDINGS.c.summary == ""
        work.execute(standing.STANDINGS.update().where(mine).values(**back))
"""
SWEEP = """
import sys, time
from wsgi import app
from dispatch import jobs
while time.time() < float(sys.argv[1]): pass
print(jobs.sweep(app))
"""
COUNT = """
from sqlalchemy import func, select
from wsgi import app
from dispatch.core.unit_of_work import reading
from dispatch.orders.commanding import ORDERS
from dispatch.orders.standing_models import Occurrence
from dispatch.orders.standing import STANDINGS
with app.app_context():
    days = Occurrence.__table__
    mine = days.c.standing_id.in_(select(STANDINGS.c.id).where(STANDINGS.c.summary == ""))
    rows = reading().execute(select(days.c.became, func.count()).where(mine).group_by(days.c.became)).all()
    orders = reading().execute(select(func.count()).where(ORDERS.c.id.in_(select(days.c.order_id).where(mine)))).scalar()
    print(sorted(map(tuple, rows)), orders)
"""


def test_each_day_is_posted_or_missed_once(new_house: NewHouse, database: str) -> None:
    house = new_house(database)

    def run(script: str, *arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", script, *arguments]
        return subprocess.Popen(command, cwd=ROOT, env=house.environ, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def said(process: subprocess.Popen[str]) -> str:
        out, wrong = process.communicate(timeout=120)
        assert process.returncode == 0, wrong
        return out.strip()

    said(run(MAKE, str(MANY)))
    start = str(time.time() + 6)
    both = [run(SWEEP, start) for _ in range(2)]
    done = [int(said(one).splitlines()[-1]) for one in both]
    assert sum(done) >= MANY
    assert said(run(COUNT)) == f"[('missed', {2 * MANY}), ('posted', {MANY})] {MANY}"
    assert "every journal holds" in house.flask("journal", "verify")
