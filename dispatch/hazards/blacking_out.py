"""How parts of a photo are made black for good: a new picture under a new name; the former is locked away, and goes after a while."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import structlog
from flask_babel import lazy_gettext as _
from sqlalchemy import Connection, delete, insert, select

from dispatch.core import photos
from dispatch.core.clock import now
from dispatch.core.errors import Busy, Invalid, NotFound
from dispatch.core.idempotency import Once
from dispatch.core.ids import new_id
from dispatch.core.unit_of_work import Work, look_again, reading, transaction
from dispatch.hazards.commanding import Outcome, carry_out, edit, refuse_early, tell
from dispatch.hazards.models import HazardLockedPhoto, HazardPhoto
from dispatch.hazards.photographing import folder
from dispatch.hazards.queries import Row, hazard_facts
from dispatch.people.identity import Actor

#: Who was wronged by the black, or by what is under it, has so long to say so.
LOCKED_KEPT = timedelta(days=30)

log = structlog.get_logger()
_photos, _locked = HazardPhoto.__table__, HazardLockedPhoto.__table__


def black_out(actor: Actor, hazard_id: str, photo_id: str, boxes: Sequence[photos.Box], version: int | None, once: Once) -> Outcome:
    """Make parts of a photo black, in the picture itself. What it was called before leads nowhere from here on.

    Args:
        boxes: 1 to 50 rectangles, in the photo's own pixels.
        version: the one that the coordinator saw.
    Raises:
        NotFound, NotEligible, Held, Edited: as for every command.
        Invalid: it is no photo of this hazard (any more), or not rectangles of a photo.
        Busy: the picture could not be made now.
    """
    earlier = once.earlier()
    if earlier is not None:
        return earlier
    refuse_early("black_out", actor, hazard_facts(reading(), hazard_id, actor.id), reading())
    name = _former(reading(), hazard_id, photo_id).name
    # The child takes a second: no picture of the database is held meanwhile.
    look_again()
    made = _made(name, boxes)

    def act(work: Work, me: Actor, hazard: Row) -> None:
        former = _former(work.connection, hazard_id, photo_id)
        new = {**former._mapping, "id": new_id(), "name": made.name, "width": made.width, "height": made.height}
        work.execute(insert(_photos), new)
        work.execute(insert(_locked), {"name": name, "hazard_id": hazard_id, "photo_id": photo_id, "by": me.id, "at": now()})
        work.execute(delete(_photos).where(_photos.c.id == photo_id))
        edit(work, hazard, me.id, "black_out", said={"photo_id": photo_id, "now": new["id"], "parts": len(boxes)})
        tell(work, hazard, "hazard.blacked_out")

    used = False
    try:
        outcome = carry_out("black_out", actor, hazard_id, once, act, version=version)
        used = "hazard" in outcome
    finally:
        if not used:
            photos.remove(folder(), made.name)
    _lock(name)
    return outcome


def _former(connection: Connection, hazard_id: str, photo_id: str) -> Row:
    row = connection.execute(select(_photos).where(_photos.c.id == photo_id, _photos.c.hazard_id == hazard_id)).first()
    if row is None:
        raise Invalid("photo_id", _("这张照片已经换过了。请看一眼现在的样子，再涂一次。"))
    return row


def _made(name: str, boxes: Sequence[photos.Box]) -> photos.StoredPhoto:
    try:
        return photos.black_out(folder(), name, boxes)
    except ValueError as error:
        raise Invalid("boxes", _("请在照片上画出要涂黑的地方。")) from error
    except photos.PhotoRefused as refused:
        raise Invalid("photo_id", refused.sentence, reason=refused.reason) from refused
    except NotFound as error:
        raise Invalid("photo_id") from error
    except OSError as error:
        log.error("hazards.disk", error=type(error).__name__, errno=error.errno)
        raise Busy(retry_after=60) from error


def _lock(name: str) -> None:
    """Nothing leads to the file any more; it is put behind the door as well. What fails here is done by the hourly look."""
    try:
        photos.lock_away(folder(), name)
    except (NotFound, OSError) as error:
        log.warning("hazards.not_locked", error=type(error).__name__)


def forget_locked() -> int:
    """Lock away what a power cut has left in front of the door, and remove what has been behind it long enough; returns how many."""
    with transaction() as work:
        old = delete(_locked).where(_locked.c.at < now() - LOCKED_KEPT).returning(_locked.c.name)
        gone = list(work.execute(old).scalars())
        kept = list(work.execute(select(_locked.c.name)).scalars())
    for name in gone:
        photos.remove(folder(), name)
        photos.remove_locked(folder(), name)
    for name in kept:
        if photos.path_of(folder(), name).is_file():
            _lock(name)
    return len(gone)
