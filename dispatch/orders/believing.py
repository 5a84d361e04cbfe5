"""What became of each alert, read from the journal and the clock, and what a yes, a no or a silence teaches. A withdrawal teaches nothing.

Each outcome is one conditional UPDATE of its row in the transaction of what is learned from it, so reading an entry twice teaches once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import bindparam, delete, exists, or_, select, update

from dispatch.core.breathing import in_parts
from dispatch.core.clock import now
from dispatch.core.statements import Prepared
from dispatch.core.unit_of_work import Work, look_again, reading, transaction
from dispatch.core.upserts import insert_into
from dispatch.journal.following import read_on
from dispatch.orders.alert_models import Alert, AlertPlan, AlertWishes, Belief
from dispatch.orders.alert_queries import CLOCKS_DIFFER, STANDING
from dispatch.orders.alert_rules import GRACE
from dispatch.orders.candidates import counts_now
from dispatch.orders.models import Claim, Decline, Order
from dispatch.orders.predicting import RECENT_AT_FIRST, Circumstances, as_row, learned, newcomer, own_from_row, prior, shared_from_row
from dispatch.orders.queries import Row
from dispatch.orders.states import Status
from dispatch.people.models import Person, Role

#: The name under which the journals are read on.
READER = "alerts"
#: After these somebody has answered or gone, or an order may have left the board.
_ENDS = frozenset(
    {"order.claimed", "order.assigned", "order.declined", "order.cancelled", "order.expired", "order.corrected", "duty.changed"}
)
#: So long it is known whom a row is about.
ALERTS_KEPT = timedelta(days=90)
#: Silences in one look; the rest comes with the next.
SILENT_MOST = 500
#: Alerts that are over in one transaction: nobody who writes waits for more.
AT_ONCE = 100
#: What an outcome teaches: that he comes, or that he does not.
TEACHES = {"claimed": True, "declined": False, "silent": False}

_alerts, _beliefs, _plans, _wishes = Alert.__table__, Belief.__table__, AlertPlan.__table__, AlertWishes.__table__
_orders, _claims, _declines, _persons = Order.__table__, Claim.__table__, Decline.__table__, Person.__table__
#: What of an alert is needed when it is over.
_SEEN = tuple(_alerts.c[name] for name in ("id", "order_id", "station_id", "person_id", "expires_at", "km", "busy", "recent", "unanswered"))
_still_open = exists().where(_orders.c.id == _alerts.c.order_id, _orders.c.status == Status.OPEN)
_held_by_him = exists().where(
    _claims.c.order_id == _alerts.c.order_id, _claims.c.person_id == _alerts.c.person_id, _claims.c.ended_at.is_(None)
)
#: Asked once a second and at each hint: of those that stand, by an index of theirs alone.
_over = Prepared(
    select(*_SEEN, _still_open.label("open"))
    .where(STANDING, or_(_alerts.c.expires_at <= bindparam("over"), _alerts.c.sent_at > bindparam("ahead")), ~_held_by_him)
    .order_by(_alerts.c.expires_at)
    .limit(SILENT_MOST)
)


class Ending(NamedTuple):
    """What has become of one alert."""

    row: Row
    outcome: str
    reason: str | None = None
    #: Whether somebody else is to be asked in his stead, at once.
    replace: bool = False


def settle() -> int:
    """Read on what has become of the alerts; returns of how many something was learned or seen. Harmless if run twice."""
    read = read_on(READER, _read, _ENDS)
    return read + _fall_silent()


def _read(entries: Sequence[Mapping[str, Any]]) -> None:
    for some in in_parts(entries):
        _count_claims([one for one in some if one["type"] == "order.claimed"])
        ids = {entry["data"]["order_id"] for entry in some if entry["type"] != "duty.changed"}
        left = {entry["data"]["person_id"] for entry in some if entry["type"] == "duty.changed" and not entry["data"]["on"]}
        his = or_(_alerts.c.order_id.in_(ids), _alerts.c.person_id.in_(left)) if left else _alerts.c.order_id.in_(ids)
        standing = reading().execute(select(*_SEEN).where(his, STANDING)).all()
        look_again()
        rows = {(row.order_id, row.person_id): row for row in standing}
        _end([ending for entry in some for ending in _answered(rows, entry)])
        # Whoever has gone off duty cannot take it any more: that is no refusal, and his place is filled.
        _end([Ending(row, "withdrawn", replace=True) for row in standing if row.person_id in left])
        _withdraw({row.order_id for row in standing})


def _answered(rows: Mapping[tuple[str, str], Row], entry: Mapping[str, Any]) -> Iterator[Ending]:
    """Whose alerts are over by an entry. Of two that end the same alert the first counts."""
    kind, data = entry["type"], entry["data"]
    for person_id in data.get("persons", ()):
        row = rows.get((data["order_id"], person_id))
        if row is None:
            continue
        if kind == "order.declined":
            yield Ending(row, "declined", data.get("reason"), replace=True)
        elif kind == "order.claimed" and "how" not in data:
            yield Ending(row, "claimed")
        elif kind in ("order.claimed", "order.assigned"):
            # It came to him without his tap.
            yield Ending(row, "withdrawn")


def _end(endings: Sequence[Ending]) -> None:
    """These alerts are over; what that teaches is learned in the same transaction, and a refusal is replaced at the next look."""
    for some in in_parts(endings, AT_ONCE):
        with transaction() as work:
            _hold_plans(work, {one.row.order_id for one in some if one.replace})
            ended = _ended(work, some)
            _hurry(work, {one.row.order_id for one in ended if one.replace})
            _learn(work, [one for one in ended if one.outcome in TEACHES and one.row.person_id])


def _hold_plans(work: Work, order_ids: Collection[str]) -> None:
    """Plans before alerts before beliefs, as a look writes them: so none of two who write at once waits for the other for ever."""
    if order_ids:
        held = select(_plans.c.order_id).where(_plans.c.order_id.in_(sorted(order_ids)))
        work.execute(held.order_by(_plans.c.order_id).with_for_update()).all()


def _ended(work: Work, endings: Sequence[Ending]) -> list[Ending]:
    """Write what became of these alerts; returns those that stood until now, in the order in which they ended."""
    first: dict[str, Ending] = {}
    for one in endings:
        first.setdefault(one.row.id, one)
    alike: dict[tuple[str, str | None], list[str]] = {}
    for row_id, one in first.items():
        alike.setdefault((one.outcome, one.reason), []).append(row_id)
    ours: set[str] = set()
    for (outcome, reason), ids in alike.items():
        over = update(_alerts).where(_alerts.c.id.in_(ids), STANDING).values(outcome=outcome, reason=reason, answered_at=now())
        ours.update(work.execute(over.returning(_alerts.c.id)).scalars())
    return [one for row_id, one in first.items() if row_id in ours]


def _hurry(work: Work, order_ids: Collection[str]) -> None:
    """A look that is under way was decided without this no: its number is no longer the plan's."""
    if order_ids:
        there = _plans.c.order_id.in_(sorted(order_ids))
        work.execute(update(_plans).where(there).values(next_at=now(), look=_plans.c.look + 1))


def _withdraw(order_ids: Collection[str]) -> None:
    """What is not to be had any more is asked of nobody."""
    if not order_ids:
        return
    with transaction() as work:
        gone = update(_alerts).where(_alerts.c.order_id.in_(sorted(order_ids)), STANDING, ~_still_open)
        work.execute(gone.values(outcome="withdrawn", answered_at=now()))


def _fall_silent() -> int:
    """Asks whose time is over, and the time for a late tap too. Those of a clock that was put back teach nothing."""
    moment = now()
    rows = _over.all(reading(), over=moment - GRACE, ahead=moment + CLOCKS_DIFFER)
    look_again()
    _end([Ending(row, "silent" if row.open and row.expires_at <= moment - GRACE else "withdrawn") for row in rows])
    return len(rows)


def _learn(work: Work, endings: Sequence[Ending]) -> None:
    """What is believed of these couriers and of their stations after these answers, one after the other.

    Couriers are held first and stations last, each in the order of their ids, as whoever else writes them.
    """
    if not endings:
        return
    moment = now()
    persons, stations = ({getattr(one.row, name) for one in endings} for name in ("person_id", "station_id"))
    known = _held(work, persons) | _held(work, stations)
    shared = {one: shared_from_row(known[one].numbers) if one in known else prior() for one in stations}
    own = {one: own_from_row(known[one].numbers) if one in known else newcomer() for one in persons}
    unanswered = {one: counts_now(known[one], moment)[1] if one in known else 0.0 for one in persons}
    answers = Counter({one: row.answers for one, row in known.items()})
    for row, outcome, *_ in endings:
        seen = Circumstances(row.km, row.busy, row.recent, row.unanswered)
        shared[row.station_id], own[row.person_id] = learned(shared[row.station_id], own[row.person_id], seen, TEACHES[outcome])
        unanswered[row.person_id] = unanswered[row.person_id] + 1 if outcome == "silent" else 0.0
        answers.update((row.person_id, row.station_id))
    fresh = [
        {**unlearned(one), "numbers": as_row(of[one]), "answers": answers[one], "unanswered": unanswered.get(one, 0.0)}
        for of in (own, shared)
        for one in sorted(of)
    ]
    _keep(work, fresh, ("numbers", "answers", "unanswered", "unanswered_at"))


def _held(work: Work, whose: Collection[str]) -> dict[str, Row]:
    found = select(_beliefs).where(_beliefs.c.whose.in_(sorted(whose))).order_by(_beliefs.c.whose).with_for_update()
    return {row.whose: row for row in work.execute(found)}


def _keep(work: Work, rows: Sequence[Mapping[str, Any]], names: Sequence[str]) -> None:
    """Write these columns of these beliefs; a row that is not there yet is made. Of two first answers of a station at once one is lost."""
    fresh = insert_into(work, _beliefs)
    work.execute_many(fresh.on_conflict_do_update(index_elements=["whose"], set_={name: fresh.excluded[name] for name in names}), rows)


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
        known = _held(work, came)
        rows = [row for one in sorted(came) if (row := _counted(one, known.get(one), came[one])) is not None]
        if rows:
            _keep(work, rows, ("claims", "claims_at"))


def _counted(person_id: str, row: Row | None, came: Sequence[datetime]) -> dict[str, Any] | None:
    """His row with these claims; None where they are all in it."""
    if row is None:
        return {**unlearned(person_id), "claims": float(len(came)), "claims_at": max(came)}
    # A moment to come was written before the clock was put back.
    new = [at for at in came if at > row.claims_at or row.claims_at > now() + CLOCKS_DIFFER]
    return {**unlearned(person_id), "claims": counts_now(row, max(new))[2] + len(new), "claims_at": max(new)} if new else None


def forget_alerts(work: Work) -> int:
    """Cut the old rows from their persons, and delete what is believed and wished of who is no courier here any more; returns how many."""
    # By person: what was cut before is not read again, however many years of it there are.
    old = (_alerts.c.person_id.in_(select(_persons.c.id)), _alerts.c.sent_at < now() - ALERTS_KEPT)
    cut = work.execute(update(_alerts).where(*old).values(person_id=None)).rowcount
    work.execute(delete(_plans).where(_plans.c.looked_at < now() - ALERTS_KEPT))
    gone = select(_persons.c.id).where(or_(~_persons.c.active, _persons.c.role != Role.COURIER))
    left = sum(
        work.execute(delete(table).where(of.in_(gone))).rowcount
        for table, of in ((_beliefs, _beliefs.c.whose), (_wishes, _wishes.c.person_id))
    )
    return int(cut + left)
