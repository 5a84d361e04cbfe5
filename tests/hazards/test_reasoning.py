"""A station's own reasons to decline: beside the house's, read by its reporters in their language also when they are out of use."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale

from dispatch.core.errors import Invalid, NotEligible, NotFound
from dispatch.hazards import reasoning
from dispatch.hazards.listing import hazards_listing, own_reasons_listing, reasons_listing
from dispatch.hazards.queries import Asked
from tests.core.visitors import Visitor
from tests.hazards.corner import CLUTTER, GAS, RUBBISH, Corner, once
from tests.hazards.test_doors import say

OWN = {"zh": "物业周五统一清理，请周末再看", "en": "The management clears it on Fridays; please look again at the weekend"}


def add(corner: Corner, login: str = "coordinator", *, key: Any = None, **said: Any) -> str:
    actor = corner.cast(login)
    return str(reasoning.add_reason(actor, {**OWN, **said}, key or once(actor))["code"])


def offered(corner: Corner, category: str) -> list[str]:
    return [one["code"] for one in reasons_listing(corner.cast("coordinator"), category)["items"]]


def test_its_own_come_first_for_its_category_and_beside_the_house_s(corner: Corner) -> None:
    for_all, one = add(corner), add(corner, category=RUBBISH)
    assert offered(corner, RUBBISH)[:3] == [one, for_all, "collected_today"]
    assert offered(corner, CLUTTER)[0] == for_all
    assert one not in offered(corner, CLUTTER)
    assert {"not_found", "other"} <= set(offered(corner, CLUTTER))
    assert [item["code"] for item in own_reasons_listing(corner.cast("coordinator"))["items"]] == [for_all, one]
    assert own_reasons_listing(corner.cast("coordinator2"))["items"] == []


def test_its_reporter_reads_it_in_his_language_also_when_it_is_out_of_use(corner: Corner) -> None:
    hazard, code = corner.report(), add(corner, category=RUBBISH)
    corner.decline(hazard, reason=code)
    boss = corner.cast("coordinator")
    for _ in range(2):
        reasoning.end_reason(boss, code)
    assert code not in offered(corner, RUBBISH)
    assert corner.seen("courier1", hazard)["reason"] == {"code": code, "text": OWN["zh"]}
    with force_locale("en"):
        mine = hazards_listing(corner.cast("courier1"), Asked("mine"), 1)["items"]
    assert mine[0]["reason"]["text"] == OWN["en"]
    other = corner.report()
    with pytest.raises(Invalid):
        corner.decline(other, reason=code)


def test_a_reason_of_another_category_or_station_declines_nothing(corner: Corner) -> None:
    hazard = corner.report()
    for code in (add(corner, category=GAS), add(corner, "coordinator2")):
        with pytest.raises(Invalid) as refused:
            corner.decline(hazard, reason=code)
        assert refused.value.extra["field"] == "reason"
    assert corner.row(hazard).status == "reported"


def test_only_its_coordinator_enters_and_ends_them_once(corner: Corner) -> None:
    for login in ("clerk", "courier1", "supervisor", "admin"):
        with pytest.raises(NotEligible):
            add(corner, login)
        with pytest.raises(NotEligible):
            own_reasons_listing(corner.cast(login))
    key = once(corner.cast("coordinator"))
    assert add(corner, key=key) == add(corner, key=key)
    code = add(corner)
    with pytest.raises(NotFound):
        reasoning.end_reason(corner.cast("coordinator2"), code)
    with pytest.raises(Invalid):
        add(corner, category="none-such")
    assert len(own_reasons_listing(corner.cast("coordinator"))["items"]) == 2


def test_there_is_an_end_to_them(corner: Corner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reasoning, "OWN_MOST", 1)
    add(corner)
    with pytest.raises(Invalid):
        add(corner)


def test_by_the_doors(app: Flask) -> None:
    boss, one = Visitor(app, "coordinator"), Visitor(app, "courier1")
    made = say(boss, "/hazard-reasons", **OWN, category=RUBBISH)
    assert made.status_code == 201
    (reason,) = made.json["items"]
    assert boss.get("/hazard-reasons/own").json["items"] == [reason]
    for wrong in ({**OWN, "zh": "  "}, {"zh": "只有中文"}, {**OWN, "en": "x" * 201}):
        assert say(boss, "/hazard-reasons", **wrong).status_code == 422
    assert (say(one, "/hazard-reasons", **OWN).status_code, one.get("/hazard-reasons/own").status_code) == (403, 403)
    ended = boss.ask("DELETE", f"/api/v1/hazard-reasons/{reason['code']}")
    assert (ended.status_code, ended.json["items"]) == (200, [])
    assert boss.ask("DELETE", "/api/v1/hazard-reasons/own_none").status_code == 404
