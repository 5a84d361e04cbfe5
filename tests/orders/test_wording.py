"""What everybody reads does not say behind which door she lives: refused at the desk, with a sentence that says where it belongs."""

# ruff: noqa: E501 - tables of words that are twice as wide
from __future__ import annotations

import uuid
from typing import Any

import pytest
from flask import Flask

from dispatch.orders.wording import place_in
from tests.core.visitors import Visitor
from tests.orders.play import Street

DOORS = [
    ("3号楼2单元301买药", "3号楼", "2单元301", "买药"), ("买药，送到3号楼二单元301室", "3号楼", "二单元301室", "买药，送到"), ("3-2-301买药", "3号楼", "2单元301", "买药"),
    ("3号楼301买药", "3号楼", "301", "买药"), ("302室 买药", "", "302室", "买药"), ("2单元买药", "", "2单元", "买药"), ("12栋-1201取快递", "12栋", "1201", "取快递"),
]  # fmt: skip
NO_DOORS = [
    "米10斤",
    "阿司匹林100片",
    "打扫3室1厅",
    "3号楼门口的快递",
    "3号楼200米外的药店",
    "2026-11-24前",
    "电费200元",
    "单元门坏了",
    "3号楼 100片阿司匹林",
    "",
]


@pytest.mark.parametrize(("text", "building", "door", "rest"), DOORS, ids=[row[0] for row in DOORS])
def test_a_door_is_found_in_a_sentence(text: str, building: str, door: str, rest: str) -> None:
    place = place_in(text)
    assert place is not None
    assert (place.building, place.door, place.rest) == (building, door, rest)


@pytest.mark.parametrize("text", NO_DOORS)
def test_what_only_has_numbers_names_none(text: str) -> None:
    assert place_in(text) is None


@pytest.mark.parametrize(
    ("said", "field"),
    [({"summary": "3号楼2单元301买药"}, "summary"), ({"summary": "送到2单元"}, "summary"), ({"building": "3号楼2单元301"}, "building"),
     ({"building": "3号楼301"}, "building"), ({"building": "3号楼2单元"}, None), ({"summary": "阿司匹林100片"}, None)],
)  # fmt: skip
def test_it_is_refused_wherever_a_need_is_written(app: Flask, play: Street, said: dict[str, str], field: str | None) -> None:
    clerk = Visitor(app, "clerk")
    order = play.post()
    plan = {
        "weekdays": [1, 2, 3, 4, 5, 6, 7],
        "first_day": clerk.get(f"/orders/{order}").json["posted_at"][:10],
        "opens": "08:00",
        "closes": "23:30",
    }
    standing: dict[str, Any] = {**play.need, **plan}
    answers = [
        clerk.post({**play.need, **said}),
        clerk.say("correct", order, version=clerk.get(f"/orders/{order}").json["version"], **said),
        clerk.ask("POST", "/api/v1/standings", json={**standing, **said}, key=str(uuid.uuid4())),
    ]
    assert [answer.status_code for answer in answers] == ([422] * 3 if field else [201, 200, 201]), [answer.text for answer in answers]
    if field:
        assert {answer.json["field"] for answer in answers} == {field}
        assert all("门牌" in answer.json["detail"] for answer in answers)
