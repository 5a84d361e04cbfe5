"""Which kinds of hazards there are: those that come with the house, and over them what everybody or one station has entered.

The key holds standard, kind and code, as parts (部件) and events (事项) share numbers.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from typing import Any, NamedTuple

from flask_babel import lazy_gettext as _
from sqlalchemy import Connection, delete, insert, select

from dispatch.core.errors import Invalid, NotEligible
from dispatch.core.idempotency import Once
from dispatch.core.permits import permitted
from dispatch.core.unit_of_work import Work, transaction
from dispatch.hazards.models import HazardCategory
from dispatch.hazards.policy import HOUSE_PERMITS
from dispatch.journal.appending import append
from dispatch.people.identity import Actor, locked_actor

EVERYBODY = "*"
KINDS = ("event", "part")
#: What a station may say differently of a category.
CHANGEABLE = ("name", "name_en", "family", "urgent", "always", "hours", "radius_m", "public", "active", "advice", "advice_en")
#: The least and the most: limits in working hours beyond a working month are none.
LIMITS = {"hours": (1, 200), "radius_m": (5, 500)}

_categories = HazardCategory.__table__


class Category(NamedTuple):
    """One kind of hazard: `hours` it may take, `radius_m` within which another is the same, `public` unless it concerns a person."""

    id: str
    standard: str
    kind: str
    code: str
    name: str
    name_en: str
    family: str
    is_local: bool
    urgent: bool
    always: bool
    hours: int
    radius_m: int
    public: bool
    active: bool
    advice: str
    advice_en: str


def category_id(standard: str, kind: str, code: str) -> str:
    """The key: `gb47678-event-06010`."""
    return f"{standard}-{kind}-{code}"


def categories(connection: Connection, station_id: str) -> dict[str, Category]:
    """Every category by its id, as it is at a station; those that are no longer in use have `active` off."""
    known = dict(_of_the_house())
    entered = select(*(_categories.c[name] for name in Category._fields)).where(_categories.c.station_id.in_([EVERYBODY, station_id]))
    # `*` sorts before every code: what the station says stands over what everybody says.
    for row in connection.execute(entered.order_by(_categories.c.station_id)):
        known[row.id] = Category(*row)
    return known


@lru_cache
def _of_the_house() -> Mapping[str, Category]:
    rows = csv.DictReader(resources.files(__package__).joinpath("categories.csv").read_text(encoding="utf-8").splitlines())
    return {one.id: one for one in (_read(row) for row in rows)}


def _read(row: Mapping[str, str]) -> Category:
    flags = {name: row[name] == "1" for name in ("is_local", "urgent", "always", "public")}
    words = {name: row[name] for name in ("standard", "kind", "code", "name", "name_en", "family", "advice", "advice_en")}
    numbers = {"hours": int(row["hours"]), "radius_m": int(row["radius_m"])}
    return Category(id=category_id(row["standard"], row["kind"], row["code"]), active=True, **words, **flags, **numbers)


def find_category(known: Mapping[str, Category], said: str) -> Category:
    """The category in use of this id, or of this code where only one has it.

    Raises:
        Invalid: there is none.
    """
    fitting = [one for one in known.values() if one.active and said in (one.id, one.code)]
    exact = [one for one in fitting if one.id == said]
    if len(exact or fitting) != 1:
        raise Invalid("category", _("没有这个类别，请重新选择。"))
    return (exact or fitting)[0]


def change_category(actor: Actor, said_id: str, said: Mapping[str, Any], once: Once) -> dict[str, Any]:
    """A coordinator says what a category shall be at her station.

    Args:
        said: field → value, of CHANGEABLE; checked for form by the door.
    Raises:
        NotEligible: not a coordinator.
        Invalid: there is no such category.
    """

    def fresh(known: Mapping[str, Category]) -> Category:
        if said_id not in known:
            raise Invalid("category", _("没有这个类别，请重新选择。"))
        return known[said_id]._replace(**{name: said[name] for name in CHANGEABLE if name in said})

    return _enter(actor, fresh, once)


def add_category(actor: Actor, said: Mapping[str, Any], once: Once) -> dict[str, Any]:
    """A coordinator adds a category of her station's own; it is flagged as local.

    Raises:
        NotEligible: not a coordinator.
        Invalid: there is one of this kind and code already.
    """

    def fresh(known: Mapping[str, Category]) -> Category:
        new = category_id("local", said["kind"], said["code"])
        if new in known:
            raise Invalid("code", _("这个代码已经有了，请换一个。"))
        return Category(id=new, standard="local", kind=said["kind"], code=said["code"], is_local=True,
                        **{name: said[name] for name in CHANGEABLE})  # fmt: skip

    return _enter(actor, fresh, once)


def _enter(actor: Actor, fresh: Any, once: Once) -> dict[str, Any]:
    with once.running(), transaction() as work:
        once.lock(work)
        earlier = once.earlier(work.connection)
        if earlier is not None:
            return earlier
        me = who_keeps_rules(work, actor)
        category: Category = fresh(categories(work.connection, str(me.station_id)))
        mine = (_categories.c.station_id == me.station_id, _categories.c.id == category.id)
        work.execute(delete(_categories).where(*mine))
        work.execute(insert(_categories), {"station_id": me.station_id, **category._asdict()})
        append(work, str(me.station_id), "hazard.rules_changed", what="category", category=category.id)
        outcome = {"category": category.id}
        once.keep(work, outcome)
        return outcome


def who_keeps_rules(work: Work, actor: Actor) -> Actor:
    """The coordinator as she is now, held.

    Raises:
        NotEligible: somebody else.
    """
    me = locked_actor(work.connection, actor.id)
    if me is None or not permitted(HOUSE_PERMITS, "keep_rules", me, None):
        raise NotEligible()
    return me
