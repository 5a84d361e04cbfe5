"""What is asked of the alerts: what is due, what has become of an order so far, what desks see, what a courier reads of his own."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, and_, bindparam, case, func, literal_column, or_, select, text

from dispatch.core.breathing import in_parts
from dispatch.core.clock import iso, now
from dispatch.core.statements import Prepared
from dispatch.orders.alert_models import Alert, AlertChoices, AlertPlan
from dispatch.orders.alert_rules import Rules, rules_from
from dispatch.orders.candidates import Told
from dispatch.orders.models import Claim, Decline, Order
from dispatch.orders.preferring import familiars_of
from dispatch.orders.queries import BOARD_MOST, Row
from dispatch.orders.states import Status
from dispatch.people.models import Person, Unit

#: Two clocks may differ by so much; what is further ahead was written before the clock was put back.
CLOCKS_DIFFER = timedelta(seconds=60)
#: So many orders in one look; the rest comes with the next.
DUE_MOST = 500
#: How far back a courier reads his alerts.
MINE = timedelta(days=30)
MINE_MOST = 200

_orders, _units, _claims, _declines = Order.__table__, Unit.__table__, Claim.__table__, Decline.__table__
_alerts, _plans, _choices = Alert.__table__, AlertPlan.__table__, AlertChoices.__table__
_persons = Person.__table__
#: What is said of an order that no clock has looked at yet.
NOTHING_YET = {"asked": 0, "declined": 0, "unanswered": 0, "standing": 0, "wave": 0, "step": "waves", "next_wave_at": None}
#: Written out, word for word as the index on those that stand: a database that is handed the word later does not use it.
STANDING = _alerts.c.outcome == literal_column("'standing'")
#: The same for the index on unfinished orders.
_OPEN = and_(_orders.c.status == literal_column("'open'"), text("orders.status NOT IN ('closed', 'cancelled')"))
_opened = func.coalesce(_orders.c.opened_at, _orders.c.posted_at)
_PLAN = ("round", "look", "ahead_s", "widen", "step", "steps", "next_wave_at")
_WANTED = ("id", "status", "district_id", "station_id", "community_id", "kind", "building", "urgency", "skills", "lat", "lon", "slots",
           "taken", "resident_id", "opens_to_all_at", "escalate_at", "escalated_at")  # fmt: skip


def _with_plan() -> Select[Any]:
    """Orders with their place and their plan; the columns of a plan that is not there are empty."""
    columns = [_orders.c[name] for name in _WANTED]
    columns += [
        _orders.c.opened_at.label("opened"),
        _orders.c.posted_at,
        _units.c.name.label("community"),
        _units.c.lat.label("unit_lat"),
        _units.c.lon.label("unit_lon"),
    ]
    columns += [_plans.c[name] for name in _PLAN] + [_plans.c.opened_at.label("plan_opened_at")]
    joined = select(*columns).join(_units, _units.c.id == _orders.c.community_id)
    return joined.outerjoin(_plans, _plans.c.order_id == _orders.c.id)


_back = _plans.c.looked_at > bindparam("ahead")
_due = Prepared(
    _with_plan()
    .where(_OPEN, or_(_plans.c.order_id.is_(None), _plans.c.opened_at != _opened, _plans.c.next_at <= bindparam("moment"), _back))
    .order_by(_orders.c.station_id, _orders.c.id)
    .limit(DUE_MOST)
)

_one = Prepared(_with_plan().where(_orders.c.id == bindparam("order_id")))


def due_orders(connection: Connection, moment: datetime) -> list[Row]:
    """Open orders without a plan for this time on the board, or whose plan is to be looked at; also those of a clock that was put back."""
    return _due.all(connection, moment=moment, ahead=moment + CLOCKS_DIFFER)


def planned_order(connection: Connection, order_id: str) -> Row | None:
    """One order with its plan."""
    found: Row | None = _one.first(connection, order_id=order_id)
    return found


def planned_orders(connection: Connection, station_id: str) -> list[Row]:
    """A station's open orders with their plans."""
    found = _with_plan().where(_orders.c.station_id == station_id, _orders.c.status == Status.OPEN)
    return list(connection.execute(found.order_by(_orders.c.posted_at).limit(BOARD_MOST)).all())


def neighbours_wish(connection: Connection, station_id: str) -> bool:
    """Whether a station of the same district has an open order for which its neighbours have been asked for hands."""
    district = select(_units.c.parent_id).where(_units.c.id == station_id).scalar_subquery()
    there = (_OPEN, _orders.c.district_id == district, _orders.c.station_id != station_id)
    found = select(_plans.c.steps).join(_orders, _orders.c.id == _plans.c.order_id).where(*there, _plans.c.opened_at == _opened)
    return any(name == "neighbours" for steps in connection.execute(found).scalars() for name, _ in steps)


def rules_of(connection: Connection, station_id: str) -> Rules:
    """What holds for a station's alerts now."""
    return rules_at(connection, [station_id])[station_id]


def rules_at(connection: Connection, station_ids: Collection[str]) -> dict[str, Rules]:
    """What holds for the alerts of each of these stations now."""
    found = connection.execute(select(_choices).where(_choices.c.station_id.in_(sorted(station_ids))))
    chosen = {row.station_id: row.choices for row in found}
    return {station_id: rules_from(chosen.get(station_id)) for station_id in station_ids}


_ASKED = tuple(_alerts.c[name] for name in ("order_id", "round", "person_id", "sent_at", "expires_at", "likelihood", "outcome"))


def told_of(connection: Connection, orders: Sequence[Row], moment: datetime) -> dict[str, Told]:
    """What has become of each of these orders so far."""
    told = {order.id: Told() for order in orders}
    rounds = {order.id: round_of(order) for order in orders}
    for some in in_parts(list(told)):
        for row in connection.execute(select(*_ASKED).where(_alerts.c.order_id.in_(some))):
            if row.round == rounds[row.order_id] and row.person_id:
                told[row.order_id].asked[row.person_id] = row
        for row in connection.execute(select(_declines.c.order_id, _declines.c.person_id).where(_declines.c.order_id.in_(some))):
            told[row.order_id].not_him[row.person_id] = "declined"
        held = (_claims.c.order_id.in_(some), _claims.c.ended_at.is_(None))
        for row in connection.execute(select(_claims.c.order_id, _claims.c.person_id).where(*held)):
            told[row.order_id].not_him[row.person_id] = "holds"
    for order in orders:
        if order.opens_to_all_at is not None and order.opens_to_all_at > moment:
            told[order.id].familiar = familiars_of(connection, order.resident_id)
    return told


def round_of(order: Row) -> int:
    """The how manieth time on the board this is."""
    if order.round is None:
        return 1
    return int(order.round) if order.plan_opened_at == opened_at(order) else int(order.round) + 1


def opened_at(order: Row) -> datetime:
    """Since when it is on the board."""
    moment: datetime = order.opened or order.posted_at
    return moment


#: A no counts from the moment at which it is told: that the alert is over is written a moment later, and no entry tells the desks of it.
_his_no = and_(_declines.c.order_id == _alerts.c.order_id, _declines.c.person_id == _alerts.c.person_id)
# Written out: PostgreSQL must see that what is grouped by is what is selected.
_standing_yet = and_(STANDING, _declines.c.person_id.is_not(None))
_said = case((_standing_yet, literal_column("'declined'")), else_=_alerts.c.outcome)


def alert_counts(connection: Connection, order_ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """What a desk's list says of each of these orders: how many were asked this time, what they said, and when phones speak next."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    plans: dict[str, Row] = {}
    wanted = list(order_ids)
    for some in in_parts(wanted):
        plans |= {row.order_id: row for row in connection.execute(select(_plans).where(_plans.c.order_id.in_(some)))}
        found = select(_alerts.c.order_id, _alerts.c.round, _said.label("outcome"), func.count().label("many")).outerjoin(
            _declines, _his_no
        )
        for row in connection.execute(found.where(_alerts.c.order_id.in_(some)).group_by(_alerts.c.order_id, _alerts.c.round, _said)):
            if row.order_id in plans and row.round == plans[row.order_id].round:
                counts[row.order_id][row.outcome] += row.many
    return {order_id: _counted(counts[order_id], plans[order_id]) if order_id in plans else NOTHING_YET for order_id in wanted}


def _counted(counts: Counter[str], plan: Row) -> dict[str, Any]:
    return {
        "asked": counts.total(),
        "declined": counts["declined"],
        "unanswered": counts["standing"] + counts["silent"],
        "standing": counts["standing"],
        "wave": plan.wave + 1,
        "step": plan.step,
        "next_wave_at": iso(plan.next_wave_at),
    }


def reasons_of(connection: Connection, order_id: str, which: int) -> dict[str, int]:
    """How many said no, by reason, at one time on the board."""
    reason = func.coalesce(_alerts.c.reason, _declines.c.reason)
    mine = (_alerts.c.order_id == order_id, _alerts.c.round == which, _said == "declined")
    found = select(reason, func.count()).outerjoin(_declines, _his_no).where(*mine).group_by(reason)
    return {row[0] or "other": row[1] for row in connection.execute(found)}


_OFFERED = (
    *(_alerts.c[name] for name in ("order_id", "person_id", "sent_at", "expires_at", "km")),
    *(_orders.c[name] for name in ("kind", "building", "urgency")),
    _units.c.name.label("community"),
)


def _offered(*more: Any) -> Select[Any]:
    """Alerts with what their orders show to everybody on duty."""
    there = select(*_OFFERED, *more).join(_orders, _orders.c.id == _alerts.c.order_id)
    return there.join(_units, _units.c.id == _orders.c.community_id)


def _standing(moment: datetime) -> Select[Any]:
    """Asks that somebody may answer now: not over, of an order that is still to be had, and he is on duty."""
    there = _offered().join(_persons, _persons.c.id == _alerts.c.person_id)
    return there.where(STANDING, _alerts.c.expires_at > moment, _orders.c.status == Status.OPEN, _persons.c.on_duty)


def alerts_to(connection: Connection, person_id: str) -> list[dict[str, Any]]:
    """The alerts that stand for a person, the oldest first, as his phone is told."""
    found = _standing(now()).where(_alerts.c.person_id == person_id).order_by(_alerts.c.sent_at)
    return [as_alert(row) for row in connection.execute(found)]


def alerts_for(connection: Connection, order_id: str, persons: Collection[str]) -> dict[str, dict[str, Any]]:
    """The alert of each of these persons for an order, as far as it still stands."""
    found = _standing(now()).where(_alerts.c.order_id == order_id, _alerts.c.person_id.in_(persons))
    return {row.person_id: as_alert(row) for row in connection.execute(found)}


def as_alert(row: Row) -> dict[str, Any]:
    """What a phone is told: nothing of the resident."""
    said = {"order_id": row.order_id, "kind": row.kind, "urgency": row.urgency, "community": row.community, "building": row.building}
    return {**said, "distance_m": round(row.km * 1000), "sent_at": iso(row.sent_at), "expires_at": iso(row.expires_at)}


def alerts_of_mine(connection: Connection, person_id: str) -> list[dict[str, Any]]:
    """A courier's own alerts of the last thirty days, the latest first, each with what was known when he was asked."""
    found = _offered(*(_alerts.c[name] for name in ("outcome", "reason", "busy", "recent", "likelihood")))
    mine = found.where(_alerts.c.person_id == person_id, _alerts.c.sent_at > now() - MINE)
    rows = connection.execute(mine.order_by(_alerts.c.sent_at.desc()).limit(MINE_MOST)).all()
    return [
        {
            "order": {"id": row.order_id, "kind": row.kind, "community": row.community, "building": row.building},
            "sent_at": iso(row.sent_at),
            "expires_at": iso(row.expires_at),
            "outcome": row.outcome,
            "reason": row.reason,
            "why": {"distance_m": round(row.km * 1000), "busy": row.busy, "recent": round(row.recent, 1),
                    "likelihood": round(row.likelihood, 3)},
        }
        for row in rows
    ]  # fmt: skip
