"""How a sheet becomes part of the care list: looked through first, all of it or nothing, and the same one twice is once.

The sheet is read, and compared with the list, before the transaction: that may take seconds, in which others write and
claim. Within it stands no more than whether the list is still the one that was compared, and the writing itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import insert, update

from dispatch.core import sheets
from dispatch.core.breathing import A_BREATH, breathing, in_parts
from dispatch.core.errors import Busy, Invalid
from dispatch.core.idempotency import Once
from dispatch.core.unit_of_work import Work, look_again, reading, transaction
from dispatch.journal.appending import append
from dispatch.people.identity import Actor
from dispatch.people.models import Role
from dispatch.residents import registering, revising
from dispatch.residents.comparing import Known
from dispatch.residents.consenting import check_moment, consent_row
from dispatch.residents.models import Consent, Resident
from dispatch.residents.planning import Line, Plan, plan_of
from dispatch.residents.queries import Row, communities_of, community_for, residents_since
from dispatch.residents.tabling import COLUMNS, FACTS

#: So many rows and mistakes are told; the counts are of all.
TOLD_MOST = 200
#: So many are added or changed in one transaction: whoever wants to claim waits for its end.
WRITTEN_MOST = 5_000
#: How often a sheet is compared anew with a list that somebody changes meanwhile.
ATTEMPTS = 5

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
        Invalid: the file cannot be read, has no headings, or would change more than WRITTEN_MOST.
        Busy: others change the list all the time.
    """
    communities, home = communities_of(reading(), actor), _home(actor, options)
    if options.get("consent"):
        check_moment(options["consent"]["at"])
    # A child process reads the sheet: nobody's picture of the database stays open meanwhile.
    look_again()
    rows = sheets.read(data, name).rows
    if not options["write"]:
        return _report(plan_of(reading(), communities, home, rows, options.get("consent")), written=False)
    with once.running():
        for _attempt in range(ATTEMPTS):
            earlier = once.earlier()
            if earlier is not None:
                return _report(Plan(), written=True) | earlier
            as_it_was = revising.revisions(reading(), sorted(communities))
            plan = plan_of(reading(), communities, home, rows, options.get("consent"))
            if plan.mistakes:
                return _report(plan, written=False)
            if len(plan.written()) > WRITTEN_MOST:
                raise Invalid("file", _("一次最多写入 %(most)s 位，请分几次导入。", most=WRITTEN_MOST))
            try:
                return _carried_out(actor, plan, as_it_was, once)
            except _Overtaken:
                look_again()
    raise Busy(retry_after=2)


class _Overtaken(Exception):
    """The list is no longer the one that the plan was made from."""


def _carried_out(actor: Actor, plan: Plan, as_it_was: Mapping[str, int], once: Once) -> dict[str, Any]:
    """Write a plan, if it still fits.

    Raises:
        _Overtaken: it does not.
    """
    with transaction() as work:
        once.lock(work)
        earlier = once.earlier(work.connection)
        if earlier is not None:
            return _report(Plan(), written=True) | earlier
        concerned = sorted({line.community_id for line in plan.written()})
        for community_id in concerned:
            community_for(work.connection, actor, "import", community_id)
            revising.hold(work, community_id)
            _check_nobody_has_come(work, plan, community_id, as_it_was.get(community_id, 0))
        _write(work, actor, plan)
        once.keep(work, plan.counts())
        return _report(plan, written=True)


def _check_nobody_has_come(work: Work, plan: Plan, community_id: str, revision: int) -> None:
    """Of those who are new or have changed since, nobody is one whom the plan takes for new."""
    since = Known(residents_since(work.connection, community_id, revision))
    new = [line for line in plan.written() if line.community_id == community_id and line.known is None]
    if any(since.meant(community_id, line.said) or since.doubtful(community_id, line.said) for line in new):
        raise _Overtaken()


def fingerprint(data: bytes) -> str:
    """What a command's key stands for, of a file."""
    return hashlib.sha256(data).hexdigest()


def _home(actor: Actor, options: Mapping[str, Any]) -> str | None:
    """The community of rows that name none."""
    if actor.role != Role.CLERK and not options.get("community_id"):
        return None
    return str(community_for(reading(), actor, "import", options.get("community_id")).community_id)


def _write(work: Work, actor: Actor, plan: Plan) -> None:
    for community_id in sorted({line.community_id for line in plan.written()}):
        here = [line for line in plan.written() if line.community_id == community_id]
        new = _add(work, actor, community_id, [line for line in here if line.known is None])
        changed = [_change(work, actor, line, line.known) for line in breathing(here) if line.known is not None]
        revising.changed(work, community_id, *changed)
        station_id = community_for(work.connection, actor, "import", community_id).station_id
        append(work, station_id, "residents.imported", community_id=community_id, added=new, changed=len(changed))


def _add(work: Work, actor: Actor, community_id: str, lines: list[Line]) -> int:
    empty: dict[str, Any] = dict.fromkeys(FACTS) | {"groups": [], "on_care_list": True}
    ids = registering.add_many(
        work, community_id, [empty | {name: line.said[name] for name in FACTS if name in line.said} for line in lines]
    )
    agreed = [consent_row(actor, resident_id, line.consent) for line, resident_id in zip(lines, ids, strict=True)]
    for some in breathing(in_parts(agreed, A_BREATH), 1):
        work.execute_many(insert(_consents), some)
    return len(ids)


def _change(work: Work, actor: Actor, line: Line, known: Row) -> str:
    values = {**line.changes, **registering.hashed(line.changes)}
    if line.consent:
        work.execute(insert(_consents), consent_row(actor, known.id, line.consent))
        values |= {"on_care_list": True, "off_list_at": None}
    # Only as she was when she was compared: what somebody has corrected since is not covered by an older sheet.
    as_compared = (_residents.c.id == known.id, _residents.c.revision == known.revision)
    if not work.execute(update(_residents).where(*as_compared).values(**values)).rowcount:
        raise _Overtaken()
    return str(known.id)


def _report(plan: Plan, *, written: bool) -> dict[str, Any]:
    rows = []
    for line in plan.written()[:TOLD_MOST]:
        changes = [*line.changes, *(["consent_at"] if line.known is not None and line.consent else [])]
        told = {"name": line.said["name"], "verdict": line.verdict, "changes": [COLUMNS[name][0] for name in changes]}
        rows.append({"row": line.number, **told})
    mistakes = [mistake.told() for mistake in plan.mistakes[:TOLD_MOST]]
    return {"written": written, **plan.counts(), "rows": rows, "mistakes": mistakes, "mistakes_total": len(plan.mistakes)}
