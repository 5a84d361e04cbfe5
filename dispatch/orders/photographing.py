"""How a photo that comes with a command is kept, and who may look at that of a delivery."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import select

from dispatch.core import photos
from dispatch.core.errors import NotEligible, NotFound
from dispatch.core.permits import permitted
from dispatch.core.unit_of_work import reading
from dispatch.orders.models import Order, Receipt
from dispatch.orders.policy import PERMITS
from dispatch.orders.queries import full_order, order_facts
from dispatch.people.identity import Actor


def folder() -> Path:
    """Where photos lie: outside everything that is served."""
    return Path(current_app.config["DATA_DIR"]) / "photos"


def fingerprint(upload: Any) -> str | None:
    """What makes two uploads the same one, for the idempotency key."""
    return None if upload is None else photos.fingerprint(upload.stream)


@contextmanager
def kept(actor: Actor, upload: Any, order_id: str, *, verb: str = "deliver", field: str = "photo") -> Iterator[str | None]:
    """Store an upload for the length of a command; what the command refuses, or had done before, is removed again.

    Args:
        actor: who sends it.
        upload: the file, or None.
        order_id: which order.
        verb: the command.
        field: the upload's name, should it be refused.
    Raises:
        NotFound, NotEligible: as for the command; asked first, because to make a photo anew is a second of work.
        Invalid, RateLimited, Busy: as `photos.received`.
    """
    if upload is None:
        yield None
        return
    order = order_facts(reading(), order_id, actor.id)
    if not permitted(PERMITS, "see", actor, order):
        raise NotFound()
    if not permitted(PERMITS, verb, actor, order):
        raise NotEligible()
    stored = photos.received(upload.stream, folder(), actor.id, field)
    try:
        yield stored.name
    finally:
        if stored.name not in _named(order_id):
            photos.remove(folder(), stored.name)


def _photo_of(order_id: str) -> str | None:
    found = select(Order.__table__.c.delivery_photo).where(Order.__table__.c.id == order_id)
    return reading().execute(found).scalar_one_or_none()


def _named(order_id: str | None = None) -> set[str]:
    """The photos that an order and its receipts name, or all that any do."""
    columns = ((Order.__table__.c.delivery_photo, Order.__table__.c.id), (Receipt.__table__.c.photo, Receipt.__table__.c.order_id))
    named: set[str] = set()
    for photo, of in columns:
        found = select(photo).where(photo.is_not(None))
        named.update(reading().execute(found.where(of == order_id) if order_id else found).scalars())
    return named


def forget_unused() -> int:
    """Remove the files that nothing names any more, or never came to name because we were ended; returns how many."""
    return photos.remove_unnamed(folder(), _named())


def delivery_photo(actor: Actor, order_id: str) -> Path:
    """The file of a delivery's photo.

    Raises:
        NotFound: there is none, or none for this person: clerk and coordinator alone may look.
    """
    order = full_order(reading(), actor, order_id)
    name = _photo_of(order_id)
    if not name or not permitted(PERMITS, "see_code", actor, order):
        raise NotFound()
    return photos.existing(folder(), name)
