"""The lists that both doors and the pages give out, and what the loser of a race is shown instead."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from dispatch.core.errors import NotEligible, Taken
from dispatch.core.geo import Point
from dispatch.core.idempotency import Once
from dispatch.core.unit_of_work import reading
from dispatch.orders.claiming import claim
from dispatch.orders.presenting import present
from dispatch.orders.queries import PAGE, couriers_of, my_orders, open_board, orders_page
from dispatch.orders.suggesting import suggestions
from dispatch.orders.turns import full_orders, queued_orders
from dispatch.people.identity import Actor
from dispatch.people.models import Role
from dispatch.people.presence import presence
from dispatch.people.trusting import trust_of

#: Lists that couriers alone have; to a desk they are all its orders.
OWN = ("mine", "queued", "full")


def orders_listing(actor: Actor, status: str | None, page: int, size: int = PAGE) -> dict[str, Any]:
    """The orders a person may see, as a list with its pages.

    Args:
        status: a status, `mine`, `active`, `today`, `finished`, or None. A courier's lists are the open board, his own orders,
            those that he waits for (`queued`) and those that he might wait for (`full`).
        page: from 1.
        size: orders on a page, of staff's lists.
    """
    connection = reading()
    if actor.role == Role.COURIER:
        lists = {"mine": my_orders, "open": open_board, "queued": queued_orders, "full": full_orders}
        names = [status] if status in lists else ([] if status else ["mine", "open"])
        rows = [row for name in names for row in lists[str(name)](connection, actor)]
        return {"items": present(connection, actor, rows), "page": 1, "pages": 1, "total": len(rows)}
    rows, total = orders_page(connection, actor, None if status in OWN else status, page, size)
    return {"items": present(connection, actor, rows), "page": page, "pages": max(1, -(-total // size)), "total": total}


def courier_items(connection: Connection, actor: Actor) -> list[dict[str, Any]]:
    """The couriers of a coordinator's station, with what each may be trusted with; to anybody else none."""
    rows = couriers_of(connection, actor.station_id) if actor.role == Role.COORDINATOR and actor.station_id else []
    names, trusted = ("id", "name", "depot_id", "depot", "on_duty", "active", "open_claims"), trust_of(connection, rows)
    quiet = presence().quiet_minutes({row.id: row.duty_since for row in rows if row.on_duty and row.active})
    return [{name: getattr(row, name) for name in names} | {"skills": trusted[row.id], "quiet_minutes": quiet.get(row.id)} for row in rows]


def claim_or_suggest(actor: Actor, order_id: str, once: Once, place: Point | None) -> dict[str, Any]:
    """Claim, and if others were quicker say which open orders suit next.

    Raises:
        Taken: with `next`, the ids of up to three open orders.
    """
    try:
        return claim(actor, order_id, once, place)
    except Taken as taken:
        taken.extra["next"] = suggestions(reading(), actor)
        raise


def check_role(actor: Actor, *roles: Role) -> None:
    """A page is its role's own.

    Raises:
        NotEligible: it is somebody else's.
    """
    if actor.role not in roles:
        raise NotEligible()
