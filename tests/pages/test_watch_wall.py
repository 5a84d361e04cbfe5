"""The big screen in a browser: it follows by itself, says when it cannot, and keeps nothing however long it runs."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.pages.personas import DESKTOP, PATIENCE_MS, PHONE, AsPersona, Persona
from tests.pages.scenes import Scene

pytestmark = pytest.mark.slow
SCREEN = (1920, 1080)
SMALL = """least => [...document.querySelectorAll("main *")]
  .filter((one) => one.checkVisibility() && [...one.childNodes].some((text) => text.nodeType === 3 && text.textContent.trim()))
  .map((one) => [one.textContent.trim(), parseFloat(getComputedStyle(one).fontSize)]).filter(([, size]) => size < least)"""
CUT = """() => [...document.querySelectorAll(".tile")]
  .filter((one) => one.scrollHeight > one.clientHeight + 1 || one.scrollWidth > one.clientWidth + 1)
  .map((one) => one.textContent)"""


def hung(as_persona: AsPersona, viewport: tuple[int, int] = SCREEN) -> Persona:
    screen = as_persona("coordinator", viewport)
    screen.go("/wall")
    screen.sees('#wall-line[data-state="live"]')
    return screen


def test_its_numbers_follow_by_themselves_and_name_nobody(as_persona: AsPersona, scene: Scene) -> None:
    screen = hung(as_persona)
    screen.mark()
    tile = screen.page.locator(".tile", has_text="康翠社区")
    before = int(screen.page.locator("#sum-under_way").inner_text())
    order = scene.post(building="77号楼")
    scene.do("courier1", order["id"], "claim")
    expect(screen.page.locator("#sum-under_way")).to_have_text(str(before + 1), timeout=PATIENCE_MS)
    words = int(screen.page.locator("#sum-word").inner_text())
    scene.taken_as_far("failed")
    expect(screen.page.locator("#sum-word")).to_have_text(str(words + 1), timeout=PATIENCE_MS)
    expect(tile).to_contain_text("要处理")
    said = screen.page.content()
    for word in ("77号楼", "陈桂兰", "钱建国", "李红梅", "13900001234", order["number"]):
        assert word not in said
    assert screen.marked()
    assert not screen.complaints()
    assert not screen.strangers()


def test_from_three_metres_everything_is_large_enough_and_nothing_is_cut(as_persona: AsPersona, scene: Scene) -> None:
    for far in ("open", "claimed", "failed", "delivered"):
        scene.taken_as_far(far)
    page = hung(as_persona).page
    assert page.evaluate(SMALL, 23.9) == []
    assert page.evaluate(CUT) == []
    assert page.evaluate("[document.documentElement.scrollHeight <= innerHeight, document.documentElement.scrollWidth <= innerWidth]") == [
        True,
        True,
    ]
    page.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})
    assert page.evaluate(CUT) == []


def test_on_a_phone_it_is_a_list(as_persona: AsPersona, scene: Scene) -> None:
    page = hung(as_persona, PHONE).page
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    lefts = page.locator(".tile").evaluate_all("all => [...new Set(all.map((one) => one.getBoundingClientRect().left))]")
    assert len(lefts) == 1


def test_without_a_line_it_says_of_when_its_numbers_are_and_comes_back(as_persona: AsPersona, scene: Scene) -> None:
    screen = hung(as_persona)
    screen.context.set_offline(True)
    expect(screen.page.locator("#wall-line")).to_contain_text("正在重连", timeout=PATIENCE_MS)
    screen.page.clock.install()
    screen.page.clock.run_for(70_000)
    expect(screen.page.locator("body")).to_have_class("stale", timeout=PATIENCE_MS)
    screen.context.set_offline(False)
    scene.post()
    screen.page.clock.run_for(6000)
    screen.sees('#wall-line[data-state="live"]')
    expect(screen.page.locator("body")).not_to_have_class("stale")


def test_after_hundreds_of_looks_and_a_midnight_it_is_as_small_as_before(as_persona: AsPersona, scene: Scene) -> None:
    screen = as_persona("coordinator", SCREEN)
    screen.page.clock.install()
    screen.go("/wall")
    screen.sees('#wall-line[data-state="live"]')
    count = "document.querySelectorAll('*').length"
    before, day = screen.page.evaluate(count), screen.page.locator("#day").inner_text()
    looks: list[str] = []
    screen.page.on("request", lambda request: looks.append(request.url))
    for _ in range(60):
        screen.page.clock.run_for(3000)
        screen.page.wait_for_timeout(30)
    assert len(looks) > 30
    screen.page.clock.fast_forward("24:00:00")
    screen.page.clock.run_for(4000)
    expect(screen.page.locator("#day")).not_to_have_text(day)
    screen.sees('#wall-line[data-state="live"]')
    assert screen.page.evaluate(count) == before


def test_it_goes_on_when_her_session_has_ended_and_stops_when_it_may_not(as_persona: AsPersona, scene: Scene) -> None:
    screen = hung(as_persona)
    screen.context.clear_cookies(name="lm_session")
    before = int(screen.page.locator("#sum-open").inner_text())
    scene.post()
    expect(screen.page.locator("#sum-open")).to_have_text(str(before + 1), timeout=PATIENCE_MS)
    screen.page.reload()
    screen.sees('#wall-line[data-state="live"]')
    expect(screen.page.get_by_role("link", name="值班台")).to_have_count(0)
    screen.context.clear_cookies(name="lm_wall")
    expect(screen.page.locator("#wall-line")).to_contain_text("已停止", timeout=PATIENCE_MS)
