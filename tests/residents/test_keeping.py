"""The care list is kept: with consent, once, by those who keep it; who leaves it is forgotten; each change is told by ids alone."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from dispatch.core.clock import now
from dispatch.core.errors import Invalid, NotEligible, NotFound, Refused, TooLate
from dispatch.core.idempotency import Once
from dispatch.core.unit_of_work import transaction
from dispatch.journal.models import Entry
from dispatch.people.identity import Actor
from dispatch.realtime.audience import as_heard, audience_of
from dispatch.residents import keeping
from dispatch.residents.models import GROUPS, Consent, Resident, Reveal
from dispatch.residents.registering import find_or_add
from dispatch.residents.revealing import reveal
from tests.residents.care import CANARIES, CONSENT, HOME, NEXT_DOOR, OTHER, SHAN, STATION, enter, head, kept, once, rows, told_since

Cast = Callable[[str], Actor]
_residents, _consents = Resident.__table__, Consent.__table__
KEEPERS, OTHERS = ("clerk", "coordinator"), ("clerk2", "courier1", "neighbour", "supervisor", "admin")


@pytest.mark.parametrize("login", KEEPERS)
def test_somebody_is_put_on_the_list_with_all_that_is_said_and_her_consent(app: Flask, cast: Cast, login: str) -> None:
    keeper = cast(login)
    resident = enter(keeper, community_id=HOME)
    found = kept(resident)
    assert found is not None
    assert {name: found[name] for name in SHAN if name not in ("consent", "groups")} == {
        name: value for name, value in SHAN.items() if name not in ("consent", "groups")
    }
    assert sorted(found["groups"]) == sorted(SHAN["groups"])
    assert (found["community_id"], found["on_care_list"], found["off_list_at"]) == (HOME, True, None)
    (consent,) = rows(_consents, resident_id=resident)
    assert (consent["how"], consent["to"], consent["recorded_by"], consent["withdrawn_at"]) == ("phone", CONSENT["to"], keeper.id, None)
    assert consent["given_at"] == CONSENT["at"]


@pytest.mark.parametrize(
    ("login", "community", "refused"),
    [("clerk", OTHER, NotFound), ("clerk2", HOME, NotFound), ("coordinator", NEXT_DOOR, NotFound), ("coordinator", None, Invalid),
     ("coordinator", STATION, Invalid), ("clerk", "nowhere", Invalid), ("courier1", HOME, NotEligible), ("neighbour", HOME, NotEligible),
     ("supervisor", HOME, NotEligible), ("admin", HOME, NotEligible)],
)  # fmt: skip
def test_nobody_enters_anybody_where_he_keeps_no_list(
    app: Flask, cast: Cast, login: str, community: str | None, refused: type[Refused]
) -> None:
    before = len(rows(_residents))
    with pytest.raises(refused):
        enter(cast(login), community_id=community)
    assert len(rows(_residents)) == before


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"name": "  "}, "name"), ({"phone": "12"}, "phone"), ({"consent": None}, "consent"),
     ({"consent": {**CONSENT, "to": ["errands"]}}, "consent"), ({"consent": {**CONSENT, "at": now() + timedelta(days=1)}}, "consent_at"),
     ({"contacts": [{"name": "单强", "phone": ""}]}, "contacts.0"), ({"contacts": [{"name": "单强", "phone": "12"}]}, "contacts.0"),
     ({"contacts": [SHAN["contacts"][0], {"name": " ", "phone": "13755501357"}]}, "contacts.1")],
)  # fmt: skip
def test_what_is_missing_or_wrong_is_named_and_nobody_is_entered(app: Flask, cast: Cast, wrong: dict[str, Any], field: str) -> None:
    before = len(rows(_residents))
    with pytest.raises(Invalid) as refused:
        enter(cast("clerk"), **wrong)
    assert refused.value.extra["field"] == field
    assert (len(rows(_residents)), len(rows(_consents, recorded_by=cast("clerk").id))) == (before, 0)


def test_who_is_on_the_list_is_not_entered_again_but_her_husband_is(app: Flask, cast: Cast) -> None:
    enter(cast("clerk"))
    with pytest.raises(Invalid) as refused:
        enter(cast("clerk"))
    assert refused.value.extra["field"] == "phone"
    assert kept(enter(cast("clerk"), name="单桂兰的老伴")) is not None


def test_who_has_called_from_her_number_is_not_renamed_when_she_is_entered(app: Flask, cast: Cast) -> None:
    with transaction() as work:
        husband = find_or_add(work, HOME, {"name": "赵老伴", "phone": SHAN["phone"], "door": "2单元301"})
    assert enter(cast("clerk")) != husband
    found = kept(husband)
    assert found is not None
    assert (found["name"], found["on_care_list"]) == ("赵老伴", False)


def test_who_has_called_before_is_the_same_person_on_the_list(app: Flask, cast: Cast) -> None:
    with transaction() as work:
        called = find_or_add(work, HOME, {"name": SHAN["name"], "phone": SHAN["phone"], "door": "1单元101", "groups": ["childless"]})
    assert enter(cast("clerk")) == called
    found = kept(called)
    assert found is not None
    assert (found["door"], found["on_care_list"]) == ("2单元301", True)


def test_a_need_posted_for_somebody_on_the_list_does_not_rename_her_and_forgets_no_group(app: Flask, cast: Cast) -> None:
    resident = enter(cast("clerk"))
    with transaction() as work:
        husband = find_or_add(work, HOME, {"name": "赵老伴", "phone": SHAN["phone"], "door": "2单元301"})
        again = find_or_add(work, HOME, {"name": SHAN["name"], "phone": SHAN["phone"], "door": "5单元502", "groups": ["disabled"]})
    assert husband != resident
    assert again == resident
    found = kept(resident)
    assert found is not None
    assert (found["name"], found["door"]) == ("单桂兰", "5单元502")
    assert set(found["groups"]) == {"living_alone", "minimum_income", "disabled"}


def test_the_same_key_enters_once(app: Flask, cast: Cast) -> None:
    clerk, key = cast("clerk"), str(uuid.uuid4())
    first, again = (keeping.enter(clerk, SHAN, Once(clerk.id, key, "enter", {"name": "x"})) for _ in range(2))
    assert first == again


def test_a_change_writes_what_is_said_and_leaves_the_rest(app: Flask, cast: Cast) -> None:
    clerk = cast("clerk")
    resident = enter(clerk)
    keeping.change(clerk, resident, {"door": "9单元901", "groups": ["disabled"], "note": ""}, once(clerk))
    found = kept(resident)
    assert found is not None
    assert (found["door"], found["groups"], found["note"]) == ("9单元901", ["disabled"], None)
    assert (found["name"], found["phone"], found["building"], found["contacts"]) == ("单桂兰", "13755502468", "3号楼", SHAN["contacts"])


def test_a_number_that_is_changed_is_found_by_the_next_call_and_one_that_is_deleted_is_not(app: Flask, cast: Cast) -> None:
    clerk = cast("clerk")
    resident = enter(clerk)
    keeping.change(clerk, resident, {"phone": "137 5550 9999"}, once(clerk))
    with transaction() as work:
        assert find_or_add(work, HOME, {"name": "单桂兰", "phone": "13755509999"}) == resident
    keeping.change(clerk, resident, {"phone": None}, once(clerk))
    with transaction() as work:
        assert find_or_add(work, HOME, {"name": "单桂兰", "phone": "13755509999"}) != resident


def test_a_contact_whose_number_is_not_typed_anew_keeps_it(app: Flask, cast: Cast) -> None:
    clerk = cast("clerk")
    resident = enter(clerk)
    said = [{"name": "单丽", "relation": "女儿", "phone": "13755500000"}, {"name": "单小强", "relation": "儿子", "phone": None, "was": 0}]
    keeping.change(clerk, resident, {"contacts": said}, once(clerk))
    found = kept(resident)
    assert found is not None
    assert [(one["name"], one["phone"]) for one in found["contacts"]] == [("单丽", "13755500000"), ("单小强", "13755501357")]
    with pytest.raises(Invalid):
        keeping.change(clerk, resident, {"contacts": [{"name": "谁", "phone": None, "was": 4}]}, once(clerk))


def test_an_older_page_covers_nobodys_change(app: Flask, cast: Cast) -> None:
    clerk, coordinator = cast("clerk"), cast("coordinator")
    resident = enter(clerk)
    read = kept(resident)
    assert read is not None
    keeping.change(coordinator, resident, {"door": "9单元901", "revision": read["revision"]}, once(coordinator))
    with pytest.raises(TooLate):
        keeping.change(clerk, resident, {"note": "新备注", "revision": read["revision"]}, once(clerk))
    found = kept(resident)
    assert found is not None
    assert (found["door"], found["note"]) == ("9单元901", SHAN["note"])


VERBS: dict[str, Callable[[Actor, str], Any]] = {
    "change": lambda actor, resident: keeping.change(actor, resident, {"note": "x"}, once(actor)),
    "take_off": lambda actor, resident: keeping.take_off(actor, resident, "moved", once(actor)),
    "withdraw": lambda actor, resident: keeping.withdraw(actor, resident, once(actor)),
    "reveal": lambda actor, resident: reveal(actor, resident, "phone"),
}


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("login", OTHERS)
def test_to_everybody_else_she_does_not_exist(app: Flask, cast: Cast, verb: str, login: str) -> None:
    resident = enter(cast("clerk"))
    before = kept(resident)
    with pytest.raises(NotFound):
        VERBS[verb](cast(login), resident)
    assert kept(resident) == before


@pytest.mark.parametrize("verb", VERBS)
def test_who_never_was_is_not_found(app: Flask, cast: Cast, verb: str) -> None:
    with pytest.raises(NotFound):
        VERBS[verb](cast("clerk"), "0" * 32)


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("login", KEEPERS)
def test_both_who_keep_the_list_may(app: Flask, cast: Cast, verb: str, login: str) -> None:
    VERBS[verb](cast(login), enter(cast("clerk")))


@pytest.mark.parametrize("verb", ["take_off", "withdraw"])
def test_who_has_left_the_list_cannot_leave_it_again(app: Flask, cast: Cast, verb: str) -> None:
    clerk = cast("clerk")
    resident = enter(clerk)
    VERBS[verb](clerk, resident)
    with pytest.raises(TooLate):
        VERBS[verb](clerk, resident)


def test_every_look_leaves_its_row(app: Flask, cast: Cast) -> None:
    resident = enter(cast("clerk"))
    assert reveal(cast("clerk"), resident, "phone") == {"phone": "13755502468", "contacts": []}
    assert reveal(cast("coordinator"), resident, "contacts") == {"phone": None, "contacts": SHAN["contacts"]}
    looks = rows(Reveal.__table__, resident_id=resident)
    assert sorted((look["what"], look["why"], look["order_id"]) for look in looks) == [
        ("contacts", "coordinator", None),
        ("phone", "clerk", None),
    ]


def test_the_journal_tells_each_change_by_ids_and_codes_alone(app: Flask, cast: Cast) -> None:
    clerk, before = cast("clerk"), head()
    resident = enter(clerk)
    for verb in ("change", "take_off"):
        VERBS[verb](clerk, resident)
    told = told_since(before)
    ids = {"resident_id": resident, "community_id": HOME}
    assert told == [("resident.entered", ids), ("resident.changed", ids), ("resident.off_list", {**ids, "reason": "moved"})]
    assert not [said for said in CANARIES if said in json.dumps([row["data"] for row in rows(Entry.__table__)], ensure_ascii=False)]


@pytest.mark.parametrize(("login", "hears"), [("clerk", True), ("coordinator", True), *((login, False) for login in OTHERS)])
def test_who_keeps_the_list_hears_of_it_and_nobody_else(app: Flask, cast: Cast, login: str, hears: bool) -> None:
    entry = {"station_id": STATION, "seq": 1, "at": "", "type": "resident.changed", "data": {"resident_id": "r", "community_id": HOME}}
    heard = as_heard(audience_of(cast(login)), entry)
    assert heard["type"] == ("resident.changed" if hears else "private")
    assert ("data" in heard) == hears


def test_the_groups_are_the_eight_of_civil_affairs() -> None:
    assert len(set(GROUPS)) == 8
