"""The coordinator's desk: lists that move under her hands and disturb nothing, filters that stick, keys, people."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.pages.personas import PATIENCE_MS, AsPersona, until
from tests.pages.scenes import Scene

pytestmark = pytest.mark.slow
MANY = 120


def slip(page: Page, order: dict[str, Any]) -> Any:
    return page.locator(f'#lists [data-id="{order["id"]}"] .slip')


def test_an_order_walks_from_list_to_list_and_the_desk_is_never_loaded_again(as_persona: AsPersona, scene: Scene) -> None:
    scene.clear()
    coordinator = as_persona("coordinator").live()
    coordinator.mark()
    order = scene.post()
    page = coordinator.page
    for verb, said, where, words in [
        ("", {}, "unclaimed", "等了 0 分钟"),
        ("claim", {}, "under_way", "分钟内取到"),
        ("pick-up", {}, "under_way", "送件中"),
        ("deliver", {"code": order["code"]}, "word", "已送到"),
        ("confirm", {}, "finished", "已办结"),
    ]:
        if verb:
            scene.do("clerk" if verb == "confirm" else "courier1", order["id"], verb, **said)
        expect(page.locator(f"#{where}").locator(f'[data-id="{order["id"]}"]')).to_contain_text(words, timeout=PATIENCE_MS)
        expect(page.locator(f'#lists [data-id="{order["id"]}"]')).to_have_count(1)
        expect(page.locator(f"#{where}-count")).to_have_text("1" if where != "finished" else re.compile(r"\d+"))
    assert coordinator.marked()
    assert not coordinator.complaints()


def test_what_is_late_stands_by_itself(as_persona: AsPersona, scene: Scene) -> None:
    order = scene.taken_as_far("picked_up")
    page = as_persona("coordinator").live().page
    page.clock.install()
    page.clock.fast_forward("04:30:00")
    expect(page.locator("#late").locator(f'[data-id="{order["id"]}"]')).to_contain_text("过时 30 分钟", timeout=PATIENCE_MS)


def test_what_is_half_typed_and_where_she_is_stays_while_the_lists_move(as_persona: AsPersona, scene: Scene) -> None:
    orders = [scene.post(summary=f"第{number:02d}单", urgency="today") for number in range(12)]
    page = as_persona("coordinator").live().page
    slip(page, orders[3]).click()
    page.keyboard.press("e")
    summary = page.locator("#opened-form [name=summary]")
    expect(summary).to_be_focused()
    summary.fill("改到一半的")
    column = page.locator("#unclaimed-part")
    column.evaluate("one => { one.scrollTop = 200; }")
    scene.do("courier1", orders[0]["id"], "claim")
    scene.do("courier2", orders[11]["id"], "claim")
    expect(page.locator("#under_way").locator(f'[data-id="{orders[11]["id"]}"]')).to_be_visible(timeout=PATIENCE_MS)
    expect(summary).to_be_focused()
    expect(summary).to_have_value("改到一半的")
    assert column.evaluate("one => one.scrollTop") > 60
    # Another order is opened meanwhile; what was begun is there when she comes back.
    slip(page, orders[5]).click()
    expect(page.locator("#opened-form form")).to_have_count(0)
    slip(page, orders[3]).click()
    page.keyboard.press("e")
    expect(summary).to_have_value("改到一半的")


def test_the_focus_walks_with_the_order_and_goes_to_its_neighbour_when_it_is_gone(as_persona: AsPersona, scene: Scene) -> None:
    first, second = scene.post(), scene.post()
    page = as_persona("coordinator").live().page
    slip(page, first).focus()
    scene.do("courier1", first["id"], "claim")
    expect(page.locator("#under_way").locator(f'[data-id="{first["id"]}"] .slip')).to_be_focused(timeout=PATIENCE_MS)
    page.locator("#f-community").select_option(label="康翠社区")
    page.locator("[name=list][value=unclaimed]").evaluate("one => one.click()")
    slip(page, second).focus()
    scene.do("courier1", second["id"], "claim")
    until(page, lambda: page.evaluate("document.activeElement.matches('.slip')") and not slip(page, second).is_visible())


def test_filters_are_said_stick_in_address_and_browser_and_one_key_clears_them(as_persona: AsPersona, scene: Scene) -> None:
    order = scene.post(urgency="routine", kind="company", summary="陪着说说话")
    coordinator = as_persona("coordinator").live()
    page = coordinator.page
    page.check("[name=urgency][value=urgent]")
    page.locator("#f-kind").select_option("medicine")
    expect(slip(page, order)).to_have_count(0)
    expect(page.locator("#filters-said")).to_contain_text("只看：取药 · 急")
    assert "urgency=urgent" in page.url
    assert "kind=medicine" in page.url
    page.reload()
    expect(page.locator("#filters-said")).to_contain_text("只看：取药 · 急")
    coordinator.go("/watch")
    expect(page.locator("[name=urgency][value=urgent]")).to_be_checked()
    expect(page.locator("#filters-on")).to_be_visible()
    coordinator.live().page.keyboard.press("c")
    expect(slip(page, order)).to_be_visible()
    expect(page.locator("#filters-on")).to_be_hidden()
    assert page.url.endswith("/watch")
    coordinator.go("/watch")
    expect(page.locator("#filters-on")).to_be_hidden()


def test_a_search_finds_by_name_building_and_number_and_is_kept_nowhere(as_persona: AsPersona, scene: Scene) -> None:
    order = scene.post(building="77号楼", resident={"name": "慕容秋白", "phone": "13900007777", "door": "9单元901"})
    coordinator = as_persona("coordinator").live()
    page = coordinator.page
    for words in ("慕容秋白", "77号楼", order["number"], "9单元901"):
        page.keyboard.press("/")
        page.keyboard.insert_text(words)
        expect(page.locator("#lists .slip")).to_have_count(1)
        expect(slip(page, order)).to_be_visible()
        assert page.url.endswith("/watch")
        page.keyboard.press("Escape")
        expect(page.locator("#search")).to_have_value("")
        page.evaluate("document.activeElement.blur()")
    assert "慕容秋白" not in page.evaluate("JSON.stringify(localStorage)")


def test_the_desk_by_keyboard_alone(as_persona: AsPersona, scene: Scene) -> None:
    scene.clear()
    first, second = scene.post(skills=[]), scene.post()
    coordinator = as_persona("coordinator").live()
    keys, page = coordinator.page.keyboard, coordinator.page
    keys.press("j")
    expect(slip(page, first)).to_be_focused()
    keys.press("ArrowDown")
    expect(slip(page, second)).to_be_focused()
    keys.press("k")
    keys.press("Enter")
    expect(page.locator("#opened")).to_be_focused()
    expect(page.locator("#opened")).to_contain_text("陈桂兰")
    keys.press("a")
    expect(page.locator("#opened").get_by_label("给谁")).to_be_focused()
    keys.press("j")  # in a field a letter is the field's own
    expect(page.locator("#opened").get_by_label("给谁")).to_be_focused()
    keys.press("ArrowDown")
    coordinator.tab_to("指派")
    keys.press("Enter")
    expect(page.locator("#under_way").locator(f'[data-id="{first["id"]}"]')).to_be_visible(timeout=PATIENCE_MS)
    keys.press("Escape")
    expect(page.locator("#opened")).to_be_hidden()
    expect(slip(page, first)).to_be_focused()
    keys.press("x")
    expect(page.locator("#opened-form").get_by_label("为什么")).to_be_focused()
    page.locator("#opened-form").get_by_label("为什么").select_option("solved")
    coordinator.tab_to("取消这一单")
    keys.press("Enter")
    expect(page.locator("#finished").locator(f'[data-id="{first["id"]}"]')).to_contain_text("已取消", timeout=PATIENCE_MS)


def test_the_keys_are_told_and_single_letters_can_be_turned_off_for_good(as_persona: AsPersona, scene: Scene) -> None:
    coordinator = as_persona("coordinator").live()
    page = coordinator.page
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()
    expect(page.locator("#help-keys")).to_contain_text("指派")
    page.locator("#letters").uncheck()
    page.keyboard.press("Escape")
    expect(page.locator("#help")).to_be_hidden()
    for _ in range(2):
        page.evaluate("document.activeElement.blur()")
        for key in ("j", "?", "c", "/"):
            page.keyboard.press(key)
        assert page.evaluate("document.activeElement === document.body")
        expect(page.locator("#help")).to_be_hidden()
        page.locator("#lists .slip").first.focus()
        page.keyboard.press("ArrowDown")
        assert page.evaluate("document.activeElement.matches('.slip')")
        coordinator.go("/watch")
        coordinator.live()


def test_a_list_is_one_stop_for_the_tab_key(as_persona: AsPersona, scene: Scene) -> None:
    for _ in range(5):
        scene.post()
    page = as_persona("coordinator").live().page
    assert page.locator('#unclaimed .slip[tabindex="0"]').count() == 1
    page.locator('#unclaimed .slip[tabindex="0"]').focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('ul').id") != "unclaimed"


def test_who_is_there_free_and_busy_follows_by_itself(as_persona: AsPersona, scene: Scene) -> None:
    coordinator = as_persona("coordinator").live()
    page = coordinator.page
    expect(page.locator("#crew li").first).to_be_visible(timeout=PATIENCE_MS)
    there, free, busy = (int(page.locator(f"#{name}").inner_text()) for name in ("on-duty", "crew-free", "crew-busy"))
    assert there == free + busy
    order = scene.post()
    scene.do("courier1", order["id"], "claim")
    one = page.locator("#crew li", has_text="钱建国").first
    expect(one).to_contain_text("手上 1 单", timeout=PATIENCE_MS)
    expect(page.locator("#crew-busy")).to_have_text(str(busy + 1))
    one.get_by_role("button").click()
    expect(page.locator("#lists .slip")).to_have_count(1)
    expect(slip(page, order)).to_be_visible()
    page.keyboard.press("c")
    scene.do("courier1", order["id"], "release", reason="busy")
    scene["courier1"].http.put(f"{scene.house.url}/api/v1/me/duty", json={"on": False}, timeout=30).raise_for_status()
    expect(page.locator("#on-duty")).to_have_text(str(there - 1), timeout=PATIENCE_MS)
    expect(page.locator("#crew-quiet")).to_have_text("0")


def test_a_word_to_the_couriers_is_sent_and_one_that_cannot_be_sent_stays_in_its_field(as_persona: AsPersona, scene: Scene) -> None:
    coordinator = as_persona("coordinator").live()
    page = coordinator.page
    page.locator("summary", has_text="给快递员发消息").click()
    text = page.locator("#m-text")
    text.fill("下雨路滑，慢一点")
    coordinator.context.set_offline(True)
    page.locator("#message button").click()
    expect(page.locator("#message-said")).to_contain_text("没有网络", timeout=PATIENCE_MS)
    expect(text).to_have_value("下雨路滑，慢一点")
    coordinator.context.set_offline(False)
    page.locator("#message button").click()
    expect(page.locator("#message-said")).to_contain_text("已发给：所有接单中的快递员", timeout=PATIENCE_MS)
    expect(text).to_have_value("")
    assert scene["courier1"].get("/messages").json()["items"][0]["text"] == "下雨路滑，慢一点"


@pytest.mark.alone
def test_a_hundred_and_twenty_orders_stay_readable_and_quick(as_persona: AsPersona, scene: Scene) -> None:
    scene.clear()
    for number in range(MANY):
        order = scene.post(summary=f"第{number:03d}单", urgency="today")
        if number % 3 == 0:
            person = scene["coordinator"].get("/couriers").json()["items"][number % 38]["id"]
            scene["coordinator"].post(f"/orders/{order['id']}/assign", {"person_id": person}, key=str(uuid.uuid4()))
    coordinator = as_persona("coordinator").live()
    page = coordinator.page
    expect(page.locator("#lists .slip")).to_have_count(MANY, timeout=PATIENCE_MS)
    expect(page.locator("#unclaimed .slip").first).to_contain_text("第001单")
    heights = page.locator("#unclaimed .slip").evaluate_all("all => all.map((one) => one.getBoundingClientRect().height)")
    assert max(heights) < 130
    assert page.evaluate("document.documentElement.scrollHeight - innerHeight") <= 0
    took = page.evaluate(
        "async () => { const began = performance.now(); document.getElementById('search').value = '第'; "
        "document.getElementById('search').dispatchEvent(new Event('input')); return performance.now() - began; }"
    )
    assert took < 1000
    page.keyboard.press("c")
    for _ in range(40):
        page.keyboard.press("j")
    focused = page.evaluate("document.activeElement.getBoundingClientRect().top")
    assert 0 < focused < 768


def test_a_no_show_is_kept_with_who_recorded_it_and_the_couriers_own_word(as_persona: AsPersona, scene: Scene) -> None:
    order = scene.taken_as_far("claimed")
    page = as_persona("coordinator").live().page
    page.locator("#missed summary").click()
    expect(page.locator("#missed-empty")).to_have_text("没有记录。")
    person = scene["courier1"].get("/me").json()["id"]
    scene.do("coordinator", order["id"], "no-show", person_id=person, reason="unreachable")
    expect(page.locator("#missed-list")).to_contain_text("李红梅 记录", timeout=PATIENCE_MS)
    expect(page.locator("#missed-list")).to_contain_text("他还没有说明。")
    record = scene["courier1"].get("/no-shows").json()["items"][0]["id"]
    assert scene["courier1"].post(f"/no-shows/{record}/answer", {"text": "电梯停了，走上去的"}).ok
    expect(page.locator("#missed-list")).to_contain_text("他说：电梯停了，走上去的", timeout=PATIENCE_MS)
