"""What became of each alert, read from the journal and the clock, and what a yes, a no or a silence teaches. A withdrawal teaches nothing.

Each outcome is one conditional UPDATE of its row in the transaction of what is learned from it, so reading an entry twice teaches once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, exists, or_, select, update

from dispatch.core.breathing import in_parts
from dispatch.core.clock import now
from dispatch.core.unit_of_work import Work, look_again, reading, transaction
from dispatch.core.upserts import insert_into
from dispatch.journal.following import read_on
from dispatch.orders.alert_models import Alert, AlertPlan, AlertWishes, Belief
from dispatch.orders.alert_queries import CLOCKS_DIFFER
from dispatch.orders.alert_rules import GRACE
from dispatch.orders.candidates import counts_now
from dispatch.orders.models import Claim, Decline, Order
from dispatch.orders.predicting import RECENT_AT_FIRST, Circumstances, as_row, learned, newcomer, own_from_row, prior, shared_from_row
from dispatch.orders.queries import Row
from dispatch.orders.states import Status
from dispatch.people.models import Person, Role

#: The name under which the journals are read on.
READER = "alerts"
#: After these somebody has answered, or an order may have left the board.
_ENDS = frozenset({"order.claimed", "order.assigned", "order.declined", "order.cancelled", "order.expired", "order.corrected"})
#: So long it is known whom a row is about.
ALERTS_KEPT = timedelta(days=90)
#: Silences in one look; the rest comes with the next.
SILENT_MOST = 500
#: What an outcome teaches: that he comes, or that he does not.
TEACHES = {"claimed": True, "declined": False, "silent": False}

_alerts, _beliefs, _plans, _wishes = Alert.__table__, Belief.__table__, AlertPlan.__table__, AlertWishes.__table__
_orders, _claims, _declines, _persons = Order.__table__, Claim.__table__, Decline.__table__, Person.__table__
_still_open = exists().where(_orders.c.id == _alerts.c.order_id, _orders.c.status == Status.OPEN)
_held_by_him = exists().where(
    _claims.c.order_id == _alerts.c.order_id, _claims.c.person_id == _alerts.c.person_id, _claims.c.ended_at.is_(None)
)


def settle() -> int:
    """Read on what has become of the alerts; returns of how many something was learned or seen. Harmless if run twice."""
    read = read_on(READER, _read, _ENDS)
    return read + _fall_silent()


def _read(entries: Sequence[Mapping[str, Any]]) -> None:
    for some in in_parts(entries):
        _count_claims([one for one in some if one["type"] == "order.claimed"])
        ids = {entry["data"]["order_id"] for entry in some}
        standing = reading().execute(select(_alerts).where(_alerts.c.order_id.in_(ids), _alerts.c.outcome == "standing")).all()
        look_again()
        if not standing:
            continue
        rows = {(row.order_id, row.person_id): row for row in standing}
        for entry in some:
            for person_id in entry["data"].get("persons", ()):
                row = rows.get((entry["data"]["order_id"], person_id))
                if row is not None:
                    _answered(row, entry)
        _withdraw(ids)


def _answered(row: Row, entry: Mapping[str, Any]) -> None:
    data = entry["data"]
    if entry["type"] == "order.declined":
        _end(row, "declined", data.get("reason"))
    elif entry["type"] == "order.claimed" and "how" not in data:
        _end(row, "claimed")
    elif entry["type"] in ("order.claimed", "order.assigned"):
        # It came to him without his tap.
        _end(row, "withdrawn")


def _end(row: Row, outcome: str, reason: str | None = None) -> None:
    """One alert is over; what that teaches is learned in the same transaction, and a refusal is replaced at the next look."""
    with transaction() as work:
        there = (_alerts.c.id == row.id, _alerts.c.outcome == "standing")
        ended = update(_alerts).where(*there).values(outcome=outcome, reason=reason, answered_at=now())
        if work.execute(ended).rowcount != 1:
            return
        if outcome in TEACHES:
            _learn(work, row, TEACHES[outcome], silent=outcome == "silent")
        if outcome == "declined":
            # A look that is under way was decided without this no: its number is no longer the plan's.
            hurried = update(_plans).where(_plans.c.order_id == row.order_id).values(next_at=now(), look=_plans.c.look + 1)
            work.execute(hurried)


def _withdraw(order_ids: Iterable[str]) -> None:
    """What is not to be had any more is asked of nobody."""
    gone = (_alerts.c.order_id.in_(list(order_ids)), _alerts.c.outcome == "standing", ~_still_open)
    with transaction() as work:
        work.execute(update(_alerts).where(*gone).values(outcome="withdrawn", answered_at=now()))


def _fall_silent() -> int:
    """Asks whose time is over, and the time for a late tap too. Those of a clock that was put back teach nothing."""
    moment = now()
    over = or_(_alerts.c.expires_at <= moment - GRACE, _alerts.c.sent_at > moment + CLOCKS_DIFFER)
    found = select(_alerts, _still_open.label("open")).where(_alerts.c.outcome == "standing", over, ~_held_by_him)
    rows = reading().execute(found.order_by(_alerts.c.person_id).limit(SILENT_MOST)).all()
    look_again()
    for row in rows:
        _end(row, "silent" if row.open and row.expires_at <= moment - GRACE else "withdrawn")
    return len(rows)


def _learn(work: Work, row: Row, accepted: bool, *, silent: bool) -> None:
    """What is believed of him and of his station after this answer. He first and the station last, as whoever else writes them."""
    mine, station = _held(work, row.person_id), _held(work, row.station_id)
    seen = Circumstances(row.km, row.busy, row.recent, row.unanswered)
    shared, own = learned(
        shared_from_row(station.numbers) if station is not None else prior(),
        own_from_row(mine.numbers) if mine is not None else newcomer(), seen, accepted,
    )  # fmt: skip
    unanswered = counts_now(mine, now())[1] + 1 if silent and mine is not None else float(silent)
    _keep(work, row.person_id, mine, {"numbers": as_row(own), "unanswered": unanswered, "unanswered_at": now()})
    _keep(work, row.station_id, station, {"numbers": as_row(shared)})


def _held(work: Work, whose: str) -> Row | None:
    return work.execute(select(_beliefs).where(_beliefs.c.whose == whose).with_for_update()).first()


def _keep(work: Work, whose: str, row: Row | None, values: dict[str, Any]) -> None:
    if row is not None:
        work.execute(update(_beliefs).where(_beliefs.c.whose == whose).values(**values, answers=row.answers + 1))
        return
    fresh = insert_into(work, _beliefs).values(**{**unlearned(whose), **values, "answers": 1})
    # Two first answers of a station at once: one of them is lost, among hundreds to come.
    work.execute(fresh.on_conflict_do_nothing())


def unlearned(whose: str) -> dict[str, Any]:
    """The row of somebody of whom nothing is known yet."""
    moments = dict.fromkeys(("recent_at", "unanswered_at", "claims_at"), now())
    return {
        "whose": whose,
        "numbers": as_row(newcomer()),
        "answers": 0,
        "recent": RECENT_AT_FIRST,
        "unanswered": 0.0,
        "claims": 0.0,
        **moments,
    }


def _count_claims(entries: Sequence[Mapping[str, Any]]) -> None:
    """Who has had an order lately, alerted or not: what is dealt out fairly. An entry that is read again is not counted again."""
    came: dict[str, list[datetime]] = {}
    for entry in entries:
        for person_id in entry["data"].get("persons", ()):
            came.setdefault(person_id, []).append(datetime.fromisoformat(entry["at"]))
    if not came:
        return
    with transaction() as work:
        held = select(_beliefs).where(_beliefs.c.whose.in_(sorted(came))).order_by(_beliefs.c.whose).with_for_update()
        known = {row.whose: row for row in work.execute(held)}
        for person_id in sorted(came):
            _count_his(work, person_id, known.get(person_id), came[person_id])


def _count_his(work: Work, person_id: str, row: Row | None, came: Sequence[datetime]) -> None:
    if row is None:
        fresh = {**unlearned(person_id), "claims": float(len(came)), "claims_at": max(came)}
        work.execute(insert_into(work, _beliefs).on_conflict_do_nothing(), fresh)
        return
    # A moment to come was written before the clock was put back.
    new = [at for at in came if at > row.claims_at or row.claims_at > now() + CLOCKS_DIFFER]
    if new:
        counted = counts_now(row, max(new))[2] + len(new)
        work.execute(update(_beliefs).where(_beliefs.c.whose == person_id).values(claims=counted, claims_at=max(new)))


def forget_alerts(work: Work) -> int:
    """Cut the old rows from their persons, and delete what is believed and wished of who is no courier here any more; returns how many."""
    old = (_alerts.c.sent_at < now() - ALERTS_KEPT, _alerts.c.person_id.is_not(None))
    cut = work.execute(update(_alerts).where(*old).values(person_id=None)).rowcount
    work.execute(delete(_plans).where(_plans.c.looked_at < now() - ALERTS_KEPT))
    gone = select(_persons.c.id).where(or_(~_persons.c.active, _persons.c.role != Role.COURIER))
    left = sum(
        work.execute(delete(table).where(of.in_(gone))).rowcount
        for table, of in ((_beliefs, _beliefs.c.whose), (_wishes, _wishes.c.person_id))
    )
    return int(cut + left)
