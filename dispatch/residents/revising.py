"""How every process learns that a resident has changed: each change has a number within its community, taken last of all.

Who keeps residents in memory (`finding`) asks for the community's number alone, and reads what is above the one it knows.
The row that counts is locked until the commit, so that numbers are seen in their order, on PostgreSQL too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import bindparam, func, select, update

from dispatch.core.breathing import in_parts
from dispatch.core.unit_of_work import Work
from dispatch.core.upserts import insert_into
from dispatch.residents.models import Resident, Revision

_residents, _revisions = Resident.__table__, Revision.__table__
_hold = select(func.pg_advisory_xact_lock(func.hashtextextended(bindparam("name"), 0)))


class _Numbering:
    """What one transaction has changed. Before the journal's numbers, and communities in one order: nobody waits in a circle."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.touched: dict[str, set[str]] = {}
        self.gone: set[str] = set()

    def __call__(self) -> None:
        for community_id in sorted(self.touched):
            number = self._next(community_id)
            for some in in_parts(sorted(self.touched[community_id])):
                self.work.execute(update(_residents).where(_residents.c.id.in_(some)).values(revision=number))

    def _next(self, community_id: str) -> int:
        first = insert_into(self.work, _revisions).values(community_id=community_id, revision=1, gone_at=int(community_id in self.gone))
        following = _revisions.c.revision + 1
        counts: dict[str, Any] = {"revision": following} | ({"gone_at": following} if community_id in self.gone else {})
        counted = first.on_conflict_do_update(index_elements=["community_id"], set_=counts)
        return int(self.work.execute(counted.returning(_revisions.c.revision)).scalar_one())


def _numbering(work: Work) -> _Numbering:
    for seal in work.before_commit:
        if isinstance(seal, _Numbering):
            return seal
    made = _Numbering(work)
    work.before_commit.insert(0, made)
    return made


def changed(work: Work, community_id: str, *resident_ids: str) -> None:
    """Say that these residents of a community are new or have changed. Every verb that writes one says so."""
    _numbering(work).touched.setdefault(community_id, set()).update(resident_ids)


def deleted(work: Work, community_ids: Iterable[str]) -> None:
    """Say that residents of these communities are there no more."""
    numbering = _numbering(work)
    for community_id in community_ids:
        numbering.touched.setdefault(community_id, set())
        numbering.gone.add(community_id)


def hold(work: Work, community_id: str) -> None:
    """Let nobody else enter residents here until the transaction ends: who is asked “is she here?” must stay right.

    SQLite has one writer at a time anyway. Not the counting row: it is taken last, and nobody may wait for it with rows in hand.
    """
    if work.connection.dialect.name == "postgresql":
        work.execute(_hold, {"name": f"residents:{community_id}"})


def revisions(connection: Any, community_ids: Sequence[str]) -> dict[str, int]:
    """Community → the number of its last change; one of whom nobody was ever kept is not in it."""
    found = select(_revisions.c.community_id, _revisions.c.revision).where(_revisions.c.community_id.in_(community_ids))
    return {row.community_id: row.revision for row in connection.execute(found)}
