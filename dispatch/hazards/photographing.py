"""How the photos of hazards are kept before and with a command, how many one person may send, and who may look at one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from flask import current_app
from flask_babel import lazy_gettext as _
from sqlalchemy import delete, insert, select, update

from dispatch.core import photos
from dispatch.core.clock import now
from dispatch.core.errors import Invalid, NotEligible, NotFound
from dispatch.core.geo import Point
from dispatch.core.idempotency import Once
from dispatch.core.ids import new_id
from dispatch.core.permits import permitted
from dispatch.core.unit_of_work import Work, look_again, reading, transaction
from dispatch.hazards.models import HazardLockedPhoto, HazardPhoto
from dispatch.hazards.policy import HOUSE_PERMITS, PERMITS
from dispatch.hazards.queries import Row, hazard_facts
from dispatch.hazards.states import KNOWN
from dispatch.people.identity import Actor

#: With one report, and with one answer.
MOST = 4
#: One that no command came to name within this time is not wanted.
UNUSED_KEPT = timedelta(hours=24)
_photos, _locked = HazardPhoto.__table__, HazardLockedPhoto.__table__


class Kept(NamedTuple):
    """A photo that was sent ahead: to be named by a command.

    `place` and `taken_at`, as its camera wrote them, are for who has sent it, once: they are kept nowhere.
    """

    id: str
    width: int
    height: int
    place: Point | None = None
    taken_at: datetime | None = None


def folder() -> Path:
    """Where these photos lie: outside everything that is served."""
    return Path(current_app.config["DATA_DIR"]) / "hazard_photos"


def photo_url(photo_id: str) -> str:
    """Where a photo is served to those who may look at it."""
    return f"/hazards/photos/{photo_id}"


def keep_photo(actor: Actor, upload: photos.Upload, once: Once) -> Kept:
    """Keep one photo ahead of the command that will name it.

    Raises:
        NotEligible: not somebody who reports.
        Invalid, RateLimited, Busy: as `photos.received`.
    """
    if not permitted(HOUSE_PERMITS, "report", actor, None):
        raise NotEligible()
    outcome, stored = once.earlier(), None
    if outcome is None:
        outcome, stored = _store(actor, upload, once)
    row = reading().execute(select(_photos.c.width, _photos.c.height).where(_photos.c.id == outcome["photo_id"])).one()
    beside = (stored.place, stored.taken_at) if stored else (None, None)
    return Kept(outcome["photo_id"], row.width, row.height, *beside)


def _store(actor: Actor, upload: photos.Upload, once: Once) -> tuple[dict[str, Any], photos.StoredPhoto]:
    # The child takes a second: no picture of the database is held meanwhile.
    look_again()
    stored = photos.received(upload, folder(), actor.id, "photos")
    used = False
    try:
        with once.running(), transaction() as work:
            once.lock(work)
            outcome = once.earlier(work.connection)
            if outcome is None:
                row = {"id": new_id(), "person_id": actor.id, "name": stored.name, "width": stored.width, "height": stored.height}
                row |= {"caption": "report", "at": now()}
                work.execute(insert(_photos), row)
                outcome = {"photo_id": row["id"]}
                once.keep(work, outcome)
                used = True
    finally:
        if not used:
            photos.remove(folder(), stored.name)
    return outcome, stored


@contextmanager
def brought(actor: Actor, uploads: Sequence[photos.Upload], named: Sequence[str], once: Once) -> Iterator[list[str]]:
    """The photos of a command: those that it names, and those that come with it; what it did not use of the latter is removed again.

    Args:
        uploads: the files.
        named: ids of photos that were sent ahead.
        once: the command's key; what was carried out before needs no photos any more.
    Raises:
        Invalid: more than MOST.
        as `keep_photo`.
    """
    if len(uploads) + len(named) > MOST:
        raise Invalid("photos", _("一次最多四张照片。"))
    if not uploads or once.earlier() is not None:
        yield list(named)
        return
    kept: list[str] = []
    try:
        for upload in uploads:
            kept.append(keep_photo(actor, upload, Once(actor.id, None, "photo", {})).id)
        yield [*named, *kept]
    finally:
        _drop_unused(kept)


def _drop_unused(photo_ids: Sequence[str]) -> None:
    with transaction() as work:
        gone = delete(_photos).where(_photos.c.id.in_(photo_ids), _photos.c.hazard_id.is_(None)).returning(_photos.c.name)
        names = list(work.execute(gone).scalars())
    for name in names:
        photos.remove(folder(), name)


def attach(work: Work, actor: Actor, photo_ids: Sequence[str], hazard_id: str, caption: str, *, shown: bool) -> None:
    """Make photos that this person has sent ahead those of a hazard.

    Args:
        caption: `report`, `join`, `after` or `check`.
        shown: whether others may see them at once.
    Raises:
        Invalid: one of them is another's, gone, used already, or it would be too many.
    """
    if len(set(photo_ids)) > MOST:
        raise Invalid("photos", _("一次最多四张照片。"))
    if not photo_ids:
        return
    free = (_photos.c.id.in_(list(photo_ids)), _photos.c.person_id == actor.id, _photos.c.hazard_id.is_(None))
    values = {"hazard_id": hazard_id, "caption": caption, "shown_at": now() if shown else None}
    if work.execute(update(_photos).where(*free).values(**values)).rowcount != len(set(photo_ids)):
        raise Invalid("photo_ids", _("有一张照片没有传上来，请再传一次。"))


def show_all(work: Work, hazard_id: str) -> None:
    """Accepted: what its reporters have sent may be seen by those who see it."""
    work.execute(update(_photos).where(_photos.c.hazard_id == hazard_id, _photos.c.shown_at.is_(None)).values(shown_at=now()))


def may_look(actor: Actor, hazard: Row, photo: Row) -> bool:
    """Whether somebody who sees a hazard sees this photo of it: his own, what was let be seen, or as the station everything."""
    return bool(
        photo.person_id == actor.id
        or permitted(PERMITS, "see_every_photo", actor, hazard)
        or (photo.shown_at is not None and hazard.status in KNOWN)
    )


def photo_file(actor: Actor, photo_id: str) -> Path:
    """The file of a photo.

    Raises:
        NotFound: there is none, or none for this person.
    """
    photo = reading().execute(select(_photos).where(_photos.c.id == photo_id)).first()
    if photo is None:
        raise NotFound()
    if photo.hazard_id is None:
        if photo.person_id != actor.id:
            raise NotFound()
        return photos.existing(folder(), photo.name)
    hazard = hazard_facts(reading(), photo.hazard_id, actor.id)
    if not permitted(PERMITS, "see", actor, hazard) or not may_look(actor, hazard, photo):
        raise NotFound()
    return photos.existing(folder(), photo.name)


def forget_unused() -> int:
    """Remove what no command came to name within a day, and files that nothing names; returns how many files."""
    with transaction() as work:
        work.execute(delete(_photos).where(_photos.c.hazard_id.is_(None), _photos.c.at < now() - UNUSED_KEPT))
        named = {name for table in (_photos, _locked) for name in work.execute(select(table.c.name)).scalars()}
    return photos.remove_unnamed(folder(), named)
