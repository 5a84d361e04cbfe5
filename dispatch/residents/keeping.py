"""How the care list is kept: somebody comes on it with her consent, is changed, leaves it, or takes her consent back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import insert, update

from dispatch.core.clock import now
from dispatch.core.errors import Invalid, NotEligible, TooLate
from dispatch.core.idempotency import Once
from dispatch.core.permits import permitted
from dispatch.core.unit_of_work import Work, transaction
from dispatch.journal.appending import append
from dispatch.people.enrolling import clean_phone
from dispatch.people.identity import Actor, locked_actor
from dispatch.residents import registering, revising
from dispatch.residents.consenting import consent_row
from dispatch.residents.models import GROUPS, Consent, Resident
from dispatch.residents.policy import PERMITS
from dispatch.residents.queries import Row, community_for, full_resident

Outcome = dict[str, Any]

#: Why somebody leaves the list.
LEAVE_REASONS = ("moved", "died", "not_needed", "mistake", "other")

_residents, _consents = Resident.__table__, Consent.__table__
_PLAIN = ("building", "door", "note")


def enter(actor: Actor, given: Mapping[str, Any], once: Once) -> Outcome:
    """Put somebody on the care list. Who is known by phone and name, from an errand, is not entered a second time.

    Args:
        actor: a clerk, for her own community, or a coordinator, for one of her station's.
        given: name, phone, building, door, groups, note, contacts, consent, community_id.
        once: the command's key.
    Returns:
        the outcome with `resident_id`.
    Raises:
        NotEligible, NotFound: not somebody who keeps this community's list.
        Invalid: no name, a phone that is none, no consent; or she is on the list already.
    """
    with once.running(), transaction() as work:
        once.lock(work)
        earlier = once.earlier(work.connection)
        if earlier is not None:
            return earlier
        community = community_for(work.connection, actor, "enter", given.get("community_id"))
        revising.hold(work, community.community_id)
        facts = facts_from(given)
        known = registering.known_by_phone(work, community.community_id, facts["phone"], facts["name"]) if facts.get("phone") else None
        if known is not None and known.on_care_list:
            raise Invalid("phone", _("这位居民已经在名单上了，请在名单里查找。"))
        resident_id = known.id if known is not None else registering.add(work, community.community_id, {**facts, "on_care_list": False})
        listed(work, actor, community.community_id, resident_id, facts if known is not None else {}, given.get("consent"))
        append(work, community.station_id, "resident.entered", resident_id=resident_id, community_id=community.community_id)
        outcome = {"resident_id": str(resident_id)}
        once.keep(work, outcome)
        return outcome


def listed(
    work: Work, actor: Actor, community_id: str, resident_id: str, facts: Mapping[str, Any], consent: Mapping[str, Any] | None
) -> None:
    """Write what is new of a resident; with a consent she is on the list from now on.

    Raises:
        Invalid: the consent is missing or none that lets her be kept on the list.
    """
    work.execute(insert(_consents), consent_row(actor, resident_id, consent))
    values = {**facts, **registering.hashed(facts), "on_care_list": True, "off_list_at": None}
    work.execute(update(_residents).where(_residents.c.id == resident_id).values(**values))
    revising.changed(work, community_id, resident_id)


def facts_from(given: Mapping[str, Any], before: Row | None = None) -> dict[str, Any]:
    """What is to be written of what was said; what was not said stays as it was.

    Raises:
        Invalid: no name, or a phone that is none.
    """
    facts: dict[str, Any] = {}
    if "name" in given or before is None:
        facts["name"] = str(given.get("name") or "").strip()
        if not facts["name"]:
            raise Invalid("name", _("请填写姓名。"))
    if "phone" in given:
        facts["phone"] = clean_phone(given["phone"]) if given["phone"] else None
    facts |= {name: str(given[name] or "").strip() or None for name in _PLAIN if name in given}
    if "groups" in given or before is None:
        facts["groups"] = [group for group in GROUPS if group in (given.get("groups") or ())]
    if "contacts" in given:
        facts["contacts"] = _contacts(given["contacts"] or (), (before.contacts if before else None) or [])
    return facts


def _contacts(said: Any, before: list[dict[str, str]]) -> list[dict[str, str]]:
    """Her contacts. One whose number nobody has typed anew (`was`: which one it was) keeps the number that is known."""
    made = []
    for n, one in enumerate(said):
        was = one.get("was")
        phone = one.get("phone")
        if not phone and was is not None and was < len(before):
            phone = before[was]["phone"]
        if not str(one.get("name") or "").strip() or not phone:
            raise Invalid(f"contacts.{n}", _("联系人要有姓名和电话。"))
        try:
            digits = clean_phone(phone)
        except Invalid as refused:
            raise Invalid(f"contacts.{n}", refused.detail) from refused
        made.append({"name": str(one["name"]).strip(), "relation": str(one.get("relation") or "").strip(), "phone": digits})
    return made


def _carry_out(verb: str, actor: Actor, resident_id: str, once: Once, entry: str, act: Callable[[Work, Row], None], **said: Any) -> Outcome:
    """See it → may you → said before? → write, journal, keep."""
    with once.running(), transaction() as work:
        once.lock(work)
        me = locked_actor(work.connection, actor.id)
        if me is None:
            raise NotEligible()
        row = full_resident(work.connection, me, resident_id, lock=True)
        if not permitted(PERMITS, verb, me, row):
            raise NotEligible()
        outcome = once.earlier(work.connection)
        if outcome is None:
            act(work, row)
            append(work, row.station_id, entry, resident_id=row.id, community_id=row.community_id, **said)
            revising.changed(work, row.community_id, row.id)
            outcome = {"resident_id": resident_id}
            once.keep(work, outcome)
        return outcome


def change(actor: Actor, resident_id: str, given: Mapping[str, Any], once: Once) -> Outcome:
    """Correct what is kept of her; with a consent she comes on the list, or her consent is recorded anew.

    Args:
        actor: who keeps the list.
        resident_id: whose.
        given: what is said anew, and the `revision` that was read: nobody's change is covered by an older page.
        once: the command's key.
    Raises:
        NotFound, NotEligible: not hers to see, or to change.
        TooLate: somebody has changed her meanwhile.
        Invalid: as `enter`.
    """

    def act(work: Work, row: Row) -> None:
        if given.get("revision") is not None and given["revision"] != row.revision:
            raise TooLate(_("刚才有人改过这位居民的信息，请刷新后再改。您填的内容还在。"))
        facts = facts_from(given, row)
        if given.get("consent"):
            listed(work, actor, row.community_id, row.id, facts, given["consent"])
        elif facts:
            work.execute(update(_residents).where(_residents.c.id == row.id).values(**facts, **registering.hashed(facts)))

    return _carry_out("change", actor, resident_id, once, "resident.changed", act)


def take_off(actor: Actor, resident_id: str, reason: str, once: Once) -> Outcome:
    """Take her off the list: from now she is kept for thirty days, or until her last errand is thirty days old.

    Raises:
        NotFound, NotEligible, TooLate: not hers to see, not to do; she is not on the list.
    """

    def act(work: Work, row: Row) -> None:
        if not row.on_care_list:
            raise TooLate(_("这位居民已经不在名单上了。"))
        _off(work, row)

    if reason not in LEAVE_REASONS:
        raise Invalid("reason")
    return _carry_out("take_off", actor, resident_id, once, "resident.off_list", act, reason=reason)


def withdraw(actor: Actor, resident_id: str, once: Once) -> Outcome:
    """She takes her consent back: it is written down, and she leaves the list.

    Raises:
        NotFound, NotEligible, TooLate: not hers to see, not to do; there is no consent that stands.
    """

    def act(work: Work, row: Row) -> None:
        standing = (_consents.c.resident_id == row.id, _consents.c.withdrawn_at.is_(None))
        taken_back = update(_consents).where(*standing).values(withdrawn_at=now(), withdrawn_by=actor.id)
        if not work.execute(taken_back).rowcount and not row.on_care_list:
            raise TooLate(_("没有还有效的同意记录。"))
        _off(work, row)

    return _carry_out("withdraw", actor, resident_id, once, "resident.off_list", act, reason="withdrawn")


def _off(work: Work, row: Row) -> None:
    work.execute(update(_residents).where(_residents.c.id == row.id).values(on_care_list=False, off_list_at=row.off_list_at or now()))
