"""What is asked of the book of hours: one's own, a station's, sums, corrections and certificates. Never an order by who has more."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Select, func, select

from dispatch.core.errors import NotFound
from dispatch.core.secrets import keyring
from dispatch.hours.models import Certificate, Correction, HourEntry
from dispatch.hours.states import CorrectionStatus
from dispatch.orders.models import Order
from dispatch.people.identity import Actor
from dispatch.people.models import Person, Role, Unit

PAGE = 50
Row = Any

_hours, _corrections, _certificates = HourEntry.__table__, Correction.__table__, Certificate.__table__
_orders, _persons, _units = Order.__table__, Person.__table__, Unit.__table__
_same_claim = _hours.alias("same_claim")
#: What a claim counts for now: its line and its counter-entries.
_counts_for = select(func.sum(_same_claim.c.minutes)).where(_same_claim.c.claim_id == _hours.c.claim_id).correlate(_hours).scalar_subquery()
_is_errand = _hours.c.id == _hours.c.claim_id


def sums(connection: Connection, person_id: str, first: str, last: str, station_id: str | None = None) -> tuple[int, int]:
    """A person's minutes, and the errands that still count for something, from one day to another, both included.

    Args:
        station_id: of one station's orders; of all by default.
    """
    where = [_hours.c.person_id == person_id, _hours.c.day.between(first, last)]
    where += [_hours.c.station_id == station_id] if station_id else []
    errand = select(func.sum(_hours.c.minutes).label("minutes")).where(*where).group_by(_hours.c.claim_id).subquery()
    counted = select(func.coalesce(func.sum(errand.c.minutes), 0), func.count().filter(errand.c.minutes > 0))
    minutes, errands = connection.execute(counted).one()
    return int(minutes), int(errands)


def kinds(connection: Connection, person_id: str, first: str, last: str, station_id: str) -> dict[str, int]:
    """Kind → errands that still count for something."""
    mine = (_hours.c.person_id == person_id, _hours.c.day.between(first, last), _hours.c.station_id == station_id)
    found = select(_hours.c.kind, func.count()).where(*mine, _is_errand, _counts_for > 0).group_by(_hours.c.kind).order_by(_hours.c.kind)
    return {kind: int(count) for kind, count in connection.execute(found)}


def years_of(connection: Connection, person_id: str) -> list[str]:
    """The years in which a person has errands, the latest first."""
    year = func.substr(_hours.c.day, 1, 4)
    return list(connection.execute(select(year).where(_hours.c.person_id == person_id).distinct().order_by(year.desc())).scalars())


def stations_served(connection: Connection, person_id: str) -> list[Row]:
    """The stations for whose orders a person has hours."""
    mine = select(_hours.c.station_id).where(_hours.c.person_id == person_id)
    return list(connection.execute(select(_units.c.id, _units.c.name).where(_units.c.id.in_(mine)).order_by(_units.c.id)).all())


def _errands() -> Select[Any]:
    """Errands in the book, with what a person may see of them in general terms: day, kind, building."""
    columns = ("id", "claim_id", "person_id", "station_id", "district_id", "kind", "day", "rule")
    shown = (_orders.c.number, _orders.c.building, _orders.c.status, _counts_for.label("minutes"), _hours.c.minutes.label("booked"))
    return select(*(_hours.c[name] for name in columns), *shown).join(_orders, _orders.c.id == _hours.c.order_id).where(_is_errand)


def my_errands(connection: Connection, person_id: str, year: str, page: int) -> tuple[list[Row], int]:
    """One page of a person's errands of a year, newest first, and how many there are."""
    mine = (_hours.c.person_id == person_id, _hours.c.day.between(f"{year}-01-01", f"{year}-12-31"))
    total = connection.execute(select(func.count()).select_from(_hours).where(_is_errand, *mine)).scalar_one()
    found = _errands().where(*mine).order_by(_hours.c.day.desc(), _hours.c.id.desc()).limit(PAGE).offset((page - 1) * PAGE)
    return list(connection.execute(found).all()), total


def thanked(connection: Connection, person_id: str, first: str, last: str) -> int:
    """After how many errands the resident was called back and said that she was content."""
    closed = (_hours.c.person_id == person_id, _hours.c.day.between(first, last), _orders.c.satisfied.is_(True))
    found = select(func.count()).select_from(_hours).join(_orders, _orders.c.id == _hours.c.order_id)
    return int(connection.execute(found.where(_is_errand, *closed)).scalar_one())


def station_errands(connection: Connection, station_id: str, person_id: str | None, page: int) -> tuple[list[Row], int]:
    """One page of a station's errands in the book, newest first, of one courier or of all; whoever was lent to it included."""
    where = [_hours.c.station_id == station_id]
    where += [_hours.c.person_id == person_id] if person_id else []
    total = connection.execute(select(func.count()).select_from(_hours).where(_is_errand, *where)).scalar_one()
    waiting = (_corrections.c.claim_id == _hours.c.claim_id) & (_corrections.c.status == CorrectionStatus.PROPOSED)
    found = _errands().add_columns(_persons.c.name, _corrections.c.id.label("proposal_id"))
    found = found.join(_persons, _persons.c.id == _hours.c.person_id).outerjoin(_corrections, waiting).where(*where)
    newest = found.order_by(_hours.c.day.desc(), _hours.c.id.desc()).limit(PAGE).offset((page - 1) * PAGE)
    return list(connection.execute(newest).all()), total


def helpers_of(connection: Connection, station_id: str) -> list[Row]:
    """Who has hours for this station's orders, in the order in which they joined."""
    theirs = select(_hours.c.person_id).where(_hours.c.station_id == station_id)
    found = select(_persons.c.id, _persons.c.name).where(_persons.c.id.in_(theirs))
    return list(connection.execute(found.order_by(_persons.c.created_at, _persons.c.id)).all())


def errand_booked(connection: Connection, claim_id: str) -> Row:
    """One claim's line, and what it counts for now.

    Raises:
        NotFound: nothing is booked for it.
    """
    row = connection.execute(_errands().where(_hours.c.id == claim_id)).first()
    if row is None:
        raise NotFound()
    return row


def correction(connection: Connection, correction_id: str) -> Row:
    """One correction.

    Raises:
        NotFound: there is none.
    """
    row = connection.execute(select(_corrections).where(_corrections.c.id == correction_id)).first()
    if row is None:
        raise NotFound()
    return row


def corrections_listed(connection: Connection, actor: Actor, *, waiting: bool) -> list[Row]:
    """The corrections that somebody may see: those that wait for a second person, or the latest of those decided."""
    proposer = _persons.alias("proposer")
    found = (
        select(_corrections, _persons.c.name, proposer.c.name.label("proposer_name"), _hours.c.day, _hours.c.kind, _orders.c.number,
               _units.c.name.label("station"))
        .join(_hours, _hours.c.id == _corrections.c.claim_id)
        .join(_orders, _orders.c.id == _hours.c.order_id)
        .join(_persons, _persons.c.id == _corrections.c.person_id)
        .join(_units, _units.c.id == _corrections.c.station_id)
        .outerjoin(proposer, proposer.c.id == _corrections.c.proposed_by)
    )  # fmt: skip
    column = _corrections.c.district_id if actor.role == Role.SUPERVISOR else _corrections.c.station_id
    mine = actor.unit_id if actor.role == Role.SUPERVISOR else actor.station_id
    open_ = _corrections.c.status == CorrectionStatus.PROPOSED
    ordered = found.where(column == mine, open_ if waiting else ~open_).order_by(_corrections.c.proposed_at.desc())
    return list(connection.execute(ordered.limit(PAGE)).all())


def certificates_of(connection: Connection, person_id: str) -> list[Row]:
    """A person's certificates, the latest first."""
    found = select(_certificates).where(_certificates.c.person_id == person_id)
    return list(connection.execute(found.order_by(_certificates.c.issued_at.desc())).all())


def certificates_issued(connection: Connection, station_id: str) -> list[Row]:
    """A station's latest certificates."""
    found = select(_certificates).where(_certificates.c.station_id == station_id)
    return list(connection.execute(found.order_by(_certificates.c.issued_at.desc()).limit(PAGE)).all())


def certificate(connection: Connection, certificate_id: str) -> Row:
    """One certificate.

    Raises:
        NotFound: there is none.
    """
    row = connection.execute(select(_certificates).where(_certificates.c.id == certificate_id)).first()
    if row is None:
        raise NotFound()
    return row


def certificate_by_code(connection: Connection, code: str) -> Row | None:
    """The certificate of a number and its token, as the QR has them; None if they do not belong together."""
    number, _dash, token = code.rpartition("-")
    found = select(_certificates).where(_certificates.c.number == number, _certificates.c.token_hash.in_(keyring().hashes(token)))
    return connection.execute(found).first()
