"""What a desk does when phones are too slow: the next wave now, the whole station now, or by telephone, with what each said noted."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import Connection, select, update

from dispatch.core.clock import SHANGHAI, now
from dispatch.core.errors import Invalid, NotEligible, NotFound, PhonesSilent
from dispatch.core.idempotency import Once
from dispatch.core.permits import permitted
from dispatch.core.unit_of_work import Work, transaction
from dispatch.core.upserts import insert_into, inserted
from dispatch.journal.hints import announce
from dispatch.orders.alert_models import AlertPlan, PhoneCall
from dispatch.orders.alert_queries import alert_counts as counts_of
from dispatch.orders.alert_queries import opened_at, planned_order, reasons_of, rules_of, told_of
from dispatch.orders.alert_rules import HEEDS_QUIET, Rules, quiet_until
from dispatch.orders.candidates import Pool, Told, goal_of, pool_of
from dispatch.orders.commanding import Outcome, carry_out, tell
from dispatch.orders.delivering import RELEASE_REASONS
from dispatch.orders.escalating import steps_shown
from dispatch.orders.models import Decline
from dispatch.orders.offering import asks_ahead
from dispatch.orders.policy import PERMITS, same_station
from dispatch.orders.queries import Row, order_facts
from dispatch.people.identity import Actor, actor_by_id
from dispatch.people.models import Person, Role
from dispatch.people.recording import note

#: What somebody who was rung up may have said.
PHONED = ("yes", "no", "no_answer")
#: Nobody rings up more than so many for one order.
CALLS_MOST = 100

_plans, _calls, _persons = AlertPlan.__table__, PhoneCall.__table__, Person.__table__


def push(actor: Actor, order_id: str, once: Once) -> Outcome:
    """Now the next wave in which somebody more is asked.

    Raises:
        NotFound, NotEligible, TooLate: as for every command.
        PhonesSilent: the station has its alerts off, it is night for what can wait, as many have been asked as may be, or
            there is nobody left whose phone would add to the chance that somebody comes.
    """

    def act(work: Work, _me: Actor, order: Row) -> Outcome:
        rules = _speaking(work, order)
        quiet = quiet_until(rules.quiet_from, rules.quiet_to, now()) if order.urgency == HEEDS_QUIET else None
        if quiet:
            raise PhonesSilent(
                _("现在不响：不急的单 %(time)s 起再提醒。等不得的话，请打电话找人。", time=f"{quiet.astimezone(SHANGHAI):%H:%M}")
            )
        schedule = rules.urgencies[order.urgency].schedule
        if counts_of(work.connection, [order_id])[order_id]["asked"] >= schedule.most:
            raise PhonesSilent(_("这一单提醒过的人已经够多了，请打电话找人。"))
        ahead_s = asks_ahead(_hurry(work, order), now(), schedule.wave_s)
        if ahead_s is None:
            raise PhonesSilent(_("再提醒一轮也多不了希望：要么已经够了，要么剩下的人多半来不了。可以问遍全站，或者打电话找人。"))
        work.execute(update(_plans).where(_plans.c.order_id == order_id).values(ahead_s=ahead_s))
        return {"order_id": order_id}

    return carry_out("push", actor, order_id, once, act)


def widen(actor: Actor, order_id: str, once: Once) -> Outcome:
    """Everybody on duty at the station who may be asked at all, now.

    Raises:
        NotFound, NotEligible, TooLate: as for every command.
        PhonesSilent: the station has its alerts off, or nobody is left.
    """

    def act(work: Work, _me: Actor, order: Row) -> Outcome:
        _speaking(work, order)
        planned = _hurry(work, order, widen=True)
        told = told_of(work.connection, [planned], now())[order_id]
        if not pool_of(work.connection, order.station_id, now()).candidates(planned, told):
            raise PhonesSilent(_("当班的人里没有可以再提醒的了。请打电话找人，或者向邻站借人。"))
        return {"order_id": order_id}

    return carry_out("widen", actor, order_id, once, act)


def _speaking(work: Work, order: Row) -> Rules:
    """The station's rules, by which phones speak.

    Raises:
        PhonesSilent: it has its alerts off.
    """
    rules = rules_of(work.connection, order.station_id)
    if not rules.on:
        raise PhonesSilent()
    return rules


def _hurry(work: Work, order: Row, **values: Any) -> Row:
    """Have the plan looked at now; the order with it. A look under way was decided before: its number is no longer the plan's."""
    full: Row = planned_order(work.connection, order.id)
    if full.look is None:
        fresh = {"order_id": order.id, "station_id": order.station_id, "opened_at": opened_at(full), "round": 1, "look": 0, "wave": 0,
                 "looked_at": now(), "next_at": now(), "ahead_s": 0.0, "widen": False, "step": "waves", "steps": []}  # fmt: skip
        work.execute(insert_into(work, _plans).on_conflict_do_nothing(), fresh)
    hurried = {"next_at": now(), "next_wave_at": now(), "look": _plans.c.look + 1, **values}
    work.execute(update(_plans).where(_plans.c.order_id == order.id).values(**hurried))
    # Nothing has happened that the journal would tell: what follows is told when phones speak.
    work.after_commit.append(partial(announce, current_app._get_current_object(), order.station_id))  # type: ignore[attr-defined]
    return planned_order(work.connection, order.id)


def _for_desk(connection: Connection, actor: Actor, order_id: str, permit: str) -> Row:
    """An order for who may do this to it.

    Raises:
        NotFound, NotEligible: it is not theirs.
    """
    order = planned_order(connection, order_id)
    if order is None or not permitted(PERMITS, "see", actor, order_facts(connection, order_id, actor.id)):
        raise NotFound()
    if not permitted(PERMITS, permit, actor, order):
        raise NotEligible()
    return order


def plan_shown(connection: Connection, actor: Actor, order_id: str) -> dict[str, Any]:
    """How far the alerts of an order have come: counts, reasons, and every step with its clock.

    Raises:
        NotFound, NotEligible: not an order of this desk's.
    """
    order = _for_desk(connection, actor, order_id, "see_alerts")
    counts = counts_of(connection, [order_id])[order_id]
    clocks = rules_of(connection, order.station_id).urgencies[order.urgency].clocks
    which = order.round or 1
    return {**counts, "steps": steps_shown(order, clocks, opened_at(order)), "reasons": reasons_of(connection, order_id, which)}


def call_list(connection: Connection, actor: Actor, order_id: str) -> list[dict[str, Any]]:
    """Whom a coordinator may ring up for an order: the likeliest first, whatever his phone was asked; with what was said already.

    Raises:
        NotFound, NotEligible: not an order of hers.
    """
    order = _for_desk(connection, actor, order_id, "ring_up")
    pool = pool_of(connection, order.station_id, now(), off_duty=True)
    told = told_of(connection, [order], now())[order_id]
    called = connection.execute(select(_calls.c.person_id, _calls.c.outcome, _calls.c.reason).where(_calls.c.order_id == order_id))
    outcomes = {row.person_id: row for row in called}
    skills = set(order.skills or ())
    able = [one for one in pool.phones.values() if skills <= one.skills and told.not_him.get(one.id) != "holds"]
    listed = sorted((pool.candidate(one, goal_of(order)) for one in able), key=lambda one: (-one.likelihood, one.person_id))[:CALLS_MOST]
    found = select(_persons.c.id, _persons.c.name).where(_persons.c.id.in_([one.person_id for one in listed]))
    names = {row.id: row.name for row in connection.execute(found)}
    return [
        {
            "person_id": one.person_id, "name": names[one.person_id], "on_duty": pool.phones[one.person_id].on_duty,
            "likelihood": round(one.likelihood, 3), "distance_m": round(one.km * 1000), "why": _why(pool, order, told, one.person_id),
            "outcome": outcomes[one.person_id].outcome if one.person_id in outcomes else None,
            "reason": outcomes[one.person_id].reason if one.person_id in outcomes else None,
        }
        for one in listed
    ]  # fmt: skip


def _why(pool: Pool, order: Row, told: Told, person_id: str) -> str | None:
    """Why his phone is not asked, or what became of it when it was."""
    phone, asked = pool.phones[person_id], told.asked.get(person_id)
    if asked is not None:
        return str(asked.outcome)
    return pool.why_not(phone, order, told) if phone.on_duty else "off_duty"


def number_of(actor: Actor, order_id: str, person_id: str) -> str | None:
    """A courier's number, to ring him up for an order; that it was seen is written down among what was done to him.

    Raises:
        NotFound, NotEligible: not an order of hers.
        Invalid: not a courier of this station.
    """
    with transaction() as work:
        order = _for_desk(work.connection, actor, order_id, "ring_up")
        _check_courier(work, order, person_id)
        note(work, person_id, "phone_seen", actor.id, order_id=order_id)
        return work.execute(select(_persons.c.phone).where(_persons.c.id == person_id)).scalar_one()


def phoned(actor: Actor, order_id: str, person_id: str, outcome: str, reason: str | None, once: Once) -> Outcome:
    """Note what somebody said who was rung up. A no is like his own: the order leaves his board and he is not asked for it.

    Args:
        outcome: one of PHONED. A yes is only noted: the order is given to him by `assign`, with `phoned_in`.
        reason: of a no, one of RELEASE_REASONS.
    Raises:
        NotFound, NotEligible, TooLate: as for every command.
        Invalid: not a courier of this station, or an outcome or a reason that is none.
    """
    if outcome not in PHONED:
        raise Invalid("outcome")
    if reason is not None and (outcome != "no" or reason not in RELEASE_REASONS):
        raise Invalid("reason")

    def act(work: Work, me: Actor, order: Row) -> Outcome:
        _check_courier(work, order, person_id)
        row = {"order_id": order_id, "person_id": person_id}
        said = {"outcome": outcome, "reason": reason, "by": me.id, "at": now()}
        fresh = insert_into(work, _calls).values(**row, **said)
        work.execute(fresh.on_conflict_do_update(index_elements=["order_id", "person_id"], set_=said))
        if outcome == "no":
            declined = {**row, "reason": reason or "other", "at": now()}
            if inserted(work, Decline.__table__, declined):
                tell(work, order, "order.declined", persons=[person_id], reason=reason or "other")
        return {"order_id": order_id}

    return carry_out("ring_up", actor, order_id, once, act)


def _check_courier(work: Work, order: Row, person_id: str) -> None:
    courier = actor_by_id(work.connection, person_id)
    if courier is None or courier.role != Role.COURIER or not same_station(courier, order):
        raise Invalid("person_id")
