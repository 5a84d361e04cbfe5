"""How a resident is found again by her phone: under an old key too, and never in another community."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from dispatch.core.errors import Invalid
from dispatch.core.rotation import rotate
from dispatch.core.secrets import Keyring
from dispatch.core.unit_of_work import look_again, reading, transaction
from dispatch.residents.models import Resident
from dispatch.residents.registering import add, community_of, find_or_add

HOME, OTHER = "120116014003", "120116014004"
PHONE = "13755502468"
LI = {"name": "李秀英", "phone": PHONE, "door": "2单元301", "groups": ["living_alone"]}
NEWER_KEY = "b" * 64

_residents = Resident.__table__


def entered(community_id: str = HOME, **given: Any) -> str:
    with transaction() as work:
        return find_or_add(work, community_id, {**LI, **given})


def kept(resident_id: str) -> dict[str, Any]:
    look_again()
    return dict(reading().execute(select(_residents).where(_residents.c.id == resident_id)).one()._mapping)


def put_a_newer_key_first(app: Flask) -> None:
    app.extensions["keyring"] = Keyring(f"{NEWER_KEY},{app.config['FIELD_KEYS']}")


def test_what_the_clerk_typed_is_kept(app: Flask) -> None:
    found = kept(entered())
    assert {name: found[name] for name in LI} == LI
    assert (found["community_id"], found["on_care_list"]) == (HOME, False)


def test_the_same_phone_is_the_same_resident(app: Flask) -> None:
    assert entered() == entered()


@pytest.mark.parametrize("typed", ["137 5550 2468", "+86 13755502468", "137-5550-2468"])
def test_however_the_phone_is_typed(app: Flask, typed: str) -> None:
    assert entered() == entered(phone=typed)


def test_building_and_door_are_kept_as_last_typed(app: Flask) -> None:
    resident = entered()
    entered(building="5号楼", door="5单元102")
    assert (kept(resident)["building"], kept(resident)["door"]) == ("5号楼", "5单元102")


@pytest.mark.parametrize("name", ["李 秀 英", "李秀英　", " 李秀英"])
def test_however_her_name_is_spaced(app: Flask, name: str) -> None:
    assert entered() == entered(name=name)


@pytest.mark.parametrize("other", ["陈大爷", "李秀瑛", "李"])
def test_who_shares_her_number_and_not_her_name_is_somebody_else_with_a_door_of_his_own(app: Flask, other: str) -> None:
    hers = entered()
    before = kept(hers)
    his = entered(name=other, door="9单元901", building="9号楼", groups=[])
    assert his != hers
    assert kept(hers) == before
    assert (kept(his)["name"], kept(his)["door"]) == (other, "9单元901")
    assert (entered(), entered(name=other)) == (hers, his)


def test_of_two_with_her_name_and_number_it_is_she_who_is_on_the_care_list(app: Flask) -> None:
    with transaction() as work:
        _first, second = (add(work, HOME, {**LI, "on_care_list": listed}) for listed in (False, True))
    assert entered() == second


def test_what_is_known_already_is_not_written_again(app: Flask) -> None:
    resident = entered()
    before = kept(resident)["revision"]
    entered()
    assert kept(resident)["revision"] == before


@pytest.mark.parametrize("field", ["door", "groups"])
@pytest.mark.parametrize("left_out", [None, ""])
def test_what_is_left_out_the_next_time_stays_as_it_was(app: Flask, field: str, left_out: str | None) -> None:
    resident = entered()
    entered(**{field: left_out})
    assert kept(resident)[field] == LI[field]


def test_another_phone_is_another_resident_though_the_name_is_the_same(app: Flask) -> None:
    assert entered() != entered(phone="13755502469")


def test_without_a_phone_nobody_is_found_and_two_of_one_name_stay_two(app: Flask) -> None:
    assert entered(phone=None) != entered(phone=None)


def test_the_same_phone_in_another_community_is_somebody_elses_resident(app: Flask) -> None:
    here, there = entered(HOME), entered(OTHER, door="9单元901")
    assert here != there
    assert kept(here)["door"] == "2单元301"
    assert (community_of_now(here), community_of_now(there)) == (HOME, OTHER)


def community_of_now(resident_id: str) -> str | None:
    with transaction() as work:
        return community_of(work, resident_id)


def test_nobody_belongs_to_no_community(app: Flask) -> None:
    assert community_of_now("nobody") is None


def test_a_resident_kept_under_the_old_key_is_found_under_both(app: Flask) -> None:
    resident = entered()
    put_a_newer_key_first(app)
    assert entered() == resident


def test_a_resident_is_found_again_after_the_rotation(app: Flask) -> None:
    resident = entered()
    put_a_newer_key_first(app)
    rotate()
    assert entered() == resident


def test_a_resident_is_found_again_when_the_old_key_has_gone(app: Flask) -> None:
    resident = entered()
    put_a_newer_key_first(app)
    rotate()
    app.extensions["keyring"] = Keyring(NEWER_KEY)
    assert entered() == resident
    assert kept(resident)["phone"] == PHONE


@pytest.mark.parametrize("name", [None, "", "   "])
def test_a_resident_has_a_name(app: Flask, name: str | None) -> None:
    with pytest.raises(Invalid) as refused:
        entered(name=name)
    assert refused.value.extra["field"] == "resident.name"


def test_a_phone_that_is_none_is_refused_and_nobody_is_entered(app: Flask) -> None:
    before = len(reading().execute(select(_residents.c.id)).all())
    with pytest.raises(Invalid):
        entered(phone="12")
    look_again()
    assert len(reading().execute(select(_residents.c.id)).all()) == before
