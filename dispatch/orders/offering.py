"""Whom to alert, when, and when to tell a human: each open order has a plan that goes on by itself, look by look.

What is chosen is decided by `waves` and `predicting`, which know no database. Here is what makes it safe: a look is one conditional
UPDATE of the plan's number in the transaction of its alerts and of their journal entry. Two clocks at once, a process that is killed
between two looks, a clock that is put forward or back: nobody is asked twice, and nobody is forgotten.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from dispatch.core.breathing import breathing, in_parts
from dispatch.core.clock import iso, now
from dispatch.core.ids import new_id
from dispatch.core.unit_of_work import Work, look_again, reading, transaction
from dispatch.core.upserts import insert_into
from dispatch.orders.alert_models import Alert, AlertPlan, Belief
from dispatch.orders.alert_queries import CLOCKS_DIFFER, STANDING, due_orders, opened_at, round_of, rules_at, told_of
from dispatch.orders.alert_rules import HEEDS_QUIET, Rules, quiet_until
from dispatch.orders.candidates import Pool, Told, goal_of, pools_of
from dispatch.orders.commanding import ORDERS, tell
from dispatch.orders.comparing import behind
from dispatch.orders.escalating import due_steps, next_step_at, take_step
from dispatch.orders.predicting import as_row, newcomer, tiring
from dispatch.orders.queries import Row
from dispatch.orders.states import Status
from dispatch.orders.waves import Candidate, Schedule, eased, enough, next_look_s, spared, wave_at, whom_to_ask
from dispatch.people.presence import presence

#: A plan is looked at again after so long, whatever else: somebody may have come on duty, or a desk changed a rule.
LOOK_AGAIN = timedelta(minutes=5)
#: Orders in one transaction: nobody who writes waits for more.
AT_ONCE = 20
#: So many waves ahead a price has come down to its floor.
AHEAD_MOST = 30

_alerts, _plans, _beliefs = Alert.__table__, AlertPlan.__table__, Belief.__table__
#: What each look writes anew.
_PLANNED = [column.name for column in _plans.columns if not column.primary_key]


@dataclass(slots=True)
class Look:
    """What one look at one order's plan has come to."""

    order: Row
    round: int
    wave: int
    next_at: datetime
    next_wave_at: datetime | None
    ahead_s: float
    #: Those whose phones speak now, with the row that is kept of each.
    asked: list[dict[str, Any]] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)


def offer() -> int:
    """Look at every plan that is due; returns at how many. Harmless if run twice, or by two at once."""
    look_again()
    moment, done = now(), 0
    orders = due_orders(reading(), moment)
    looks = _looks(orders, moment) if orders else []
    look_again()
    for part in in_parts(looks, AT_ONCE):
        with transaction() as work:
            done += _carry_out(work, part, moment)
    return done


def asks_ahead(order: Row, moment: datetime, wave_s: float) -> float | None:
    """How far ahead of its age an order's plan must be for somebody more to be asked now; None where nobody would be.

    Args:
        order: with its plan, as `planned_order` reads it.
        wave_s: seconds from wave to wave.
    """
    ahead = [order._replace(ahead_s=order.ahead_s + wave_s * waves) for waves in range(1, AHEAD_MOST + 1)]
    return next((look.ahead_s for look in _looks(ahead, moment) if look.asked), None)


def _looks(orders: Sequence[Row], moment: datetime) -> list[Look]:
    """What is to be done for these orders, decided from one picture of their stations and without holding anything."""
    stations = {order.station_id for order in orders}
    pools, rules, told = pools_of(reading(), stations, moment), rules_at(reading(), stations), told_of(reading(), orders, moment)
    worse = behind(reading(), stations, moment)
    fresh = {order.station_id for order in orders if order.round is None}
    here = presence().lately([person_id for one in fresh for person_id in pools[one].phones]) if fresh else set()
    watched = {one for one in fresh if not here.isdisjoint(pools[one].phones)}
    return [
        _look(
            rules[order.station_id], pools[order.station_id], order, told[order.id],
            worse[order.station_id].get(order.community_id, 0.0), order.station_id in watched,
        )
        for order in breathing(orders, 1)
    ]  # fmt: skip


def _look(rules: Rules, pool: Pool, order: Row, told: Told, worse: float, watched: bool) -> Look:
    moment, opened, which = pool.moment, opened_at(order), round_of(order)
    same = order.round == which
    rule, ahead_s = rules.urgencies[order.urgency], order.ahead_s if same else 0.0
    on_the_board_s = max(0.0, (moment - opened).total_seconds())
    steps = due_steps(rule.clocks, opened, moment, {name for name, _ in order.steps} if same else ())
    quiet = quiet_until(rules.quiet_from, rules.quiet_to, moment) if order.urgency == HEEDS_QUIET else None
    # Whoever looks at the board has it on his card already: for some seconds no phone speaks.
    first = opened + timedelta(seconds=rule.head_start_s) if watched and order.round is None else moment
    wave_in = timedelta(seconds=max(1.0, next_look_s(rule.schedule, on_the_board_s + ahead_s)))
    wave = wave_at(rule.schedule, on_the_board_s + ahead_s)
    asks = rules.on and not quiet and first <= moment
    next_wave_at = (moment + wave_in if asks else quiet or first) if rules.on and len(told.asked) < rule.schedule.most else None
    look = Look(order, which, wave, moment, next_wave_at, ahead_s, steps=steps)
    everybody = rules.on and ((same and bool(order.widen)) or "whole_station" in steps)
    if everybody or asks:
        _choose(look, spared(eased(rule.schedule, worse), tiring(pool.shared)), pool, told, everybody)
    over = [row.expires_at for row in told.asked.values() if _stands(row, moment)] + [row["expires_at"] for row in look.asked]
    others = (next_wave_at, next_step_at(rule.clocks, opened, moment), quiet, order.opens_to_all_at, moment + LOOK_AGAIN)
    look.next_at = min(at for at in (*over, *others) if at is not None and at > moment)
    return look


def _stands(row: Row, moment: datetime) -> bool:
    """Whether an answer may still come. What was sent later than now was sent before the clock was put back."""
    return bool(row.outcome == "standing" and row.expires_at > moment and row.sent_at <= moment + CLOCKS_DIFFER)


def _choose(look: Look, schedule: Schedule, pool: Pool, told: Told, everybody: bool) -> None:
    standing = [row.likelihood for row in told.asked.values() if _stands(row, pool.moment)]
    if everybody:
        chosen = sorted(pool.candidates(look.order, told), key=lambda one: (-one.likelihood, one.person_id))
    else:
        age_s = max(0.0, (pool.moment - opened_at(look.order)).total_seconds()) + look.ahead_s
        if enough(schedule, age_s, standing, len(told.asked)):
            return
        chosen = whom_to_ask(schedule, age_s, pool.candidates(look.order, told), standing, len(told.asked))
    look.asked = list(_rows(look, chosen, pool, len(told.asked), len(standing), schedule.silent_s))


def _rows(look: Look, chosen: Iterable[Candidate], pool: Pool, asked: int, standing: int, silent_s: float) -> Iterable[dict[str, Any]]:
    """What is kept of each ask: what was known at its moment."""
    goal = goal_of(look.order)
    for number, one in enumerate(chosen):
        phone = pool.phones[one.person_id]
        seen = phone.circumstances(goal)
        yield {
            "id": new_id(), "order_id": look.order.id, "station_id": look.order.station_id, "person_id": one.person_id,
            "round": look.round, "wave": look.wave, "urgency": look.order.urgency, "sent_at": pool.moment,
            "expires_at": pool.moment + timedelta(seconds=silent_s), "km": seen.km, "busy": seen.busy, "recent": seen.recent,
            "unanswered": seen.unanswered, "likelihood": one.likelihood, "share": one.share, "asked_before": asked + number,
            "standing_before": standing + number, "outcome": "standing", "reason": None, "answered_at": None,
        }  # fmt: skip
        # The next order of this look sees that this phone has just spoken.
        phone.recent += 1
        phone.today += 1


def _carry_out(work: Work, looks: Sequence[Look], moment: datetime) -> int:
    """Write these looks, each if nobody else was quicker and the order is still open; returns how many."""
    ids = [look.order.id for look in looks]
    # Not held: a claim need not wait for an alert. What is taken at this moment is withdrawn by its own entry.
    still_open = set(work.execute(select(ORDERS.c.id).where(ORDERS.c.id.in_(ids), ORDERS.c.status == Status.OPEN)).scalars())
    _hold(work, [look.order.id for look in looks if "district" in look.steps])
    first = _first_to_look(work, [look for look in looks if look.order.id in still_open], moment)
    ours = [look for look in looks if look.order.id in first]
    for look in ours:
        if look.round > 1 and look.round != look.order.round:
            earlier = (_alerts.c.order_id == look.order.id, STANDING)
            work.execute(update(_alerts).where(*earlier).values(outcome="withdrawn", answered_at=moment))
    asked = [row for look in ours for row in look.asked]
    if asked:
        work.execute_many(insert(_alerts), asked)
        _count(work, asked, moment)
    for look in ours:
        if look.asked:
            persons = [row["person_id"] for row in look.asked]
            tell(work, look.order, "order.alerted", wave=look.wave + 1, persons=persons)
        for name in look.steps:
            take_step(work, look.order, name)
    return len(ours)


def _hold(work: Work, order_ids: Sequence[str]) -> None:
    """Hold those orders that a step will change, before their plans: a desk that hurries has the order first, and wants the plan."""
    if order_ids:
        held = select(ORDERS.c.id).where(ORDERS.c.id.in_(order_ids)).order_by(ORDERS.c.id)
        work.execute(held.with_for_update(key_share=True))


def _first_to_look(work: Work, looks: Sequence[Look], moment: datetime) -> set[str]:
    """Write the plans of these looks, each if its number is still the one that the look was decided from; returns of which orders.

    In the order of their ids, so that two who look at once never wait for each other.
    """
    if not looks:
        return set()
    fresh = insert_into(work, _plans)
    on = {"index_elements": ["order_id"], "set_": {name: fresh.excluded[name] for name in _PLANNED}}
    written = fresh.on_conflict_do_update(**on, where=_plans.c.look == fresh.excluded.look - 1).returning(_plans.c.order_id)
    rows = [_plan(look, moment) for look in sorted(looks, key=lambda look: str(look.order.id))]
    return set(work.connection.execute(written, rows).scalars())


def _plan(look: Look, moment: datetime) -> dict[str, Any]:
    order = look.order
    same = order.round == look.round
    steps = [*(order.steps if same else ()), *([name, iso(moment)] for name in look.steps)]
    return {"order_id": order.id, "station_id": order.station_id, "opened_at": opened_at(order), "round": look.round, "wave": look.wave,
            "look": (order.look or 0) + 1, "looked_at": moment, "next_at": look.next_at, "next_wave_at": look.next_wave_at,
            "ahead_s": look.ahead_s, "widen": False, "steps": steps, "step": steps[-1][0] if steps else "waves"}  # fmt: skip


def _count(work: Work, asked: Sequence[dict[str, Any]], moment: datetime) -> None:
    """That their phones have spoken once more; in the order of the persons, so that two who count never wait for each other."""
    latest = {row["person_id"]: row["recent"] + 1 for row in asked}
    fresh = insert_into(work, _beliefs).values(
        whose=bindparam("of"), numbers=as_row(newcomer()), answers=0, recent=bindparam("counted"), recent_at=moment,
        unanswered=0.0, unanswered_at=moment, claims=0.0, claims_at=moment,
    )  # fmt: skip
    on = {"index_elements": ["whose"], "set_": {"recent": fresh.excluded.recent, "recent_at": moment}}
    work.execute_many(fresh.on_conflict_do_update(**on), [{"of": one, "counted": latest[one]} for one in sorted(latest)])
