"""How a certificate is issued, and withdrawn: free, from the book alone, by the station whose errands they were (谁记录谁证明)."""

from __future__ import annotations

import base64
import secrets
from datetime import date
from functools import partial
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import insert, select

from dispatch.core.aside import aside
from dispatch.core.clock import now
from dispatch.core.errors import Invalid, NotEligible, NotFound
from dispatch.core.idempotency import Once
from dispatch.core.ids import new_id
from dispatch.core.permits import permitted
from dispatch.core.secrets import keyring
from dispatch.core.unit_of_work import Work, reading, transaction
from dispatch.core.upserts import counted_up
from dispatch.core.workflow import advance
from dispatch.hours.drawing import unprintable
from dispatch.hours.models import Certificate, CertificateCount
from dispatch.hours.policy import PERMITS
from dispatch.hours.queries import Row, certificate, kinds, sums
from dispatch.hours.rules import day_of
from dispatch.hours.states import CERTIFICATE_MOVES, CertificateStatus
from dispatch.journal.appending import append
from dispatch.people.identity import Actor, locked_actor
from dispatch.people.models import Person, Role, Unit

WITHDRAWAL_REASONS = ("mistake", "name_wrong", "other")
#: The reason on certificates whose hours were corrected after they were issued.
CORRECTED = "corrected"
TOKEN_BYTES = 15

_certificates, _counts = Certificate.__table__, CertificateCount.__table__
_persons, _units = Person.__table__, Unit.__table__


def issue(actor: Actor, station_id: str, first: date, last: date, once: Once) -> dict[str, Any]:
    """Certify a courier's own hours for one station's errands. Asked again while nothing has changed, it is the same certificate.

    Args:
        actor: the courier; only ever for himself.
        station_id: whose errands.
        first, last: the days, both included; not in the future.
    Returns:
        `certificate_id`.
    Raises:
        NotEligible: not a courier.
        Invalid: the days, no hours in them, or a name with a sign that our type does not have.
    """
    if actor.role != Role.COURIER:
        raise NotEligible()
    if first > last:
        raise Invalid("to_day", _("结束日期要不早于开始日期。"))
    if last > day_of(now()):
        raise Invalid("to_day", _("还没过完的日子不能证明，请选今天或更早的日期。"))
    # The typeface takes a moment to be read for the first time: nobody's claim waits for that.
    aside(partial(unprintable, ""))
    with once.running(), transaction() as work:
        once.lock(work)
        outcome = once.earlier(work.connection)
        if outcome is None:
            # Held, so that of two at once the second finds the first one's certificate.
            me = locked_actor(work.connection, actor.id)
            if me is None or me.role != Role.COURIER:
                raise NotEligible()
            facts = _facts(work, actor.id, station_id, first, last)
            outcome = {"certificate_id": _same(work, facts) or _enter(work, facts)}
            once.keep(work, outcome)
    return outcome


def _facts(work: Work, person_id: str, station_id: str, first: date, last: date) -> dict[str, Any]:
    """What the certificate says, from the book and from who he is today."""
    days = (first.isoformat(), last.isoformat())
    minutes, errands = sums(work.connection, person_id, *days, station_id)
    if minutes <= 0:
        raise Invalid("from_day", _("这段时间里没有记录到时长。刚送到的单，过几秒再试。"))
    done = kinds(work.connection, person_id, *days, station_id)
    name = work.execute(select(_persons.c.name).where(_persons.c.id == person_id)).scalar_one()
    issuer = work.execute(select(_units.c.name).where(_units.c.id == station_id)).scalar_one()
    missing = unprintable(name + issuer)
    if missing:
        raise Invalid("name", _("名字里的“%(signs)s”我们的字库里没有，印出来会是空框，所以没有开。请找社工站。", signs=missing))
    return {
        "person_id": person_id, "station_id": station_id, "name": name, "issuer": issuer, "from_day": days[0], "to_day": days[1],
        "minutes": minutes, "errands": errands, "kinds": done,
    }  # fmt: skip


def _same(work: Work, facts: dict[str, Any]) -> str | None:
    """A valid certificate that says just this."""
    told = ("person_id", "station_id", "issuer", "from_day", "to_day", "minutes", "errands")
    same = [_certificates.c[name] == facts[name] for name in told]
    found = select(_certificates.c.id, _certificates.c.name).where(*same, _certificates.c.status == CertificateStatus.VALID)
    return next((row.id for row in work.execute(found) if row.name == facts["name"]), None)


def _enter(work: Work, facts: dict[str, Any]) -> str:
    token = base64.b32encode(secrets.token_bytes(TOKEN_BYTES)).decode().lower()
    row = {
        "id": new_id(), "number": _number(work, facts["station_id"]), "token": token, "token_hash": keyring().hashes(token)[0],
        "status": CertificateStatus.VALID, "issued_at": now(), **facts,
    }  # fmt: skip
    work.execute(insert(_certificates), row)
    append(work, facts["station_id"], "certificate.issued", certificate_id=row["id"], persons=[facts["person_id"]])
    return str(row["id"])


def _number(work: Work, station_id: str) -> str:
    """The station's code, the year and a running number: 120116014-2026-00012."""
    year = str(day_of(now()).year)
    return f"{station_id}-{year}-{counted_up(work, _counts, station_id=station_id, year=year):05d}"


def withdraw(actor: Actor, certificate_id: str, reason: str, once: Once) -> dict[str, Any]:
    """The station takes a certificate back; whoever checks it is told so.

    Raises:
        Invalid: a reason that is not one of WITHDRAWAL_REASONS.
        NotFound, NotEligible: no certificate of her station; not hers to withdraw.
        TooLate: it is withdrawn already.
    """
    if reason not in WITHDRAWAL_REASONS:
        raise Invalid("reason")
    row = certificate(reading(), certificate_id)
    _refuse_withdrawing(actor, row)
    with once.running(), transaction() as work:
        once.lock(work)
        outcome = once.earlier(work.connection)
        if outcome is None:
            me = locked_actor(work.connection, actor.id)
            if me is None:
                raise NotEligible()
            _refuse_withdrawing(me, row)
            _withdraw(work, me, row._asdict(), reason)
            outcome = {"certificate_id": certificate_id}
            once.keep(work, outcome)
    return outcome


def _refuse_withdrawing(actor: Actor, row: Row) -> None:
    if not permitted(PERMITS, "see_certificate", actor, row):
        raise NotFound()
    if not permitted(PERMITS, "withdraw", actor, row):
        raise NotEligible()


def _withdraw(work: Work, actor: Actor, row: dict[str, Any], reason: str) -> None:
    advance(work, _certificates, row["id"], CERTIFICATE_MOVES["withdraw"], values={"withdrawn_at": now(), "reason": reason})
    said = {"certificate_id": row["id"], "persons": [row["person_id"]], "reason": reason, "by": actor.id}
    append(work, row["station_id"], "certificate.withdrawn", **said)


def withdraw_covering(work: Work, actor: Actor, person_id: str, station_id: str, day: str) -> None:
    """Hours of this day have been corrected: what certifies them says something else now than the book."""
    theirs = (_certificates.c.person_id == person_id, _certificates.c.station_id == station_id)
    covering = (_certificates.c.from_day <= day, _certificates.c.to_day >= day, _certificates.c.status == CertificateStatus.VALID)
    found = select(_certificates.c.id, _certificates.c.person_id, _certificates.c.station_id).where(*theirs, *covering)
    for row in work.execute(found).all():
        _withdraw(work, actor, row._asdict(), CORRECTED)


def my_certificate(actor: Actor, certificate_id: str) -> Row:
    """One certificate, for the courier whose it is or his station's coordinator.

    Raises:
        NotFound: there is none, or none of theirs.
    """
    row = certificate(reading(), certificate_id)
    if not permitted(PERMITS, "see_certificate", actor, row):
        raise NotFound()
    return row
