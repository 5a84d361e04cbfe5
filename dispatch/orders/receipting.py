"""How the photo of a receipt is kept, who may look at it, and when it is gone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import delete, func, insert, select, update

from dispatch.core import photos
from dispatch.core.clock import now
from dispatch.core.errors import Invalid, NotFound
from dispatch.core.idempotency import Once
from dispatch.core.ids import new_id
from dispatch.core.permits import permitted
from dispatch.core.unit_of_work import Work, reading, transaction
from dispatch.orders import photographing
from dispatch.orders.commanding import Outcome, carry_out
from dispatch.orders.models import Advance, Order, Receipt
from dispatch.orders.policy import PERMITS
from dispatch.orders.queries import Row, order_facts
from dispatch.people.identity import Actor
from dispatch.people.models import StationSettings
from dispatch.people.settings import settings_from
from dispatch.residents.revealing import write_reveal

#: So many for one order; a receipt that is blurred is taken again, not a hundred times.
MOST = 10
#: One that no advance came to name within this time is not one; a long errand lies between the shop and her door.
UNUSED_KEPT = timedelta(hours=24)

_receipts, _advances, _orders, _settings = Receipt.__table__, Advance.__table__, Order.__table__, StationSettings.__table__
_unused = _receipts.c.id.not_in(select(_advances.c.receipt_id))


def keep_receipt(actor: Actor, order_id: str, upload: Any, once: Once) -> Outcome:
    """Keep a receipt's photo until the command that names it; by its holder, or by the clerk for what she enters late.

    Args:
        upload: the file, or None.
    Returns:
        the outcome with `receipt_id`.
    Raises:
        Invalid: there is none, it cannot be kept, or there are too many.
        NotFound, NotEligible, TooLate: as for every command.
    """
    if upload is None:
        raise Invalid("receipt", _("请拍一张小票。"))

    def act(work: Work, me: Actor, _order: Row) -> Outcome:
        there = work.execute(select(func.count()).select_from(_receipts).where(_receipts.c.order_id == order_id)).scalar_one()
        if there >= MOST:
            raise Invalid("receipt", _("这一单的小票照片太多了，请打电话给居委会。"))
        row = {"id": new_id(), "order_id": order_id, "person_id": me.id, "photo": name, "at": now()}
        work.execute(insert(_receipts), row)
        return {"order_id": order_id, "receipt_id": row["id"]}

    with photographing.kept(actor, upload, order_id, verb="keep_receipt", field="receipt") as name:
        return carry_out("keep_receipt", actor, order_id, once, act)


@contextmanager
def receipt_for(actor: Actor, order_id: str, upload: Any, receipt_id: str | None, once: Once) -> Iterator[str | None]:
    """The receipt that a command brings along or names; one that it brought and did not use is removed again.

    Args:
        upload: the file that came with the command, or None.
        receipt_id: what was kept before, or None.
        once: the command's key; what was carried out before needs no receipt any more.
    Raises:
        as `keep_receipt`.
    """
    if upload is None or once.earlier() is not None:
        yield receipt_id
        return
    kept = str(keep_receipt(actor, order_id, upload, Once(actor.id, None, "keep_receipt", {}))["receipt_id"])
    try:
        yield kept
    finally:
        _drop_if_unused(kept)


def _drop_if_unused(receipt_id: str) -> None:
    with transaction() as work:
        dropped = work.execute(delete(_receipts).where(_receipts.c.id == receipt_id, _unused).returning(_receipts.c.photo)).scalar()
    if dropped:
        photos.remove(photographing.folder(), dropped)


def check_receipt(work: Work, order_id: str, person_id: str, receipt_id: str) -> None:
    """A command may name a receipt of this order that this person has sent.

    Raises:
        Invalid: it is another's, or gone.
    """
    mine = (_receipts.c.id == receipt_id, _receipts.c.order_id == order_id, _receipts.c.person_id == person_id)
    if work.execute(select(_receipts.c.id).where(*mine, _receipts.c.photo.is_not(None))).first() is None:
        raise Invalid("receipt", _("小票照片没有传上来，请再拍一次。"))


def receipt_photo(actor: Actor, order_id: str, advance_id: str | None = None) -> Path:
    """The file of the receipt that stands for an order's advance, and the row that this person has seen it.

    Args:
        advance_id: which of the order's; by default the latest.
    Raises:
        NotFound: there is none, it is gone, or not for this person: clerk and coordinator alone may look.
    """
    order = order_facts(reading(), order_id, actor.id)
    found = select(_receipts.c.photo).join(_advances, _advances.c.receipt_id == _receipts.c.id).where(_advances.c.order_id == order_id)
    found = found.where(_advances.c.id == advance_id) if advance_id else found
    name = reading().execute(found.order_by(_advances.c.at.desc()).limit(1)).scalar()
    if not name or not permitted(PERMITS, "see_money", actor, order):
        raise NotFound()
    with transaction() as work:
        seen = {"person_id": actor.id, "resident_id": order.resident_id or "", "order_id": order_id}
        write_reveal(work, **seen, station_id=order.station_id, what="receipt", why=actor.role)
    return photos.existing(photographing.folder(), name)


def forget_receipts(work: Work) -> int:
    """Let go of the photos whose station's time for them is over, and of those that no advance names; returns how many.

    The files go with the next look for files that nothing names.
    """
    gone = work.execute(delete(_receipts).where(_unused, _receipts.c.at < now() - UNUSED_KEPT)).rowcount
    chosen = {row.station_id: row.choices for row in work.execute(select(_settings.c.station_id, _settings.c.choices))}
    stations = work.execute(select(_advances.c.station_id).distinct()).scalars().all()
    for station_id in stations:
        before = now() - timedelta(days=settings_from(chosen.get(station_id)).receipts_kept)
        old = select(_advances.c.receipt_id).where(_advances.c.station_id == station_id)
        there = (_receipts.c.id.in_(old), _receipts.c.photo.is_not(None), _receipts.c.at < before)
        gone += work.execute(update(_receipts).where(*there).values(photo=None)).rowcount
    return gone
