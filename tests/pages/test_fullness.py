"""Pages with nothing on them, with far too much, with words that are too long, and pages that cannot be had."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.pages.personas import DESKTOP, NARROW, PATIENCE_MS, PHONE, AsPersona
from tests.pages.scenes import LONG_CHINESE, LONG_LATIN, Scene

pytestmark = pytest.mark.slow
MANY = 62
OUTSIDE = """() => [...document.querySelectorAll("main *")]
  .filter((one) => one.checkVisibility() && one.getBoundingClientRect().right > innerWidth + 1)
  .map((one) => one.outerHTML.slice(0, 80))"""


def test_where_there_is_nothing_the_page_says_so(as_persona: AsPersona, scene: Scene) -> None:
    scene.clear()
    courier = as_persona("courier1").live()
    expect(courier.page.locator("#empty")).to_have_text("现在没有等人接的单。有了会自己出现，不用刷新。", timeout=PATIENCE_MS)
    expect(courier.page.locator("#mine-part")).to_be_hidden()
    expect(as_persona("clerk").live().page.locator("#empty")).to_have_text("没有进行中的单。")
    watch = as_persona("coordinator").live().page
    for column, words in {"unclaimed": "都有人接了。", "under_way": "没有在路上的单。", "word": "没有要处理的。"}.items():
        expect(watch.locator(f"#{column}-empty")).to_have_text(words)
        expect(watch.locator(f"#{column}-count")).to_have_text("0")


def test_more_than_sixty_orders_are_all_there_and_the_oldest_is_not_forgotten(as_persona: AsPersona, scene: Scene) -> None:
    scene.clear()
    for number in range(MANY):
        scene.post(summary=f"第{number:03d}单", urgency="today")
    courier = as_persona("courier1").live()
    expect(courier.page.locator("#board .card")).to_have_count(MANY, timeout=PATIENCE_MS)
    expect(courier.page.locator("#count")).to_have_text(str(MANY))
    coordinator = as_persona("coordinator").live()
    expect(coordinator.page.locator("#unclaimed .card")).to_have_count(MANY, timeout=PATIENCE_MS)
    expect(coordinator.page.locator("#unclaimed .card").first).to_contain_text("第000单")
    clerk = as_persona("clerk").live()
    expect(clerk.page.locator("#orders .card")).to_have_count(MANY, timeout=PATIENCE_MS)
    for persona in (courier, coordinator, clerk):
        persona.mark()
    oldest = scene["coordinator"].get("/orders", status="active", page=2).json()["items"][-1]
    scene.do("courier2", oldest["id"], "claim")
    coordinator.sees("#under_way .card", has_text="第000单")
    expect(courier.page.locator("#board .card")).to_have_count(MANY - 1, timeout=PATIENCE_MS)
    expect(clerk.page.locator("#orders .card", has_text="已抢单")).to_have_count(1, timeout=PATIENCE_MS)
    assert all(persona.marked() for persona in (courier, coordinator, clerk))


@pytest.mark.parametrize("viewport", [PHONE, NARROW, DESKTOP], ids=["390", "320", "1366"])
def test_words_that_are_far_too_long_stay_inside(as_persona: AsPersona, scene: Scene, viewport: tuple[int, int]) -> None:
    order = scene.too_long()
    scene.do("courier1", order["id"], "claim")
    for login, path, words in [
        ("courier1", "/board", LONG_LATIN[:40]),
        ("courier1", f"/errands/{order['id']}", LONG_CHINESE[:30]),
        ("clerk", "/desk", LONG_LATIN[:40]),
        ("coordinator", "/watch", LONG_CHINESE[:30]),
    ]:
        persona = as_persona(login, viewport)
        persona.go(path)
        persona.sees("main .card, #errand", has_text=words)
        outside = persona.page.evaluate(OUTSIDE)
        assert not outside, (login, outside)
        persona.leave()


def test_a_page_that_is_not_there_or_not_yours_says_so_and_shows_the_way_back(as_persona: AsPersona, scene: Scene) -> None:
    courier = as_persona("courier1")
    for path, title in {
        "/errands/nobody-knows-it": "没有打开您要的页面",
        "/nowhere": "没有打开您要的页面",
        "/watch": "这一步没有成功",
    }.items():
        page = courier.go(path)
        expect(page.get_by_role("heading", level=1)).to_have_text(title)
        expect(page.locator("#line")).to_have_count(0)
        page.get_by_role("link", name="回到首页").click()
        page.wait_for_url("**/board")
