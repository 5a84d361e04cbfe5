"""How a sheet becomes part of the care list: looked through first, all of it or nothing, and the same one twice is once."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from sqlalchemy import insert, update

from dispatch.core import sheets
from dispatch.core.idempotency import Once
from dispatch.core.unit_of_work import Work, reading, transaction
from dispatch.journal.appending import append
from dispatch.people.identity import Actor
from dispatch.residents import registering, revising
from dispatch.residents.keeping import consent_row
from dispatch.residents.models import Consent, Resident
from dispatch.residents.planning import FACTS, Line, Plan, plan_of
from dispatch.residents.queries import communities_of, community_for
from dispatch.residents.tabling import COLUMNS

#: So many rows and mistakes are told; the counts are of all.
TOLD_MOST = 200

_residents, _consents = Resident.__table__, Consent.__table__


def bring_in(actor: Actor, data: bytes, name: str, options: Mapping[str, Any], once: Once) -> dict[str, Any]:
    """Look a sheet through, or write it.

    Args:
        actor: a clerk or a coordinator.
        data, name: the file.
        options: `write`; `community_id` for rows that name none; `consent` {at, how, to} for rows that say nothing of it.
        once: the command's key; it counts where something is written.
    Returns:
        the report; with a mistake in any row nothing is written.
    Raises:
        NotEligible, NotFound: not somebody who keeps this list.
        Invalid: the file cannot be read, or has no headings.
    """
    communities_of(reading(), actor)
    rows = sheets.read(data, name).rows
    if not options["write"]:
        return _report(_plan(reading(), actor, rows, options), written=False)
    with once.running(), transaction() as work:
        once.lock(work)
        earlier = once.earlier(work.connection)
        if earlier is not None:
            return _report(Plan(), written=True) | earlier
        for community_id in sorted(communities_of(work.connection, actor)):
            revising.hold(work, community_id)
        plan = _plan(work.connection, actor, rows, options)
        if plan.mistakes:
            return _report(plan, written=False)
        _write(work, actor, plan)
        once.keep(work, plan.counts())
        return _report(plan, written=True)


def fingerprint(data: bytes) -> str:
    """What a command's key stands for, of a file."""
    return hashlib.sha256(data).hexdigest()


def _plan(connection: Any, actor: Actor, rows: Any, options: Mapping[str, Any]) -> Plan:
    home = None
    if actor.role == "clerk" or options.get("community_id"):
        home = str(community_for(connection, actor, "import", options.get("community_id")).community_id)
    return plan_of(connection, communities_of(connection, actor), home, rows, options.get("consent"))


def _write(work: Work, actor: Actor, plan: Plan) -> None:
    for community_id in sorted({line.community_id for line in plan.lines if line.verdict != "unchanged"}):
        here = [line for line in plan.lines if line.community_id == community_id]
        new = _add(work, actor, community_id, [line for line in here if line.known is None])
        changed = [_change(work, actor, line) for line in here if line.verdict == "changed"]
        revising.changed(work, community_id, *changed)
        station_id = community_for(work.connection, actor, "import", community_id).station_id
        append(work, station_id, "residents.imported", community_id=community_id, added=new, changed=len(changed))


def _add(work: Work, actor: Actor, community_id: str, lines: list[Line]) -> int:
    empty: dict[str, Any] = dict.fromkeys(FACTS) | {"groups": [], "on_care_list": True}
    ids = registering.add_many(
        work, community_id, [empty | {name: line.said[name] for name in FACTS if name in line.said} for line in lines]
    )
    agreed = [consent_row(actor, resident_id, line.consent) for line, resident_id in zip(lines, ids, strict=True)]
    if agreed:
        work.execute_many(insert(_consents), agreed)
    return len(ids)


def _change(work: Work, actor: Actor, line: Line) -> str:
    resident_id = str(line.known.id) if line.known is not None else ""
    values = {**line.changes, **registering.hashed(line.changes)}
    if line.consent:
        work.execute(insert(_consents), consent_row(actor, resident_id, line.consent))
        values |= {"on_care_list": True, "off_list_at": None}
    work.execute(update(_residents).where(_residents.c.id == resident_id).values(**values))
    return resident_id


def _report(plan: Plan, *, written: bool) -> dict[str, Any]:
    rows = []
    for line in [line for line in plan.lines if line.verdict != "unchanged"][:TOLD_MOST]:
        changes = [*line.changes, *(["consent_at"] if line.known is not None and line.consent else [])]
        told = {"name": line.said["name"], "verdict": line.verdict, "changes": [COLUMNS[name][0] for name in changes]}
        rows.append({"row": line.number, **told})
    mistakes = [mistake.told() for mistake in plan.mistakes[:TOLD_MOST]]
    return {"written": written, **plan.counts(), "rows": rows, "mistakes": mistakes, "mistakes_total": len(plan.mistakes)}
