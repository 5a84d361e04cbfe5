"""What an answer teaches, once; what is forgotten, and when."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from dispatch.core.unit_of_work import look_again, reading, transaction
from dispatch.journal.following import Follower
from dispatch.orders import believing, claiming, wishing
from dispatch.orders.alert_models import AlertPlan, AlertWishes
from dispatch.orders.candidates import pool_of
from dispatch.orders.predicting import as_row, newcomer, own_from_row, prior
from dispatch.people.enrolling import set_active
from tests.orders.phones import ALERTS, Phones
from tests.orders.play import STATION, once


def own(phones: Phones, person: str) -> float:
    row = phones.belief(person)
    return own_from_row(row.numbers).mean if row else 0.0


@pytest.mark.parametrize("answer", ["claimed", "declined", "silent", "withdrawn"])
def test_a_yes_raises_what_is_believed_a_no_lowers_it_and_a_withdrawal_teaches_nothing(phones: Phones, answer: str) -> None:
    (me,) = phones.only_on_duty("courier1")
    order = phones.post()
    phones.look()
    if answer == "claimed":
        phones.claim("courier1", order)
    elif answer == "declined":
        phones.decline(me, order)
    elif answer == "silent":
        phones.clock.on(seconds=101)
    else:
        coordinator = phones.cast("coordinator")
        claiming.assign(coordinator, order, phones.cast("courier2").id, once(coordinator))
    phones.look()
    assert phones.outcomes(order) == {me: answer}
    mean, row, station = own(phones, me), phones.belief(me), phones.belief(STATION)
    if answer == "withdrawn":
        assert (mean, row.answers, station) == (0.0, 0, None)
        return
    assert mean > 0 if answer == "claimed" else mean < 0
    assert (row.answers, station.answers) == (1, 1)
    assert station.numbers != as_row(prior())
    assert (row.unanswered > 0) == (answer == "silent")


def test_an_entry_that_is_read_twice_teaches_once(phones: Phones) -> None:
    order = phones.post()
    phones.look()
    first = phones.persons(order)[0]
    phones.decline(first, order)
    phones.claim("courier1", order)
    phones.look()
    one = phones.cast("courier1").id
    before, claims = own(phones, first), phones.belief(one).claims
    with transaction() as work:  # as after a process that ended before it noted how far it had read
        work.execute(delete(Follower.__table__).where(Follower.__table__.c.name == believing.READER))
    phones.look()
    assert (own(phones, first), phones.belief(one).claims) == (before, claims)
    assert claims > 0


def test_what_is_learned_survives_and_decides_who_is_asked(phones: Phones) -> None:
    willing, reluctant = phones.only_on_duty("courier1", "courier2")
    phones.settings(claim_cap=50)
    for n in range(6):
        order = phones.post(building=f"{n}号楼")
        phones.look()
        if reluctant in phones.persons(order):
            phones.decline(reluctant, order)
        phones.claim("courier1", order)
        phones.look(seconds=1)
    pool = pool_of(reading(), STATION, phones.clock.moment)
    assert pool.phones[willing].own.mean > 0 > pool.phones[reluctant].own.mean
    assert pool.phones[willing].answers == 6


def test_who_has_had_more_than_others_has_the_larger_share(phones: Phones) -> None:
    one, other = phones.only_on_duty("courier1", "courier2")
    phones.claim("courier1", phones.post())
    phones.look()
    pool = pool_of(reading(), STATION, phones.clock.moment)
    assert pool.candidate(pool.phones[one], None).share > pool.candidate(pool.phones[other], None).share


def test_counts_fade(phones: Phones) -> None:
    (me,) = phones.only_on_duty("courier1")
    phones.post()
    phones.look()
    begun = phones.clock.moment
    now_many = pool_of(reading(), STATION, begun).phones[me].recent
    later = pool_of(reading(), STATION, begun + timedelta(days=3.5)).phones[me].recent
    assert now_many == pytest.approx(11)
    assert later == pytest.approx(now_many / 2)


def test_after_ninety_days_a_row_leads_to_nobody_and_stays_for_study(phones: Phones) -> None:
    order = phones.post()
    phones.look()
    many = len(phones.asked(order))
    for later, named in ((timedelta(days=89), many), (timedelta(days=2), 0)):
        phones.clock.on(days=later.days)
        with transaction() as work:
            believing.forget_alerts(work)
        assert len([one for one in phones.persons(order) if one]) == named
    assert len(phones.asked(order)) == many
    plans = select(AlertPlan.__table__.c.order_id).where(AlertPlan.__table__.c.order_id == order)
    assert reading().execute(plans).all() == []


def test_what_is_believed_and_wished_of_somebody_goes_with_him(phones: Phones) -> None:
    me, admin = phones.cast("courier1"), phones.cast("admin")
    stays, _ = phones.only_on_duty("courier2", "courier1")
    wishing.wish(me, {"per_day": 3})
    phones.post()
    phones.look()
    assert phones.belief(me.id) is not None
    set_active(admin, me.id, False)
    with transaction() as work:
        believing.forget_alerts(work)
    assert phones.belief(me.id) is None
    assert phones.belief(stays) is not None
    look_again()
    assert reading().execute(select(AlertWishes.__table__)).all() == []


def test_a_newcomer_is_taken_for_a_newcomer(phones: Phones) -> None:
    pool = pool_of(reading(), STATION, phones.clock.moment)
    assert {phone.own for phone in pool.phones.values()} == {newcomer()}
    assert {phone.recent for phone in pool.phones.values()} == {10.0}


def test_a_row_is_written_off_though_its_order_was_taken_unseen(phones: Phones, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its entry was read before the alert was written: the two happened at one moment."""
    order = phones.post()
    phones.look()
    phones.claim("courier1", order)
    believing.settle()
    with transaction() as work:
        work.execute(update(ALERTS).where(ALERTS.c.order_id == order).values(outcome="standing"))
    phones.look(seconds=101)
    outcomes: dict[str, Any] = phones.outcomes(order)
    assert set(outcomes.values()) <= {"withdrawn", "standing"}
    assert {person for person, outcome in outcomes.items() if outcome == "standing"} <= {phones.cast("courier1").id}
