"""Which reasons to decline a station has: the house's, and those that it has entered itself, for a category or for all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import Connection, func, insert, or_, select, update

from dispatch.core.clock import now
from dispatch.core.errors import Invalid, NotFound
from dispatch.core.idempotency import Once
from dispatch.core.ids import new_id
from dispatch.core.unit_of_work import transaction
from dispatch.hazards.categorising import Category, categories, find_category, who_keeps_rules
from dispatch.hazards.models import HazardReason
from dispatch.hazards.words import Reason, reasons_for
from dispatch.journal.appending import append
from dispatch.people.identity import Actor

#: Nobody reads a longer list while somebody waits.
OWN_MOST = 100
#: How a code of a station's own begins; none that comes with the house does.
OWN = "own_"

_reasons = HazardReason.__table__


def reasons_at(connection: Connection, station_id: str, category: Category) -> list[Reason]:
    """The reasons that fit a category at a station: what it has entered for it, then what it has for all, then the house's."""
    fits = or_(_reasons.c.category.is_(None), _reasons.c.category == category.id)
    found = select(_reasons).where(_reasons.c.station_id == station_id, _reasons.c.ended_at.is_(None), fits)
    rows = connection.execute(found.order_by(_reasons.c.category.is_(None), _reasons.c.made_at, _reasons.c.code)).all()
    return [_own(row) for row in rows] + reasons_for(category.family)


def own_reasons(connection: Connection, station_id: str) -> list[Reason]:
    """What a station has entered itself, the oldest first."""
    found = select(_reasons).where(_reasons.c.station_id == station_id, _reasons.c.ended_at.is_(None))
    return [_own(row) for row in connection.execute(found.order_by(_reasons.c.made_at, _reasons.c.code))]


def _own(row: Any) -> Reason:
    return Reason("", row.code, row.zh, row.en, row.category)


def own_words(connection: Connection, codes: Iterable[str | None]) -> Mapping[str, Reason]:
    """The words of stations' own reasons by their codes, also of those that are no longer offered."""
    own = {code for code in codes if code and code.startswith(OWN)}
    if not own:
        return {}
    return {row.code: _own(row) for row in connection.execute(select(_reasons).where(_reasons.c.code.in_(own)))}


def add_reason(actor: Actor, said: Mapping[str, Any], once: Once) -> dict[str, Any]:
    """A coordinator enters a reason of her station's own.

    Args:
        said: `zh` and `en`, and `category`, or none for all; checked for form by the door.
    Raises:
        NotEligible: not a coordinator.
        Invalid: there is no such category, or there are enough reasons.
    """
    with once.running(), transaction() as work:
        once.lock(work)
        earlier = once.earlier(work.connection)
        if earlier is not None:
            return earlier
        me = who_keeps_rules(work, actor)
        station_id = str(me.station_id)
        category = find_category(categories(work.connection, station_id), said["category"]).id if said.get("category") else None
        if len(own_reasons(work.connection, station_id)) >= OWN_MOST:
            raise Invalid("zh", _("理由太多了，请先停用一些。"))
        code = f"{OWN}{new_id()[:12]}"
        row = {"code": code, "station_id": station_id, "category": category, "zh": said["zh"].strip(), "en": said["en"].strip()}
        work.execute(insert(_reasons), {**row, "by": me.id, "made_at": now()})
        append(work, station_id, "hazard.rules_changed", what="reason", category=category)
        outcome = {"code": code}
        once.keep(work, outcome)
        return outcome


def end_reason(actor: Actor, code: str) -> None:
    """A reason is offered no longer; who was declined with it still reads it. Twice is once.

    Raises:
        NotEligible: not a coordinator.
        NotFound: her station has no such reason of its own.
    """
    with transaction() as work:
        me = who_keeps_rules(work, actor)
        mine = (_reasons.c.code == code, _reasons.c.station_id == me.station_id)
        if work.execute(update(_reasons).where(*mine, _reasons.c.ended_at.is_(None)).values(ended_at=now())).rowcount:
            append(work, str(me.station_id), "hazard.rules_changed", what="reason", category=None)
        elif not work.execute(select(func.count()).select_from(_reasons).where(*mine)).scalar_one():
            raise NotFound()
