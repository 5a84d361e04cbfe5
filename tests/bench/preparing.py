"""Runs with a house's environment: what the measurements need in its database. One JSON request in, one JSON answer out."""

from __future__ import annotations

import json
import sys
import uuid
from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import delete, insert, select, text, update

from dispatch.core.clock import now
from dispatch.core.idempotency import Once
from dispatch.core.unit_of_work import Work, look_again, reading, transaction
from dispatch.demo.street import COMMUNITIES, COURIERS, STATION
from dispatch.extensions import db
from dispatch.orders import claiming, posting
from dispatch.orders.alert_models import AlertChoices
from dispatch.orders.models import Claim, Order
from dispatch.orders.states import Status
from dispatch.people.identity import Actor, locked_actor
from dispatch.people.models import Level, Person, Role, StationSettings
from dispatch.people.queries import person_by_login
from dispatch.people.signing_in import make_token
from dispatch.reports.counting import count, recount_all
from dispatch.residents.registering import add_many
from tests.bench import evening
from tests.hazards.planting import plant_past
from tests.reports.year import UNITS, live_a_year, settle

NEED = {"kind": "medicine", "summary": "代取降压药", "urgency": "today", "private_note": "门铃坏了，请敲门"}
ELDER = {"name": "陈桂兰", "phone": "13900001234", "door": "2单元301"}
#: What a station sets here, so that caps, lapses, alarms and alerts do not come into what is measured: nobody has thousands of orders open.
UNBOUND = {"claim_cap": 1_000_000, "pick_up_other": 10_000, "escalate_today": 10_000}
SILENT = {"on": False, "urgencies": {"today": {"steps": {"whole_station": None, "neighbours": None, "committee": None, "district": None}}}}

#: Closed orders of the three years before, and who held each of them, as SQL: a million by the verbs would take hours.
PAST_ORDERS = """
INSERT INTO orders (id, number, status, district_id, station_id, community_id, kind, summary, building, urgency, window_end, slots, taken,
                    epoch, skills, familiar_first, resident_id, wrong_codes, posted_by, posted_at, opened_at, changed_at)
WITH RECURSIVE series(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series WHERE n < :many)
SELECT {id}, '0101-001', 'closed', '120116', :station, :station || {community}, 'medicine', '代取降压药', '3号楼', 'today', {at}, 1, 1,
       1, '[]', {no}, {id}, 0, {id}, {at}, {at}, {at} FROM series
"""
PAST_CLAIMS = """
INSERT INTO claims (id, order_id, person_id, epoch, claimed_at, ended_at, ended_as)
SELECT orders.id, orders.id, persons.id, 1, orders.posted_at, orders.posted_at, 'delivered' FROM orders
JOIN persons ON persons.login = 'courier' || {courier} WHERE orders.number = '0101-001'
"""
SQLITE = {
    "id": "printf('%012x%020x', n, n)", "community": "printf('%03d', n % 20 + 1)", "no": "0", "courier": "(abs(orders.rowid) % 80 + 1)",
    "at": "strftime('%Y-%m-%d %H:%M:%S.000000', 'now', '-2 days', '-' || ((:many - n) * 94600000 / :many) || ' seconds')",
}  # fmt: skip
POSTGRESQL = {
    "id": "lpad(to_hex(n), 12, '0') || lpad(to_hex(n), 20, '0')", "community": "lpad((n % 20 + 1)::text, 3, '0')", "no": "false",
    "courier": "(('x' || right(orders.id, 7))::bit(28)::int % 80 + 1)::text",
    "at": "now() - interval '2 days' - interval '1 second' * ((:many - n) * 94600000.0 / :many)",
}  # fmt: skip


def _actor(login: str) -> Actor:
    actor = locked_actor(reading(), person_by_login(reading(), login).id)
    if actor is None:
        raise LookupError(login)
    return actor


def _once(actor: Actor) -> Once:
    return Once(actor.id, str(uuid.uuid4()), "bench", {})


def cast() -> dict[str, Any]:
    """Every courier on duty, nothing that caps or hurries them; a bearer token for each of them and for the coordinator."""
    settings, persons = StationSettings.__table__, Person.__table__
    with transaction() as work:
        work.execute(delete(settings).where(settings.c.station_id == STATION))
        work.execute(insert(settings), {"station_id": STATION, "choices": UNBOUND})
        work.execute(delete(AlertChoices.__table__))
        work.execute(insert(AlertChoices.__table__), {"station_id": STATION, "choices": SILENT})
        work.execute(update(persons).where(persons.c.role == Role.COURIER).values(on_duty=True))
    logins = [f"courier{n}" for n in range(1, COURIERS + 1)]
    tokens = {login: make_token(_actor(login).id) for login in [*logins, "coordinator"]}
    return {"couriers": [tokens[login] for login in logins], "coordinator": tokens["coordinator"]}


def post(many: int, taken: bool = False) -> dict[str, Any]:
    """Open orders all over the station, posted as a coordinator posts them; `taken` ones have a holder already."""
    coordinator, orders = _actor("coordinator"), []
    for n in range(many):
        more = {"building": f"{n % 30 + 1}号楼", "community_id": COMMUNITIES[n % 20], "window_end": now() + timedelta(days=2)}
        orders.append(posting.post(coordinator, {**NEED, "resident": ELDER, **more}, _once(coordinator))["order_id"])
        if taken:
            claiming.assign(coordinator, orders[-1], _actor("courier1").id, _once(coordinator))
    return {"orders": orders}


def deliver() -> dict[str, Any]:
    """Whatever is held has been delivered and confirmed, as it would be by the time at which so many more are claimed."""
    orders, claims = Order.__table__, Claim.__table__
    with transaction() as work:
        work.execute(update(claims).where(claims.c.ended_at.is_(None)).values(ended_at=now(), ended_as="delivered"))
        work.execute(update(orders).where(orders.c.status == Status.CLAIMED).values(status=Status.CLOSED))
    return {}


def past(many: int) -> dict[str, Any]:
    """So many orders of years gone by."""
    with transaction() as work:
        _past(work, many)
    return {"past": many}


def _past(work: Work, many: int) -> None:
    words = SQLITE if work.connection.dialect.name == "sqlite" else POSTGRESQL
    work.execute(text(PAST_ORDERS.format(**words)), {"many": many, "station": STATION})
    work.execute(text(PAST_CLAIMS.format(**words)))


def residents(many: int) -> dict[str, Any]:
    """So many on the care lists of the station's communities."""
    surnames, given = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗单曾解仇区", "桂兰秀英淑珍凤琴玉梅文海福来宝永年素芬长庚月娥国强建军丽华"
    with transaction() as work:
        for place, community_id in enumerate(COMMUNITIES):
            those = []
            for n in range(place, many, len(COMMUNITIES)):
                name = surnames[n % len(surnames)] + given[n * 7 % len(given)] + given[n * 13 // 5 % len(given)]
                door = f"{n % 4 + 1}单元{n % 6 + 1}0{n % 3 + 1}"
                those.append({"name": name, "phone": f"139{n * 7919 % 10**8:08d}", "building": f"{n % 60 + 1}号楼", "door": door,
                              "groups": ["living_alone"] if n % 3 else [], "on_care_list": True})  # fmt: skip
            add_many(work, community_id, those)
    return {"residents": many}


def year(region: str, many: int) -> dict[str, Any]:
    """A year of a real region, counted; each district with its supervisor's token and one of its stations."""
    codes = settle(region)
    live_a_year(codes, many)
    recount_all()
    count()
    look_again()
    if db.engine.dialect.name == "postgresql":
        # What autovacuum does by itself within a minute.
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))
    stations = select(UNITS.c.id).where(UNITS.c.level == Level.STATION)
    return {
        "districts": [
            {
                "code": code,
                "token": make_token(_actor(f"chief-{code}").id),
                "station": reading().execute(stations.where(UNITS.c.parent_id == code)).scalars().first(),
            }
            for code in codes
        ]
    }


def hazards(many: int) -> dict[str, Any]:
    """So many of them, over three years, with the corners that they make."""
    plant_past(many)
    return {"hazards": many}


def main(app: Flask) -> None:
    """One request."""
    asked = json.load(sys.stdin)
    with app.app_context():
        known = {
            "cast": cast,
            "post": post,
            "deliver": deliver,
            "past": past,
            "residents": residents,
            "year": year,
            "hazards": hazards,
            **evening.DO,
        }
        print(json.dumps(known[asked.pop("do")](**asked)))


if __name__ == "__main__":
    from wsgi import app

    main(app)
