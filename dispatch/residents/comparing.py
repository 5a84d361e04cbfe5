"""Whom a row of a sheet means among those who are known, and what it says of her otherwise than the list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _

from dispatch.core.clock import SHANGHAI
from dispatch.core.sheet_texts import clean
from dispatch.residents.finding import normal
from dispatch.residents.queries import Row
from dispatch.residents.registering import plain_name
from dispatch.residents.tabling import FACTS

_USUALLY_TO = ["care_list", "errands"]

Mark = tuple[str, ...]


def marks(community_id: str, facts: Mapping[str, Any]) -> list[Mark]:
    """By what somebody is known again: name and phone, or name and door. A couple shares a phone, and neighbours a name."""
    name, phone, door = plain_name(str(facts["name"])), facts.get("phone"), facts.get("door")
    found: list[Mark] = [(community_id, name, "phone", str(phone))] if phone else []
    # Without a door a building alone tells two of one name apart no more than their numbers do.
    if door or not phone:
        found.append(_at(community_id, name, facts))
    return found


def _at(community_id: str, name: str, facts: Mapping[str, Any]) -> Mark:
    return (community_id, name, "door", normal(str(facts.get("building") or "")), normal(str(facts.get("door") or "")))


class Known:
    """Those who are known, by their marks; of two with one mark it is she who is on the list, then who came first."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.by_mark: dict[Mark, Row] = {}
        #: Who has a number and no door stands at her building all the same.
        self.at: set[Mark] = set()
        for row in sorted(rows, key=lambda row: not row.on_care_list):
            facts = {name: getattr(row, name) for name in FACTS}
            for mark in marks(row.community_id, facts):
                self.by_mark.setdefault(mark, row)
            self.at.add(_at(row.community_id, plain_name(row.name), facts))

    def meant(self, community_id: str, said: Mapping[str, Any]) -> Row | None:
        """Who is meant; None for somebody new."""
        return next((self.by_mark[mark] for mark in marks(community_id, said) if mark in self.by_mark), None)

    def doubtful(self, community_id: str, said: Mapping[str, Any]) -> bool:
        """Whether a row without number and door may mean one of this name in this building, who has a number."""
        return not said.get("phone") and _at(community_id, plain_name(str(said["name"])), said) in self.at


def changes(known: Row, said: Mapping[str, Any]) -> dict[str, Any]:
    """What is said otherwise than it is kept. An empty cell changes nothing, nor does another way of writing the same."""
    return {name: said[name] for name in FACTS if name in said and _plain(name, said[name]) != _plain(name, getattr(known, name))}


def _plain(name: str, value: Any) -> Any:
    if name == "groups":
        return set(value or ())
    if name == "name":
        return plain_name(str(value))
    if name in ("building", "door"):
        return normal(str(value or ""))
    return clean(value or "") if name == "note" else value


def new_consent(
    said: Mapping[str, Any], agreed: Row | None, blanket: Mapping[str, Any] | None, withdrawn: datetime | None
) -> tuple[dict[str, Any] | None, Any]:
    """The consent to be written, if any; or why there can be none.

    Args:
        said: what the row says.
        agreed: the consent that stands already.
        blanket: the consent of rows that say nothing of it.
        withdrawn: when she took her consent back: what she had agreed to before is over.
    """
    at, how = said.get("consent_at"), said.get("consent_how")
    if at is None and how is None:
        if agreed is not None:
            return None, None
        if blanket is None:
            return None, _("还没有同意记录：请填同意时间和方式，或者在页面上统一填写。")
        consent = dict(blanket)
    elif at is None or how is None:
        return None, _("同意时间和同意方式要一起填。")
    else:
        consent = {"at": at, "how": how, "to": said.get("consent_to") or _USUALLY_TO}
    if "care_list" not in consent["to"]:
        return None, _("同意内容里要有“登记在名单”。")
    if withdrawn is not None and _day(consent["at"]) < _day(withdrawn):
        return None, _("她已经撤回过同意。请写撤回以后重新征得的同意。")
    if agreed is not None and _told(agreed.given_at, agreed.how, agreed.to) == _told(consent["at"], consent["how"], consent["to"]):
        return None, None
    return consent, None


def _day(moment: datetime) -> Any:
    return moment.astimezone(SHANGHAI).date()


def _told(at: datetime, how: str, to: Sequence[str]) -> tuple[Any, ...]:
    return _day(at), how, set(to)
