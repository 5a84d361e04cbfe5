"""What the clock does: what is due and nothing else, once however often it looks, by one process alone."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from dispatch import jobs
from dispatch.core.clock import now
from dispatch.core.idempotency import Idempotency
from dispatch.core.unit_of_work import reading, transaction
from dispatch.journal.reading import entries_since
from dispatch.orders import photographing
from dispatch.orders.models import Claim, Order
from dispatch.orders.recalling import held_by_strangers, recall
from dispatch.people.models import Person, Role, SignedIn
from dispatch.people.queries import person_by_login
from dispatch.residents.models import Resident
from tests.core.visitors import Visitor

# What takes longer than a habit should: `make test` runs it, `make check` does not.
pytestmark = pytest.mark.slow

STATION = "120116014"
ORDERS = Order.__table__
Visit = Callable[[str], Visitor]


class Street:
    """The street's orders, and its clock turned forward for one of them."""

    def __init__(self, app: Flask, need: dict[str, Any]) -> None:
        self.app, self.need = app, need
        self.clerk, self.boss = Visitor(app, "clerk"), Visitor(app, "coordinator")
        # What the demo's own morning has left due is done first.
        jobs.sweep(app)

    def post(self, **other: Any) -> str:
        return str(self.clerk.post({**self.need, **other}).json["id"])

    def claimed(self, login: str, **other: Any) -> str:
        order = self.post(**other)
        assert Visitor(self.app, login).say("claim", order).status_code == 200
        return order

    def set(self, order: str, **values: Any) -> None:
        with self.app.app_context(), transaction() as work:
            work.execute(update(ORDERS).where(ORDERS.c.id == order).values(**values))

    def seen(self, order: str) -> dict[str, Any]:
        found: dict[str, Any] = self.boss.get(f"/orders/{order}").json
        return found

    def told(self, order: str) -> list[tuple[str, Any]]:
        with self.app.app_context():
            entries = [entry for entry in entries_since(reading(), STATION, 0, 100_000) if entry["data"].get("order_id") == order]
        return [(entry["type"], entry["data"].get("reason") or entry["data"].get("why")) for entry in entries]

    def person(self, login: str, **values: Any) -> str:
        with self.app.app_context(), transaction() as work:
            found = str(person_by_login(work.connection, login).id)
            if values:
                work.execute(update(Person.__table__).where(Person.__table__.c.id == found).values(**values))
        return found


@pytest.fixture
def street_of(either_app: Flask, need: dict[str, Any]) -> Street:
    return Street(either_app, need)


def ago(**span: float) -> datetime:
    return now() - timedelta(**span)


def test_what_is_due_is_done_and_a_second_look_does_nothing(street_of: Street) -> None:
    lapsing, expiring, lying = street_of.claimed("courier1"), street_of.post(), street_of.post()
    street_of.set(lapsing, pick_up_by=ago(seconds=1))
    street_of.set(expiring, window_end=ago(seconds=1))
    street_of.set(lying, escalate_at=ago(seconds=1))
    assert jobs.sweep(street_of.app) == 3
    assert [street_of.seen(order)["status"] for order in (lapsing, expiring, lying)] == ["open", "expired", "open"]
    assert street_of.told(lapsing)[-1] == ("order.released", "lapsed")
    assert street_of.told(expiring)[-1] == ("order.expired", None)
    assert street_of.told(lying)[-1] == ("order.escalated", "unclaimed")
    before = [street_of.told(order) for order in (lapsing, expiring, lying)]
    assert jobs.sweep(street_of.app) == 0
    assert [street_of.told(order) for order in (lapsing, expiring, lying)] == before


def test_what_is_not_due_is_left_alone(street_of: Street) -> None:
    order = street_of.claimed("courier1")
    assert jobs.sweep(street_of.app) == 0
    assert street_of.seen(order)["status"] == "claimed"


def test_one_that_fails_by_our_own_fault_does_not_keep_the_others_waiting(street_of: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    broken, good = street_of.post(), street_of.post()
    for order in (broken, good):
        street_of.set(order, window_end=ago(seconds=1))
    real = jobs.by_the_clock

    def faulty(verb: str, order_id: str) -> bool:
        if order_id == broken:
            raise ZeroDivisionError
        return real(verb, order_id)

    monkeypatch.setattr(jobs, "by_the_clock", faulty)
    assert jobs.sweep(street_of.app) == 1
    assert street_of.seen(good)["status"] == "expired"


# In the wrong hands ---------------------------------------------------------------------------------------------------------------


def test_what_a_suspended_courier_has_claimed_is_back_on_the_board(street_of: Street) -> None:
    order = street_of.claimed("courier1")
    person = street_of.person("courier1")
    assert street_of.boss.ask("POST", f"/couriers/{person}/suspend").status_code == 302
    assert jobs.sweep(street_of.app) == 1
    seen = street_of.seen(order)
    assert (seen["status"], seen["taken"], seen["holders"]) == ("open", 0, [])
    assert street_of.told(order)[-1] == ("order.released", "suspended")
    assert jobs.sweep(street_of.app) == 0
    assert Visitor(street_of.app, "courier2").say("claim", order).status_code == 200


def test_what_he_has_picked_up_is_told_to_the_coordinator_once_and_she_decides(street_of: Street) -> None:
    order = street_of.claimed("courier1")
    assert Visitor(street_of.app, "courier1").say("pick-up", order).status_code == 200
    street_of.person("courier1", active=False)
    assert jobs.sweep(street_of.app) == 1
    seen = street_of.seen(order)
    assert (seen["status"], seen["escalated"], len(seen["holders"])) == ("picked_up", True, 1)
    assert street_of.told(order)[-1] == ("order.escalated", "holder_suspended")
    assert jobs.sweep(street_of.app) == 0
    assert street_of.boss.say("reopen", order).json["status"] == "open"


def test_of_two_holders_the_other_keeps_it(street_of: Street) -> None:
    order = street_of.post(slots=2)
    for login in ("courier1", "courier2"):
        assert Visitor(street_of.app, login).say("claim", order).status_code == 200
    street_of.person("courier1", active=False)
    assert jobs.sweep(street_of.app) == 1
    seen = street_of.seen(order)
    assert (seen["status"], seen["taken"]) == ("open", 1)
    assert [holder["id"] for holder in seen["holders"]] == [street_of.person("courier2")]


@pytest.mark.parametrize("values", [{"role": Role.CLERK}, {"station_id": "120116015"}, {"station_id": None}])
def test_who_works_elsewhere_now_does_not_hold_it_either(street_of: Street, values: dict[str, Any]) -> None:
    order = street_of.claimed("courier1")
    street_of.person("courier1", **values)
    assert jobs.sweep(street_of.app) == 1
    assert street_of.seen(order)["status"] == "open"


def test_who_may_come_back_before_anybody_looked_keeps_his_order(street_of: Street) -> None:
    order = street_of.claimed("courier1")
    street_of.person("courier1", active=False)
    with street_of.app.app_context():
        (held,) = held_by_strangers(reading())
    street_of.person("courier1", active=True)
    with street_of.app.app_context():
        assert recall(held) is False
    assert street_of.seen(order)["status"] == "claimed"


# What is forgotten ----------------------------------------------------------------------------------------------------------------


def test_what_need_not_be_known_any_longer_is_forgotten(street_of: Street) -> None:
    app, order = street_of.app, street_of.post()
    kept = street_of.post(resident={"name": "何长庚", "phone": "13900004321"})
    assert street_of.clerk.say("cancel", order, reason="mistake").status_code == 200
    residents = Resident.__table__
    with app.app_context(), transaction() as work:
        row = work.execute(select(ORDERS.c.resident_id).where(ORDERS.c.id == order)).one()
        work.execute(update(residents).where(residents.c.id == row.resident_id).values(created_at=ago(days=31)))
        work.execute(update(ORDERS).where(ORDERS.c.resident_id == row.resident_id).values(changed_at=ago(days=31)))
        work.execute(update(Idempotency.__table__).values(at=ago(hours=73)))
        past = {"token_hash": "0" * 64, "expires_at": ago(seconds=1), "created_at": ago(days=1)}
        work.execute(SignedIn.__table__.insert(), {**past, "person_id": person_by_login(work.connection, "clerk").id})
    for _ in range(2):
        jobs.tidy(app)
        with app.app_context():
            left = reading().execute(select(residents.c.id).where(residents.c.id == row.resident_id)).all()
            keys = reading().execute(select(func.count()).select_from(Idempotency.__table__)).scalar_one()
            sessions = reading().execute(select(func.count()).select_from(SignedIn.__table__)).scalar_one()
            assert (left, keys, sessions) == ([], 0, 0)
        forgotten = street_of.clerk.get(f"/orders/{order}").json
        assert forgotten["private"] == {"name": None, "phone": None, "door": None, "note": None}
        assert (forgotten["code"], forgotten["summary"]) == (None, "")
        assert street_of.clerk.get(f"/orders/{kept}").json["private"]["name"] == "何长庚"


def test_who_is_on_the_care_list_or_has_an_errand_under_way_is_not_forgotten(street_of: Street) -> None:
    app = street_of.app
    cared, waiting = street_of.post(), street_of.post(resident={"name": "何长庚", "phone": "13900004321"})
    assert street_of.clerk.say("cancel", cared, reason="mistake").status_code == 200
    residents = Resident.__table__
    with app.app_context(), transaction() as work:
        row = work.execute(select(ORDERS.c.resident_id).where(ORDERS.c.id == cared)).one()
        work.execute(update(residents).values(created_at=ago(days=400)))
        work.execute(update(residents).where(residents.c.id == row.resident_id).values(on_care_list=True))
        work.execute(update(ORDERS).values(changed_at=ago(days=400)))
    jobs.tidy(app)
    assert street_of.clerk.get(f"/orders/{cared}").json["private"]["name"] == "陈桂兰"
    assert street_of.clerk.get(f"/orders/{waiting}").json["private"]["name"] == "何长庚"


def test_a_photo_that_no_order_names_goes_after_an_hour(street_of: Street) -> None:
    with street_of.app.app_context():
        place = photographing.folder()
        place.mkdir(exist_ok=True)
        old, young = place / f"{'a' * 32}.jpg", place / f"{'b' * 32}.jpg"
        half, locked = place / f"{'c' * 32}.half", place / "locked" / f"{'d' * 32}.jpg"
        locked.parent.mkdir()
        for file in (old, young, half, locked):
            file.write_bytes(b"x")
        for file in (old, half, locked, locked.parent):
            os.utime(file, (time.time() - 3601,) * 2)
    jobs.tidy(street_of.app)
    assert [file.exists() for file in (old, young, half, locked)] == [False, True, False, True]


def test_no_claim_is_left_open_on_a_finished_order(street_of: Street) -> None:
    claims = Claim.__table__
    order = street_of.claimed("courier1")
    street_of.person("courier1", active=False)
    jobs.sweep(street_of.app)
    with street_of.app.app_context():
        rows = reading().execute(select(claims.c.ended_as, claims.c.reason).where(claims.c.order_id == order)).all()
    assert [tuple(row) for row in rows] == [("released", "suspended")]
