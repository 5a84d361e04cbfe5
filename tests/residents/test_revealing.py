"""How a phone number is shown: one at a time, and never without a row that says to whom."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from dispatch.core.clock import now
from dispatch.core.errors import NotFound, Refused, TooLate
from dispatch.core.idempotency import Once
from dispatch.core.unit_of_work import look_again, reading, transaction
from dispatch.orders import claiming, delivering, posting
from dispatch.people.clocking import set_duty
from dispatch.people.identity import Actor
from dispatch.people.signing_in import make_token
from dispatch.residents.models import Reveal
from dispatch.residents.revealing import masked, reveal_phone

Cast = Callable[[str], Actor]


def once(actor: Actor) -> Once:
    return Once(actor.id, str(uuid.uuid4()), "x", {})


@pytest.fixture
def order(cast: Cast, need: dict[str, Any]) -> str:
    """An errand for 陈桂兰 with the phone 13900001234, on the board; courier1 may claim it."""
    set_duty(cast("courier1"), True)
    clerk = cast("clerk")
    return str(posting.post(clerk, {**need, "skills": []}, once(clerk))["order_id"])


def reveals() -> list[dict[str, Any]]:
    look_again()
    return [dict(row._mapping) for row in reading().execute(select(Reveal.__table__).order_by(Reveal.__table__.c.at))]


def revealed(actor: Actor, order_id: str) -> str | None:
    return delivering.reveal(actor, order_id, Once(actor.id, None, "reveal", {}))


def test_every_reveal_leaves_a_row_of_who_whom_what_why_and_when(cast: Cast, order: str) -> None:
    clerk, before = cast("clerk"), now()
    assert revealed(clerk, order) == "13900001234"
    (row,) = reveals()
    assert (row["person_id"], row["order_id"], row["what"], row["why"]) == (clerk.id, order, "phone", "clerk")
    assert before <= row["at"] <= now()


def test_the_row_names_the_resident_and_holds_nothing_of_her(cast: Cast, order: str) -> None:
    revealed(cast("clerk"), order)
    (row,) = reveals()
    posted = reading().execute(select(posting.ORDERS.c.resident_id).where(posting.ORDERS.c.id == order)).scalar_one()
    assert row["resident_id"] == posted
    assert not [value for value in row.values() if "13900001234" in str(value) or "陈桂兰" in str(value)]


def test_looking_twice_leaves_two_rows(cast: Cast, order: str) -> None:
    for _ in range(2):
        revealed(cast("clerk"), order)
    assert len(reveals()) == 2


def test_the_holder_sees_the_number_in_his_capacity_as_courier(cast: Cast, order: str) -> None:
    courier = cast("courier1")
    claiming.claim(courier, order, once(courier))
    assert revealed(courier, order) == "13900001234"
    assert [row["why"] for row in reveals()] == ["courier"]


def test_who_has_held_it_before_sees_the_number_no_more_and_leaves_no_row(cast: Cast, order: str) -> None:
    courier = cast("courier1")
    claiming.claim(courier, order, once(courier))
    delivering.release(courier, order, "busy", once(courier))
    with pytest.raises(TooLate):
        revealed(courier, order)
    assert reveals() == []


@pytest.mark.parametrize("login", ["courier2", "neighbour", "clerk2", "supervisor", "admin"])
def test_whom_it_does_not_concern_sees_nothing_and_leaves_no_row(cast: Cast, order: str, login: str) -> None:
    with pytest.raises(Refused):
        revealed(cast(login), order)
    assert reveals() == []


def test_an_errand_that_never_was_reveals_nothing(cast: Cast) -> None:
    with pytest.raises(NotFound):
        revealed(cast("clerk"), "0" * 32)
    assert reveals() == []


def test_a_number_is_given_away_only_if_its_row_stands(app: Flask, cast: Cast, order: str) -> None:
    resident = reading().execute(select(posting.ORDERS.c.resident_id).where(posting.ORDERS.c.id == order)).scalar_one()

    def look_and_fail() -> None:
        with transaction() as work:
            reveal_phone(work, person_id=cast("clerk").id, resident_id=resident, station_id="120116014", order_id=order, why="clerk")
            raise LookupError

    with pytest.raises(LookupError):
        look_and_fail()
    assert reveals() == []


def test_a_resident_without_a_phone_has_none_to_show(cast: Cast, need: dict[str, Any]) -> None:
    clerk = cast("clerk")
    order = str(posting.post(clerk, {**need, "resident": {"name": "陈桂兰"}}, once(clerk))["order_id"])
    assert revealed(clerk, order) is None


def test_programs_reveal_through_the_same_door_and_leave_the_same_row(app: Flask, cast: Cast, order: str) -> None:
    headers = {"Authorization": f"Bearer {make_token(cast('coordinator').id)}"}
    answer = app.test_client().post(f"/api/v1/orders/{order}/reveal", headers=headers)
    assert answer.json == {"phone": "13900001234"}
    assert [(row["person_id"], row["why"]) for row in reveals()] == [(cast("coordinator").id, "coordinator")]


def test_no_list_or_errand_shows_the_number_without_a_reveal(app: Flask, cast: Cast, order: str) -> None:
    headers = {"Authorization": f"Bearer {make_token(cast('coordinator').id)}"}
    for path in ("/api/v1/orders", f"/api/v1/orders/{order}"):
        page = app.test_client().get(path, headers=headers).text
        assert "139****1234" in page
        assert "13900001234" not in page


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        ("13812345678", "138****5678"),
        ("02266201234", "022****1234"),
        ("66201234", "****1234"),
        ("0512345678", "****5678"),
        ("6620123", "****"),
        ("", None),
        (None, None),
    ],
)
def test_a_number_is_shown_so_that_only_she_knows_it(phone: str | None, shown: str | None) -> None:
    assert masked(phone) == shown
