"""The busiest evening of a district: five hundred open orders, five thousand couriers on duty, and two weeks behind them."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, insert, select, text, update

from dispatch.core.breathing import in_parts
from dispatch.core.clock import now
from dispatch.core.garbage import keep_what_is_loaded
from dispatch.core.ids import new_id
from dispatch.core.unit_of_work import look_again, reading, transaction
from dispatch.demo.street import DISTRICT
from dispatch.extensions import db
from dispatch.orders import believing, offering
from dispatch.orders.alert_models import Alert, AlertChoices, AlertPlan, AlertWishes, Belief
from dispatch.orders.commanding import ORDERS
from dispatch.orders.models import Claim
from dispatch.orders.posting import KINDS
from dispatch.orders.predicting import Own, as_row
from dispatch.orders.states import Status
from dispatch.people.models import SKILLS, Level, Person, Role, Unit
from dispatch.people.queries import person_by_login

OPEN_ORDERS, COURIERS = 500, 5_000
COMMUNITIES_EACH = 8
#: What lies behind them: orders of the two weeks before, each taken after some minutes, and alerts of ninety days.
PAST_ORDERS, PAST_DAYS, PAST_ALERTS = 20_000, 14, 100_000
#: One in so many has set limits of his own.
ONE_WISHES_IN = 10
#: Eight kilometres on a side.
SOUTH, WEST, NORTHWARDS, EASTWARDS = 39.0, 117.65, 0.072, 0.093
ROWS = 5_000

_alerts, _plans, _claims, _units, _persons = Alert.__table__, AlertPlan.__table__, Claim.__table__, Unit.__table__, Person.__table__


def fill(stations: int) -> dict[str, Any]:
    """Put it all into so many stations of the demo street's district, evenly; their alerts are on as usual."""
    dice, codes = random.Random(1), [f"120116{900 + n}" for n in range(stations)]
    communities = [f"{code}{place:03d}" for code in codes for place in range(COMMUNITIES_EACH)]
    someone = person_by_login(reading(), "courier1").id
    couriers = [new_id() for _ in range(COURIERS)]
    clear()
    put(_units, ({**_unit(code, dice), "level": Level.STATION, "parent_id": DISTRICT} for code in codes))
    put(_units, ({**_unit(code, dice), "level": Level.COMMUNITY, "parent_id": code[:9]} for code in communities))
    put(_persons, (_courier(one, codes[n % stations], dice) for n, one in enumerate(couriers)))
    put(Belief.__table__, (_belief(one, dice) for one in couriers))
    put(AlertWishes.__table__, (_wishes(one, dice) for one in couriers[::ONE_WISHES_IN]))
    past = [_order(n, communities[n * 7 % len(communities)], someone, dice) for n in range(PAST_ORDERS)]
    put(ORDERS, past)
    put(_claims, (_claim(order, couriers[n % COURIERS], dice) for n, order in enumerate(past)))
    put(_alerts, (_past_alert(past[n % PAST_ORDERS], couriers[n * 11 % COURIERS], n, dice) for n in range(PAST_ALERTS)))
    opened = now() - timedelta(seconds=1)
    put(ORDERS, (_order(n, communities[n % len(communities)], someone, dice, opened) for n in range(OPEN_ORDERS)))
    analyse()
    return {"stations": stations}


def clear() -> None:
    """Nobody's orders are open, and phones speak everywhere."""
    with transaction() as work:
        work.execute(update(ORDERS).where(ORDERS.c.status == Status.OPEN).values(status=Status.EXPIRED))
        work.execute(delete(AlertChoices.__table__))


def put(table: Any, rows: Iterator[dict[str, Any]] | Sequence[dict[str, Any]]) -> None:
    for some in in_parts(list(rows), ROWS):
        with transaction() as work:
            work.execute_many(insert(table), some)


def analyse() -> None:
    """What autovacuum does by itself within a minute."""
    look_again()
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))


def _unit(code: str, dice: random.Random) -> dict[str, Any]:
    lat, lon = _somewhere(dice)
    return {"id": code, "name": code, "lat": lat, "lon": lon}


def _somewhere(dice: random.Random) -> tuple[float, float]:
    return SOUTH + dice.random() * NORTHWARDS, WEST + dice.random() * EASTWARDS


def _courier(person_id: str, station_id: str, dice: random.Random) -> dict[str, Any]:
    lat, lon = _somewhere(dice)
    return {"id": person_id, "login": person_id, "role": Role.COURIER, "unit_id": station_id, "station_id": station_id, "name": "志强",
            "skills": sorted({"medicine", *dice.sample(SKILLS, 2)}), "active": True, "on_duty": True, "duty_since": now(),
            "last_lat": lat, "last_lon": lon, "created_at": now()}  # fmt: skip


def _belief(person_id: str, dice: random.Random) -> dict[str, Any]:
    moments = dict.fromkeys(("recent_at", "unanswered_at", "claims_at"), now() - timedelta(hours=3))
    counts = {"recent": dice.uniform(0, 30), "unanswered": dice.uniform(0, 3), "claims": dice.uniform(0, 4)}
    return {"whose": person_id, "numbers": as_row(Own(dice.gauss(0, 1), 0.3)), "answers": 20, **counts, **moments}


def _wishes(person_id: str, dice: random.Random) -> dict[str, Any]:
    return {"person_id": person_id, "not_until": None, "most_m": dice.randrange(1_000, 5_000), "kinds": None, "per_day": 12,
            "quiet_from": None, "quiet_to": None}  # fmt: skip


def _order(n: int, community_id: str, posted_by: str, dice: random.Random, opened: Any = None) -> dict[str, Any]:
    lat, lon = _somewhere(dice)
    posted = opened or now() - timedelta(days=PAST_DAYS * (n + 1) / (PAST_ORDERS + 1), hours=1)
    taken = int(opened is None)
    return {
        "id": new_id(), "number": f"{n:06d}", "status": Status.CLOSED if taken else Status.OPEN, "district_id": DISTRICT,
        "station_id": community_id[:9], "community_id": community_id, "kind": dice.choice(KINDS), "summary": "", "building": "3号楼",
        "lat": lat, "lon": lon, "urgency": dice.choice(("urgent", "today")), "window_end": posted + timedelta(hours=4), "slots": 1,
        "taken": taken, "epoch": taken, "skills": ["medicine"] if dice.random() < 0.3 else [], "familiar_first": False,
        "resident_id": None, "wrong_codes": 0, "posted_by": posted_by, "posted_at": posted, "opened_at": posted, "changed_at": posted,
    }  # fmt: skip


def _claim(order: dict[str, Any], person_id: str, dice: random.Random) -> dict[str, Any]:
    claimed = order["posted_at"] + timedelta(minutes=dice.expovariate(1 / 15))
    return {"id": new_id(), "order_id": order["id"], "person_id": person_id, "epoch": 1, "claimed_at": claimed,
            "ended_at": claimed + timedelta(minutes=40), "ended_as": "delivered", "reason": None}  # fmt: skip


def _past_alert(order: dict[str, Any], person_id: str, n: int, dice: random.Random) -> dict[str, Any]:
    sent, said = order["posted_at"], dice.choice(("claimed", "declined", "silent"))
    known = {"km": 1.0, "busy": False, "recent": 5.0, "unanswered": 0.0, "likelihood": 0.3, "share": 0.5}
    return {"id": new_id(), "order_id": order["id"], "station_id": order["station_id"], "person_id": person_id,
            "round": 1 + n // PAST_ORDERS, "wave": 0, "urgency": order["urgency"], "sent_at": sent,
            "expires_at": sent + timedelta(seconds=90), **known, "asked_before": 0, "standing_before": 0, "outcome": said,
            "reason": None, "answered_at": sent}  # fmt: skip


def look() -> dict[str, Any]:
    """Look as the jobs do, in this process: what each look took.

    First at all orders at once, none of which has been looked at; then with nothing to do; then at the next wave of all of them; then
    as the silences of the first wave are over and are replaced; then at those of the next.
    """
    believing.settle()
    with transaction() as work:
        work.execute(update(ORDERS).where(ORDERS.c.status == Status.OPEN).values(posted_at=now(), opened_at=now()))
    keep_what_is_loaded()
    looks: dict[str, Any] = {"first": _timed()}
    # What the look has told the journal itself.
    believing.settle()
    looks["idle"] = min((_timed() for _ in range(5)), key=lambda one: one["ms"])
    for name, seconds in (("wave", 75), ("silence", 27), ("more silence", 1), ("later", 50)):
        _let_pass(timedelta(seconds=seconds))
        looks[name] = _timed()
    return looks


def _timed() -> dict[str, float]:
    """Milliseconds of wall time and of this process's CPU, how many alerts were over, and how many plans were looked at."""
    begun, busy = time.perf_counter(), time.process_time()
    settled, done = believing.settle(), offering.offer()
    took = {"ms": (time.perf_counter() - begun) * 1000, "cpu": (time.process_time() - busy) * 1000, "settled": settled, "looked": done}
    look_again()
    return took


#: Every moment that says how far an order's alerts have come.
_MOMENTS: tuple[tuple[Any, Any, tuple[str, ...]], ...] = (
    (ORDERS, ORDERS.c.status == Status.OPEN, ("posted_at", "opened_at")),
    (_plans, _plans.c.order_id.is_not(None), ("opened_at", "looked_at", "next_at", "next_wave_at")),
    (_alerts, _alerts.c.outcome == "standing", ("sent_at", "expires_at")),
)


def _let_pass(span: timedelta) -> None:
    """All of it was so long ago."""
    for table, where, names in _MOMENTS:
        key = next(iter(table.primary_key.columns))
        rows = reading().execute(select(key, *(table.c[name] for name in names)).where(where)).all()
        with transaction() as work:
            for row in rows:
                earlier = {name: at and at - span for name, at in zip(names, row[1:], strict=True)}
                work.execute(update(table).where(key == row[0]).values(earlier))


DO: dict[str, Callable[..., dict[str, Any]]] = {"evening": fill, "look": look}
