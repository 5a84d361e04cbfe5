"""How two desks do not overwrite each other: an edit names the version it was made from, and the second is told what is different."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import insert, select, update

from dispatch.core.clock import now
from dispatch.core.errors import Edited
from dispatch.core.unit_of_work import Work
from dispatch.orders.commanding import ORDERS
from dispatch.orders.models import Edit
from dispatch.orders.queries import Row
from dispatch.people.identity import Actor

_edits = Edit.__table__


def edit(work: Work, order: Row, actor: Actor, changed: Iterable[str], version: int | None) -> int:
    """Note an edit of an order that is held, and raise its version; returns the new one.

    Args:
        changed: the names of the fields, or of the verb.
        version: the one that the edit was made from; None from a program that does not ask.
    Raises:
        Edited: somebody else has edited it since; with `changed` and `version`. Nothing has been written.
    """
    stands = check_version(work, order, version)
    work.execute(update(ORDERS).where(ORDERS.c.id == order.id).values(version=stands + 1))
    row = {"order_id": order.id, "version": stands + 1, "person_id": actor.id, "changed": list(changed), "at": now()}
    work.execute(insert(_edits), row)
    return stands + 1


def check_version(work: Work, order: Row, version: int | None) -> int:
    """The version that an order stands at; refuse who names another one.

    Raises:
        Edited: with `changed` and `version`.
    """
    stands = int(work.execute(select(ORDERS.c.version).where(ORDERS.c.id == order.id)).scalar_one())
    if version is not None and version != stands:
        raise Edited(changed=_changed_since(work, order.id, version), version=stands)
    return stands


def _changed_since(work: Work, order_id: str, version: int) -> list[str]:
    found = select(_edits.c.changed).where(_edits.c.order_id == order_id, _edits.c.version > version).order_by(_edits.c.version)
    return list(dict.fromkeys(name for names in work.execute(found).scalars() for name in names))
