"""An errand done again, what looks like it already, and who calls in her stead."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from dispatch.core.clock import SHANGHAI
from dispatch.core.errors import Invalid, NotEligible, NotFound, TooLate
from dispatch.core.unit_of_work import look_again, reading, transaction
from dispatch.orders.closing import cancel
from dispatch.orders.delivering import deliver, pick_up, reveal
from dispatch.orders.forgetting import forget_finished
from dispatch.orders.repeating import again, last_order, look_before
from dispatch.residents.models import Resident, Reveal
from tests.core.visitors import Visitor
from tests.orders.clockwork import Clock
from tests.orders.play import STATION, Street, code_of, once


@pytest.fixture
def today(clock: Clock) -> Clock:
    clock.set("2026-11-24 10:00")
    return clock


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def draft(play: Street, order_id: str, login: str = "clerk") -> dict[str, Any]:
    look_again()
    return again(reading(), play.cast(login), order_id)


def test_all_that_was_asked_for_is_asked_for_again_and_can_be_posted_as_it_is(app: Flask, play: Street, today: Clock) -> None:
    first = play.post(slots=2, money_limit=5000, skills=["medicine", "escort"], familiar_first=True, urgency="routine")
    clerk = Visitor(app, "clerk")
    said = clerk.get(f"/orders/{first}/again").json
    assert said["resident"] == {"name": "陈桂兰", "phone": "139****1234", "door": "2单元301"}
    assert said["repeats"]["id"] == first
    given = {name: value for name, value in said.items() if name not in ("resident", "repeats")}
    second = clerk.post(given).json
    for name in ("kind", "summary", "building", "urgency", "slots", "money_limit", "skills", "familiar_first", "private"):
        assert second[name] == play.seen("clerk", first)[name], name
    assert second["id"] != first
    assert second["number"] != play.seen("clerk", first)["number"]
    assert play.row(second["id"]).resident_id == play.row(first).resident_id


@pytest.mark.parametrize(
    ("start", "end", "asked_at", "new_start", "new_end"),
    [
        # A usual end, which nobody chose, is usual again.
        (None, None, "2026-11-26 15:00", None, None),
        # The same hours today …
        ("2026-11-24 14:00", "2026-11-24 16:00", "2026-11-26 09:00", "2026-11-26 14:00", "2026-11-26 16:00"),
        ("2026-11-24 14:00", "2026-11-24 16:00", "2026-11-26 15:00", "2026-11-26 14:00", "2026-11-26 16:00"),
        # … or, when they are over, tomorrow; over the end of a month and of a year.
        ("2026-11-24 14:00", "2026-11-24 16:00", "2026-11-26 16:00", "2026-11-27 14:00", "2026-11-27 16:00"),
        ("2026-11-24 14:00", "2026-11-24 16:00", "2026-11-30 20:00", "2026-12-01 14:00", "2026-12-01 16:00"),
        ("2026-11-24 14:00", "2026-11-24 16:00", "2026-12-31 20:00", "2027-01-01 14:00", "2027-01-01 16:00"),
        (None, "2026-11-24 18:00", "2026-11-26 09:00", None, "2026-11-26 18:00"),
        (None, "2026-11-24 18:00", "2026-11-26 19:00", None, "2026-11-27 18:00"),
        # On the same day; and one that goes over midnight.
        ("2026-11-24 14:00", "2026-11-24 16:00", "2026-11-24 10:30", "2026-11-24 14:00", "2026-11-24 16:00"),
        ("2026-11-24 22:00", "2026-11-25 02:00", "2026-11-26 09:00", "2026-11-26 22:00", "2026-11-27 02:00"),
    ],
)
def test_its_window_is_moved_to_today(
    play: Street, today: Clock, start: str | None, end: str | None, asked_at: str, new_start: str | None, new_end: str | None
) -> None:
    order = play.post(window_start=start and moment(start), window_end=end and moment(end))
    today.set(asked_at)
    said = draft(play, order)
    assert [said[name] and said[name][:16].replace("T", " ") for name in ("window_start", "window_end")] == [new_start, new_end]


@pytest.mark.parametrize(
    ("login", "refused"), [("clerk2", NotFound), ("neighbour", NotFound), ("supervisor", NotFound), ("courier1", NotEligible)]
)
def test_only_who_posts_for_her_repeats(play: Street, login: str, refused: type[Exception]) -> None:
    order = play.post()
    with pytest.raises(refused):
        draft(play, order, login)
    with pytest.raises(refused):
        last_order(reading(), play.cast(login), play.row(order).resident_id)
    assert draft(play, order, "coordinator")["resident_id"] == play.row(order).resident_id


def test_her_last_order_is_the_latest_that_was_not_cancelled(play: Street) -> None:
    clerk = play.cast("clerk")
    play.post(summary="第一单")
    second, third = play.post(summary="第二单"), play.post(summary="第三单")
    resident = play.row(second).resident_id
    cancel(clerk, third, "mistake", once(clerk))
    look_again()
    assert last_order(reading(), clerk, resident)["summary"] == "第二单"
    with pytest.raises(NotFound):
        last_order(reading(), clerk, "nobody")


def test_who_has_been_forgotten_cannot_be_repeated(play: Street, clock: Clock) -> None:
    order, clerk = play.post(), play.cast("clerk")
    cancel(clerk, order, "mistake", once(clerk))
    clock.on(days=32)
    with transaction() as work:
        work.execute(Resident.__table__.update().values(created_at=clock.moment - timedelta(days=40)))
        forget_finished(work)
    with pytest.raises(TooLate):
        draft(play, order)


# What looks like it already -----------------------------------------------------------------------------------------------------------


def alike(play: Street, **typed: Any) -> list[str]:
    look_again()
    given = {"kind": "medicine", "building": "3号楼", **typed}
    return [one["id"] for one in look_before(reading(), play.cast("clerk"), given)["duplicates"]]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ({"resident": {"name": "何秀兰", "phone": "13900001234"}}, True),
        ({"resident": {"phone": "139 0000 1234"}}, True),  # her number, whoever phones
        ({"resident": {"name": "何秀兰"}}, True),  # by name and building, where one of the two has no number
        ({"resident": {"name": "何秀兰"}, "building": "5号楼"}, False),
        ({"resident": {"name": "何秀兰"}, "building": None}, False),
        ({"resident": {"name": "何秀兰", "phone": "13900005555"}}, False),  # a namesake
        ({"resident": {"name": "何秀芳"}}, False),
        ({"resident": {"name": "何秀兰", "phone": "139"}}, True),  # half a number is none
        ({"kind": "groceries", "resident": {"name": "何秀兰", "phone": "13900001234"}}, False),
        ({}, False),
    ],
)
def test_what_is_the_same_today(play: Street, typed: dict[str, Any], found: bool) -> None:
    order = play.post(resident={"name": "何秀兰", "phone": "13900001234"})
    assert alike(play, **typed) == ([order] if found else [])


def test_it_is_shown_with_its_status_and_keeps_nobody_from_posting(app: Flask, play: Street) -> None:
    order = play.post()
    play.claim("courier1", order)
    clerk = Visitor(app, "clerk")
    body = {"kind": "medicine", "resident": {"name": "陈桂兰", "phone": "13900001234"}, "building": "3号楼", "money": "much"}
    answer = clerk.ask("POST", "/api/v1/orders/preview", json=body)
    (shown,) = answer.json["duplicates"]
    assert (answer.status_code, shown["status"], shown["private"]["name"]) == (200, "claimed", "陈桂兰")
    assert answer.json["last"]["repeats"]["id"] == order
    assert clerk.post(play.need).status_code == 201


def test_neither_yesterdays_nor_cancelled_ones_nor_those_next_door_are_alike(play: Street, clock: Clock) -> None:
    clerk = play.cast("clerk")
    yesterday, cancelled = play.post(), play.post()
    play.set(yesterday, posted_at=clock.moment - timedelta(days=1), window_end=clock.moment - timedelta(days=1))
    cancel(clerk, cancelled, "mistake", once(clerk))
    play.post("clerk2")
    assert alike(play, resident={"name": "陈桂兰", "phone": "13900001234"}) == []


@pytest.mark.parametrize(("login", "status"), [("courier1", 403), ("supervisor", 403), ("clerk2", 404), ("", 401)])
def test_who_may_not_post_is_not_shown_what_there_is(app: Flask, play: Street, login: str, status: int) -> None:
    play.post()
    body = {"kind": "medicine", "resident": {"phone": "13900001234"}, "community_id": f"{STATION}003"}
    answer = Visitor(app, login).ask("POST", "/api/v1/orders/preview", json=body)
    assert answer.status_code == status
    assert "陈桂兰" not in answer.text


# Who calls in her stead -------------------------------------------------------------------------------------------------------------

SON = {"name": "陈小刚", "phone": "137 1111 2222"}


def test_the_courier_is_told_whom_to_call_while_he_holds_it(play: Street) -> None:
    order = play.post(caller=SON)
    assert play.seen("clerk", order)["caller"] == {"name": "陈小刚", "phone": "137****2222"}
    assert "caller" not in play.seen("courier1", order)
    play.claim("courier1", order)
    one = play.cast("courier1")
    assert play.seen("courier1", order)["caller"] == {"name": "陈小刚", "phone": "137****2222"}
    assert reveal(one, order, once(one), "caller") == "13711112222"
    assert reveal(one, order, once(one)) == "13900001234"
    look_again()
    rows = reading().execute(select(Reveal.__table__.c.what).where(Reveal.__table__.c.order_id == order)).scalars()
    assert sorted(rows) == ["caller", "phone"]
    pick_up(one, order, once(one))
    deliver(one, order, once(one), code=code_of(play, order))
    assert "caller" not in play.seen("courier1", order)
    with pytest.raises(TooLate):
        reveal(one, order, once(one), "caller")


def test_without_a_caller_there_is_no_number_of_his(app: Flask, play: Street) -> None:
    order = play.post()
    clerk = Visitor(app, "clerk")
    assert clerk.say("reveal", order, whose="caller").json == {"phone": None}
    assert clerk.say("reveal", order).json == {"phone": "13900001234"}
    assert clerk.say("reveal", order, whose="neighbour").status_code == 422
    assert "caller" not in clerk.get(f"/orders/{order}").json


@pytest.mark.parametrize(
    ("caller", "field"),
    [
        ({"name": "陈小刚"}, "caller.phone"),
        ({"phone": "13711112222"}, "caller.name"),
        ({"name": "  ", "phone": "13711112222"}, "caller.name"),
        ({"name": "陈小刚", "phone": "12"}, "caller.phone"),
        ("陈小刚", "caller"),
    ],
)
def test_half_a_caller_is_none(app: Flask, play: Street, caller: Any, field: str) -> None:
    answer = Visitor(app, "clerk").post(play.need, caller=caller)
    assert (answer.status_code, answer.json["field"]) == (422, field)


def test_nothing_of_him_can_be_read_in_the_file(play: Street, app: Flask, tmp_path: Any) -> None:
    play.post(caller=SON)
    data = b"".join(path.read_bytes() for path in (tmp_path / "app").glob("lastmetre.db*"))
    assert "陈小刚".encode() not in data
    assert b"13711112222" not in data


def test_a_caller_whose_number_is_none_posts_nothing(play: Street) -> None:
    with pytest.raises(Invalid):
        play.post(caller={"name": "陈小刚", "phone": "1"})
