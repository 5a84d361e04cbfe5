"""How the care list leaves the house as a sheet: never without a row that says who took it, how much, and why."""

from __future__ import annotations

from functools import partial

from sqlalchemy import insert

from dispatch.core import sheets
from dispatch.core.aside import aside
from dispatch.core.breathing import breathing
from dispatch.core.clock import SHANGHAI, now
from dispatch.core.errors import Invalid, NotEligible
from dispatch.core.ids import new_id
from dispatch.core.unit_of_work import Work, look_again, reading, transaction
from dispatch.journal.appending import append
from dispatch.people.identity import Actor
from dispatch.residents.models import Export
from dispatch.residents.queries import communities_of, consents_of, residents_of
from dispatch.residents.tabling import EXAMPLE, HEADINGS, as_row

#: What a list may be taken out for.
WHYS = ("visit", "report", "check", "handover", "other")
FORMATS = ("xlsx", "csv")


def record(work: Work, actor: Actor, *, what: str, rows: int, why: str) -> None:
    """Write down that a list has been taken out. For every room that gives one.

    Args:
        work: the transaction; the list is given away only if the row stands.
        actor: who takes it.
        what: which list, a code.
        rows: how many lines it has.
        why: a code.
    """
    row = {"id": new_id(), "person_id": actor.id, "station_id": actor.station_id or actor.unit_id, "unit_id": actor.unit_id, "what": what}
    work.execute(insert(Export.__table__), {**row, "rows": rows, "why": why, "at": now()})


def export(actor: Actor, why: str, kind: str) -> tuple[bytes, str]:
    """The care list of a clerk's community, or of a coordinator's station, numbers whole; returns the file and its name.

    Raises:
        NotEligible: somebody who keeps no list.
        Invalid: no reason, or no such kind of file.
    """
    if why not in WHYS:
        raise Invalid("why")
    if kind not in FORMATS:
        raise Invalid("format")
    communities = communities_of(reading(), actor)
    if actor.station_id is None:
        raise NotEligible()
    found = residents_of(reading(), list(communities), listed=True)
    consents = consents_of(reading(), [row.id for row in found])
    look_again()
    # Made before the transaction, in which others wait: given away only when the row of it stands.
    data = _file([HEADINGS, *(as_row(row, consents.get(row.id)) for row in breathing(found))], kind)
    with transaction() as work:
        record(work, actor, what="care_list", rows=len(found), why=why)
        about = {"community_id": actor.unit_id} if actor.role == "clerk" else {}
        append(work, actor.station_id, "residents.exported", person_id=actor.id, rows=len(found), why=why, **about)
    return data, f"care-list-{now().astimezone(SHANGHAI):%Y%m%d}.{kind}"


def template(kind: str) -> tuple[bytes, str]:
    """An empty list with the headings and a row that shows how; the file and its name.

    Raises:
        Invalid: no such kind of file.
    """
    if kind not in FORMATS:
        raise Invalid("format")
    return _file([HEADINGS, list(EXAMPLE)], kind), f"care-list-template.{kind}"


def _file(rows: list[list[str]], kind: str) -> bytes:
    return aside(partial(sheets.xlsx, "关爱名单", rows)) if kind == "xlsx" else sheets.csv_bytes(rows)
