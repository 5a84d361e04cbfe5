"""What a courier wants of alerts, and what he reads of himself: what is believed, and why his phone did not speak. He may wipe it out."""

from __future__ import annotations

from collections.abc import Mapping
from math import exp
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Connection, delete, select

from dispatch.core.clock import iso, now
from dispatch.core.errors import NotEligible
from dispatch.core.geo import Point
from dispatch.core.permits import permitted
from dispatch.core.unit_of_work import transaction
from dispatch.core.upserts import insert_into
from dispatch.orders.alert_models import AlertWishes, Belief
from dispatch.orders.alert_queries import planned_orders, told_of
from dispatch.orders.alert_rules import hour
from dispatch.orders.candidates import Pool, goal_of, pool_of
from dispatch.orders.policy import ALERT_PERMITS
from dispatch.orders.predicting import HERE_KM, Circumstances, likelihood
from dispatch.people.identity import Actor

_wishes, _beliefs = AlertWishes.__table__, Belief.__table__
_LIMITS = ("not_until", "most_m", "kinds", "per_day", "quiet_from", "quiet_to")


def _check(actor: Actor) -> str:
    """His station.

    Raises:
        NotEligible: phones are couriers'.
    """
    if not permitted(ALERT_PERMITS, "be_alerted", actor, None) or actor.station_id is None:
        raise NotEligible()
    return actor.station_id


def _himself(connection: Connection, actor: Actor) -> Pool:
    """His station with him alone in it."""
    pool = pool_of(connection, _check(actor), now(), off_duty=True, only=actor.id)
    if actor.id not in pool.phones:  # his loan has ended, or he was suspended, at this moment
        raise NotEligible()
    return pool


def wishes_of(connection: Connection, actor: Actor) -> dict[str, Any]:
    """What he wants; what is empty is not limited.

    Raises:
        NotEligible: phones are couriers'.
    """
    _check(actor)
    row = connection.execute(select(_wishes).where(_wishes.c.person_id == actor.id)).first()
    if row is None:
        return dict.fromkeys(_LIMITS)
    said = {name: getattr(row, name) for name in ("most_m", "kinds", "per_day")}
    return {"not_until": iso(row.not_until), **said, "quiet_from": hour(row.quiet_from), "quiet_to": hour(row.quiet_to)}


def wish(actor: Actor, said: Mapping[str, Any]) -> None:
    """Set all of it; what is not said is not limited. It holds from the next look on.

    Args:
        said: `not_until`, `most_m` (metres), `kinds`, `per_day`, `quiet_from` and `quiet_to` (minutes after midnight).
    Raises:
        NotEligible: phones are couriers'.
    """
    _check(actor)
    limits = {name: said.get(name) for name in _LIMITS}
    with transaction() as work:
        fresh = insert_into(work, _wishes).values(person_id=actor.id, **limits)
        work.execute(fresh.on_conflict_do_update(index_elements=["person_id"], set_=limits))


def belief_of(connection: Connection, actor: Actor) -> dict[str, Any]:
    """What is believed of him: how likely he is to take an order half a kilometre away, and what changes that.

    Raises:
        NotEligible: phones are couriers'.
    """
    pool = _himself(connection, actor)
    me = pool.phones[actor.id]

    def chance(km: float, *, busy: bool, recent: float = me.recent, unanswered: float = me.unanswered) -> float:
        return likelihood(pool.shared, me.own, Circumstances(km, busy, recent, unanswered))

    here, far, busy = chance(HERE_KM, busy=False), chance(HERE_KM + 2, busy=False), chance(HERE_KM, busy=True)
    rested, answered = chance(HERE_KM, busy=False, recent=0.0), chance(HERE_KM, busy=False, unanswered=0.0)
    words = [
        _("离您 500 米、您手上没有单时，我们估计您 100 次里会接 %(n)s 次。", n=_of_100(here)),
        _("再远 2 公里：%(n)s 次。手上有单时：%(m)s 次。", n=_of_100(far), m=_of_100(busy)),
        _("最近的提醒约 %(n)s 次（新来的人从 10 次算起）；如果一次也没有，我们估计会接 %(m)s 次。", n=round(me.recent), m=_of_100(rested)),
        _("连续没有答复约 %(n)s 次；如果都答复了，我们估计会接 %(m)s 次。", n=round(me.unanswered), m=_of_100(answered)),
        _("最近您接了约 %(n)s 单：同样可能来的人里，近来接得少的先问。", n=round(me.claims)),
        _("这是从您的 %(n)s 次答复里学到的。答复越少，越接近大家的平均。", n=me.answers),
    ]
    numbers = {"own": round(me.own.mean, 3), "own_variance": round(me.own.variance, 3), "recent": round(me.recent, 1),
               "unanswered": round(me.unanswered, 1), "claims": round(me.claims, 1), "answers": me.answers,
               "two_km_further": round(far, 3), "busy": round(busy, 3), "odds": round(exp(me.own.mean), 2)}  # fmt: skip
    return {"likelihood": round(here, 3), "words": words, "numbers": numbers}


def _of_100(chance: float) -> int:
    return round(chance * 100)


def forget_belief(actor: Actor) -> None:
    """From now on nothing is believed of him but what holds for everybody.

    Raises:
        NotEligible: phones are couriers'.
    """
    _check(actor)
    with transaction() as work:
        work.execute(delete(_beliefs).where(_beliefs.c.whose == actor.id))


def not_asked(connection: Connection, actor: Actor) -> list[dict[str, Any]]:
    """The open orders of his station for which his phone has not spoken, and why.

    Raises:
        NotEligible: phones are couriers'.
    """
    pool = _himself(connection, actor)
    orders = planned_orders(connection, str(actor.station_id))
    told = told_of(connection, orders, now())
    return [
        {
            "order": {"id": order.id, "kind": order.kind, "community": order.community, "building": order.building},
            "why": why,
            "distance_m": _metres(pool, actor.id, order),
        }
        for order in orders
        if (why := _why(pool, actor.id, order, told[order.id])) is not None
    ]


def _why(pool: Pool, person_id: str, order: Any, told: Any) -> str | None:
    """A reason; where nothing is against it, others were likelier to come or nearer, and are asked first."""
    phone = pool.phones[person_id]
    if person_id in told.asked or told.not_him.get(person_id) == "holds":
        return None
    return (pool.why_not(phone, order, told) or "others_first") if phone.on_duty else "off_duty"


def _metres(pool: Pool, person_id: str, order: Any) -> int | None:
    phone, goal = pool.phones[person_id], goal_of(order)
    known: Point | None = phone.place
    return round(phone.km_to(goal) * 1000) if known and goal else None
