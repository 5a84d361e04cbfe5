"""What a resident looks like to who may see her: numbers masked, whole only by a reveal."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from dispatch.core.clock import iso
from dispatch.people.identity import Actor
from dispatch.residents.finding import search
from dispatch.residents.queries import Row, communities_of, consents_of, full_resident, residents_by_id
from dispatch.residents.revealing import masked

PAGE = 50


def in_list(row: Row) -> dict[str, Any]:
    """What a list says of her."""
    names = ("id", "community_id", "community", "name", "building", "door", "note", "on_care_list")
    return {name: getattr(row, name) for name in names} | {"phone": masked(row.phone), "groups": list(row.groups or ())}


def present_resident(connection: Connection, actor: Actor, resident_id: str) -> dict[str, Any]:
    """All that is kept of one resident.

    Raises:
        NotFound: there is none that this person may know of.
    """
    row = full_resident(connection, actor, resident_id)
    consent = consents_of(connection, [row.id]).get(row.id)
    agreed = consent and {"at": iso(consent.given_at), "how": consent.how, "to": consent.to, "recorded_at": iso(consent.recorded_at)}
    contacts = [{**one, "phone": masked(one["phone"])} for one in row.contacts or ()]
    more = {"contacts": contacts, "consent": agreed, "off_list_at": iso(row.off_list_at), "revision": row.revision}
    return in_list(row) | more


def residents_listing(connection: Connection, actor: Actor, query: dict[str, Any]) -> dict[str, Any]:
    """One page of the residents that somebody keeps and may mean by what is typed.

    Args:
        connection: where to read.
        actor: a clerk or a coordinator.
        query: q, listed, group, page.
    Raises:
        NotEligible: somebody else.
    """
    ids = search(connection, list(communities_of(connection, actor)), query["q"], listed=query.get("listed"), group=query.get("group"))
    page = query["page"]
    items = [in_list(row) for row in residents_by_id(connection, ids[(page - 1) * PAGE : page * PAGE])]
    return {"items": items, "page": page, "pages": max(1, -(-len(ids) // PAGE)), "total": len(ids)}
