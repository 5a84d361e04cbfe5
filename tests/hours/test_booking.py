"""Hours come from events: rounded and capped by kind, for each of several persons, and written into a book that nobody changes."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import DBAPIError

from dispatch.core.clock import SHANGHAI, now
from dispatch.core.unit_of_work import transaction
from dispatch.hours import booking, rules
from dispatch.hours.booking import book
from dispatch.hours.rules import RULES, Rule, credited, day_of, rule_of, rule_on
from dispatch.journal import following
from dispatch.journal.following import Follower
from dispatch.orders import closing, delivering
from dispatch.orders.posting import KINDS
from tests.hours.errands import HOURS, MINUTE, delivered, lines
from tests.orders.play import STATION, Street, once

AT = datetime(2026, 11, 24, 10, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("kind", "minutes", "counts"),
    [
        ("medicine", 0, 15),  # what is delivered counts at least this
        ("medicine", 7.4, 15),
        ("medicine", 22.4, 15),  # to the nearest quarter
        ("medicine", 22.5, 30),  # a half upwards
        ("medicine", 89, 90),
        ("medicine", 90, 90),
        ("medicine", 91, 90),  # the cap
        ("medicine", 900, 90),
        ("clinic", 239, 240),
        ("clinic", 900, 240),
        ("parcel", 60, 45),
        ("a kind of tomorrow", 900, 60),  # as `other`
        ("medicine", -5, 15),  # a clock that was put back
    ],
)
def test_an_errand_counts_from_claim_to_delivery_rounded_and_capped_by_kind(kind: str, minutes: float, counts: int) -> None:
    assert credited(RULES[0], kind, AT, AT + minutes * MINUTE) == counts


def test_what_was_delivered_under_an_older_rule_keeps_it(play: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    newer = Rule(version=2, since=date(2027, 1, 1), step=30, least=30, caps=RULES[0].caps)
    monkeypatch.setattr(rules, "RULES", (*RULES, newer))
    assert [rule_on(day).version for day in (date(2020, 1, 1), date(2026, 12, 31), date(2027, 1, 1))] == [1, 1, 2]
    assert rule_of(1) is RULES[0]
    # It is the day of the delivery in Shanghai that counts.
    assert rule_on(day_of(datetime.fromisoformat("2026-12-31T16:30:00+00:00"))).version == 2


def test_every_kind_of_order_has_its_cap_in_whole_steps() -> None:
    for rule in RULES:
        assert set(rule.caps) == set(KINDS)
        assert all(most % rule.step == 0 and most >= rule.least for most in rule.caps.values())
        assert rule.least % rule.step == 0


def test_each_of_several_persons_has_his_own_and_reading_again_books_nothing(play: Street) -> None:
    book()
    before = len(lines())
    order = delivered(play, "courier11", "courier12", minutes=40, kind="clinic")
    book()
    mine = [line for line in lines() if line.order_id == order]
    assert {line.person_id for line in mine} == {play.cast(login).id for login in ("courier11", "courier12")}
    assert {line.minutes for line in mine} == {45}
    assert {(line.station_id, line.district_id) for line in mine} == {(STATION, "120116")}
    assert book() == 0
    with transaction() as work:
        work.execute(delete(Follower.__table__))
    assert book() > 0
    assert len(lines()) == before + 2


def test_what_was_released_lapsed_or_failed_counts_for_nothing(play: Street) -> None:
    book()
    before = len(lines())
    one = play.cast("courier11")
    for end in ("busy", None, "nobody_home"):
        order = play.post()
        play.claim("courier11", order)
        if end == "busy":
            delivering.release(one, order, end, once(one))
        elif end == "nobody_home":
            delivering.fail(one, order, end, once(one))
        else:
            play.set(order, pick_up_by=now())
            closing.by_the_clock("lapse", order)
    book()
    assert len(lines()) == before


def test_the_database_itself_refuses_to_change_the_book(play: Street) -> None:
    delivered(play, "courier11")
    book()
    for change in (update(HOURS).values(minutes=600), delete(HOURS)):
        with pytest.raises(DBAPIError, match="never changed"), transaction() as work:
            work.execute(change)


def test_a_long_backlog_is_read_in_several_goes(play: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "MOST", 2)
    monkeypatch.setattr(booking, "ORDERS_AT_ONCE", 1)
    orders = [delivered(play, "courier11") for _ in range(5)]
    goes = list(iter(book, 0))
    assert len(goes) >= 3
    assert max(goes) <= 2 * 2, "of each of the district's two stations so many"
    assert {line.order_id for line in lines()} >= set(orders)
