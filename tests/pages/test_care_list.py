"""The care list at a desk: found while typing by keyboard alone, a need posted for who was found, a sheet looked at and written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

from dispatch.core.sheets import csv_bytes
from tests.pages.personas import PATIENCE_MS, AsPersona
from tests.pages.scenes import Scene

pytestmark = pytest.mark.slow
HEADINGS = ["姓名", "电话", "楼栋", "门牌", "群体", "同意时间", "同意方式"]


def test_a_clerk_finds_a_resident_by_initials_and_posts_for_her_without_a_mouse(as_persona: AsPersona, scene: Scene) -> None:
    page = as_persona("clerk").live().page
    page.locator("#name").focus()
    page.keyboard.type("syl", delay=40)
    option = page.get_by_role("option", name="单玉兰")
    expect(option).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator("#name")).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "true")
    expect(page.locator("#name")).to_have_attribute("aria-activedescendant", "found-0")
    page.keyboard.press("Enter")
    expect(page.locator("#name")).to_have_value("单玉兰")
    expect(page.locator("#kind")).to_be_focused()
    expect(page.locator("#building")).not_to_have_value("")
    expect(page.locator("#phone")).to_have_attribute("placeholder", "139****0001")
    expect(page.locator("#private_note")).to_have_value("腿脚不好，请等一等")
    page.locator("#summary").focus()
    page.keyboard.type("代取降压药")
    page.keyboard.press("Enter")
    expect(page.locator("#posted-for")).to_contain_text("单玉兰", timeout=PATIENCE_MS)
    expect(page.locator("#phone")).to_be_editable()
    posted = scene["clerk"].get("/orders", status="today").json()["items"][0]
    assert (posted["private"]["name"], posted["private"]["phone"]) == ("单玉兰", "139****0001")
    assert scene["clerk"].post("/residents/find", {"q": "单玉兰"}).json()["total"] == 1


def test_who_is_not_on_the_list_is_typed_as_before_and_a_change_of_mind_lets_her_go(as_persona: AsPersona, scene: Scene) -> None:
    page = as_persona("clerk").live().page
    page.locator("#name").focus()
    page.keyboard.type("单玉")
    expect(page.locator("#found li")).to_have_count(1, timeout=PATIENCE_MS)
    page.keyboard.press("Escape")
    expect(page.locator("#found")).to_be_hidden()
    page.keyboard.type("兰")
    page.get_by_role("option", name="单玉兰").click()
    expect(page.locator("#door")).not_to_be_editable()
    page.locator("#name").fill("钱来福")
    expect(page.locator("#door")).to_be_editable()
    expect(page.locator("#door")).to_have_value("")
    expect(page.locator("#private_note")).to_have_value("")
    page.fill("#building", "8号楼")
    page.get_by_role("button", name="发布").click()
    expect(page.locator("#posted-for")).to_contain_text("钱来福", timeout=PATIENCE_MS)
    found = scene["clerk"].post("/residents/find", {"q": "qlf 8号楼"}).json()["items"]
    assert [(one["name"], one["on_care_list"]) for one in found] == [("钱来福", False)]


def test_the_list_narrows_while_one_types_and_hears_of_who_comes_new(as_persona: AsPersona, scene: Scene) -> None:
    clerk = as_persona("clerk")
    clerk.go("/residents")
    page = clerk.live().page
    expect(page.locator("#residents tr")).to_have_count(32)
    page.keyboard.type("ou")
    expect(page.locator("#residents tr")).to_have_count(2, timeout=PATIENCE_MS)
    page.fill("#q", "")
    page.select_option("#group", "disabled")
    expect(page.locator("#count")).not_to_have_text("找到 32 位")
    page.select_option("#group", "")
    page.fill("#q", "0001 单")
    expect(page.locator("#residents tr")).to_have_count(1)
    page.fill("#q", "没有这个人")
    expect(page.locator("#empty")).to_be_visible()
    page.fill("#q", "新来的")
    scene["coordinator"].post(
        "/residents",
        {
            "name": "新来的人",
            "community_id": "120116014003",
            "consent": {"at": "2026-11-20T00:00:00+08:00", "how": "phone", "to": ["care_list"]},
        },
    ).raise_for_status()
    expect(page.locator("#residents tr")).to_have_count(1, timeout=PATIENCE_MS)
    page.get_by_role("link", name="新来的人").click()
    expect(page.locator("h1")).to_have_text("新来的人")
    assert "q=" not in page.url
    assert not [url for url in clerk.strangers()]


def test_a_number_is_shown_by_a_tap_that_is_written_down(as_persona: AsPersona, scene: Scene) -> None:
    clerk = as_persona("clerk")
    found = scene["clerk"].post("/residents/find", {"q": "曾广福"}).json()["items"][0]
    clerk.go(f"/residents/{found['id']}")
    page = clerk.live().page
    assert "13900010002" not in page.content()
    page.get_by_role("button", name="显示号码").click()
    expect(page.locator("a[href='tel:13900010002']")).to_be_focused(timeout=PATIENCE_MS)


def test_a_sheet_is_looked_at_then_written_and_the_second_time_there_is_nothing_to_write(
    as_persona: AsPersona, scene: Scene, tmp_path: Path
) -> None:
    clerk = as_persona("clerk")
    clerk.go("/residents/import")
    page = clerk.live().page
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    row = ["钱来福", "13755502468", "3号楼", "301", "独居", "2026-11-20", "电话"]
    good.write_bytes(csv_bytes([HEADINGS, row]))
    bad.write_bytes(csv_bytes([HEADINGS, [*row[:4], "富豪", *row[5:]]]))
    page.get_by_role("button", name="先看一看").click()
    expect(page.locator("#sheet-wrong")).to_have_text("请先选一个文件。")
    page.set_input_files("#file", bad)
    page.get_by_role("button", name="先看一看").click()
    expect(page.locator("#report")).to_contain_text("E2", timeout=PATIENCE_MS)
    page.set_input_files("#file", good)
    expect(page.locator("#report")).to_be_empty()
    page.get_by_role("button", name="先看一看").click()
    expect(page.locator("#report")).to_contain_text("新增 1 位", timeout=PATIENCE_MS)
    assert scene["clerk"].post("/residents/find", {"q": "钱来福"}).json()["total"] == 0
    page.get_by_role("button", name="写进名单").click()
    expect(page.locator("#report")).to_contain_text("已写进名单。", timeout=PATIENCE_MS)
    assert scene["clerk"].post("/residents/find", {"q": "qlf"}).json()["total"] == 1
    page.set_input_files("#file", good)
    page.get_by_role("button", name="先看一看").click()
    expect(page.locator("#report")).to_contain_text("没有要写的", timeout=PATIENCE_MS)


def test_nothing_of_a_resident_stays_in_the_browser(as_persona: AsPersona, scene: Scene) -> None:
    clerk = as_persona("clerk")
    clerk.go("/residents")
    page = clerk.live().page
    page.keyboard.type("syl")
    expect(page.locator("#residents tr")).to_have_count(1, timeout=PATIENCE_MS)
    stored = page.evaluate("JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage)])")
    assert json.loads(stored) == [[], []]
