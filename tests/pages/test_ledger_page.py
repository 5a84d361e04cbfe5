"""The ledger's page: pasted, looked at, put right in place, posted; what she typed is never lost."""

from __future__ import annotations

import json

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.pages.personas import NARROW, PATIENCE_MS, PHONE, AsPersona
from tests.pages.scenes import LONG_CHINESE, LONG_LATIN, PASTED, Scene
from tests.pages.test_for_everybody import RULES, TARGETS

pytestmark = pytest.mark.slow


def looked_at(page: Page, text: str = PASTED) -> Page:
    page.on("dialog", lambda asked: asked.accept())
    page.fill("#pasted", text)
    page.click("#look-at")
    expect(page.locator("#looked-words")).to_be_visible(timeout=PATIENCE_MS)
    return page


def test_a_ledger_is_pasted_put_right_by_keyboard_and_posted(as_persona: AsPersona, scene: Scene) -> None:
    clerk = as_persona("clerk")
    page = looked_at(clerk.go("/desk/ledger"))
    expect(page.locator("#looked-words")).to_have_text("读到 5 行：3 行可以发布，1 行要改，1 行重复")
    expect(page.locator("#skipped")).to_contain_text("合计 1 行（7）")
    expect(page.locator("#r4-phone-wrong")).to_contain_text("C4：")
    expect(page.locator("#r4-time-wrong")).to_contain_text("G4：")
    page.focus("#r4-phone")
    page.keyboard.press("Control+A")
    page.keyboard.type("139 0000 7777")
    page.keyboard.press("Tab")
    expect(page.locator("#r4-phone")).to_have_value("13900007777", timeout=PATIENCE_MS)
    expect(page.locator("#r4-building")).to_be_focused()
    page.fill("#r4-time", "后天上午")
    page.keyboard.press("Tab")
    expect(page.locator("#r4-time-wrong")).to_have_count(0, timeout=PATIENCE_MS)
    expect(page.locator("#post")).to_have_text("发布 4 单")
    page.check("[name=shown][value=twins]")
    page.get_by_label("第 6 行 仍然发布").check()
    expect(page.locator("#post")).to_have_text("发布 5 单")
    page.focus("#post")
    page.keyboard.press("Enter")
    expect(page.locator("#posted-rows tr")).to_have_count(5, timeout=PATIENCE_MS)
    assert len(page.locator("#posted-rows tr td").last.inner_text()) == 4
    names = {one["private"]["name"] for one in scene["clerk"].get("/orders", status="today").json()["items"]}
    assert {"陈桂兰", "孙秀英", "李德福", "赵建华"} <= names


def test_the_same_ledger_again_is_said_to_stand_already(as_persona: AsPersona, scene: Scene) -> None:
    clerk = as_persona("clerk")
    page = looked_at(clerk.go("/desk/ledger"), "\n".join(PASTED.splitlines()[:3]))
    page.click("#post")
    expect(page.locator("#posted-rows tr")).to_have_count(2, timeout=PATIENCE_MS)
    looked_at(page, "\n".join(PASTED.splitlines()[:3]))
    expect(page.locator("#looked-words")).to_have_text("读到 2 行：0 行可以发布，0 行要改，2 行重复", timeout=PATIENCE_MS)
    expect(page.locator("#rows .note").first).to_contain_text("今天已经有同样的单")
    expect(page.locator("#post")).to_be_disabled()


def test_without_network_nothing_is_lost_and_the_second_try_posts_once(as_persona: AsPersona, scene: Scene) -> None:
    clerk = as_persona("clerk")
    page = looked_at(clerk.go("/desk/ledger"), "\n".join(PASTED.splitlines()[:3]))
    clerk.context.set_offline(True)
    page.click("#post")
    expect(page.locator("#post-wrong")).to_contain_text("都还在", timeout=PATIENCE_MS)
    expect(page.locator("#r2-name")).to_have_value("陈桂兰")
    clerk.context.set_offline(False)
    page.click("#post")
    expect(page.locator("#posted-rows tr")).to_have_count(2, timeout=PATIENCE_MS)


def test_what_is_no_sheet_is_said_and_the_text_stays(as_persona: AsPersona, scene: Scene) -> None:
    page = as_persona("clerk").go("/desk/ledger")
    page.set_input_files(
        "#file", {"name": "台账.xls", "mimeType": "application/vnd.ms-excel", "buffer": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99)}
    )
    expect(page.locator("#source-wrong")).to_contain_text("另存为 .xlsx", timeout=PATIENCE_MS)
    page.click("#look-at")
    expect(page.locator("#source-wrong")).to_be_visible()


def test_columns_that_were_not_recognised_are_said_by_hand(as_persona: AsPersona, scene: Scene) -> None:
    page = looked_at(as_persona("clerk").go("/desk/ledger"), "甲\t乙\t丙\n欧阳兰\t3号楼\t买菜\n欧阳梅\t5号楼\t送餐")
    for column, field in (("A", "name"), ("B", "building"), ("C", "need")):
        page.select_option(f"#column-{column}", field)
        expect(page.locator(f"#column-{column}")).to_have_value(field, timeout=PATIENCE_MS)
    page.check("[name=shown][value=all]")
    expect(page.locator("#r3-name")).to_have_value("欧阳梅", timeout=PATIENCE_MS)


@pytest.mark.parametrize(
    ("viewport", "locale", "color_scheme"), [(None, "zh", "light"), (None, "en", "dark"), (PHONE, "zh", "dark"), (NARROW, "en", "light")]
)
def test_a_ledger_that_has_been_looked_at_can_be_used_by_everybody(
    as_persona: AsPersona, scene: Scene, viewport: tuple[int, int] | None, locale: str, color_scheme: str
) -> None:
    clerk = as_persona("clerk", viewport, locale, color_scheme)
    long = f"{LONG_CHINESE[:50]}\t13900001234\t{LONG_LATIN[:70]}\t{LONG_LATIN[:70]}\t{LONG_CHINESE[:60]}\t明天\t{LONG_CHINESE}"
    page = looked_at(clerk.go("/desk/ledger"), f"{PASTED}\n6\t{long}")
    page.check("[name=shown][value=all]")
    page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
    found = [f"{one['id']}: {one['nodes'][0]['html']}" for one in Axe().run(page, options=RULES).response["violations"]]
    found += page.evaluate(TARGETS) if viewport else []
    assert not found, json.dumps(found, ensure_ascii=False)
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    assert not clerk.complaints() + clerk.strangers()
