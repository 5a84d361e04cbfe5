"""On a desk that many look at, and a phone that is carried about: nothing of one order stays where another, or none, is shown."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.pages.personas import PATIENCE_MS, AsPersona, held_back, until
from tests.pages.scenes import Scene

pytestmark = pytest.mark.slow


def slip(page: Page, order: dict[str, Any]) -> Any:
    return page.locator(f'#lists [data-id="{order["id"]}"] .slip')


def test_what_was_open_is_gone_from_the_desk_when_it_is_closed(as_persona: AsPersona, scene: Scene) -> None:
    order = scene.post()
    page = as_persona("coordinator").live().page
    slip(page, order).click()
    page.locator("#opened").get_by_role("button", name="显示号码").click()
    expect(page.locator("#opened a[href='tel:13900001234']")).to_be_visible(timeout=PATIENCE_MS)
    page.keyboard.press("x")
    page.keyboard.press("Escape")
    expect(page.locator("#opened")).to_be_hidden()
    for private in ("陈桂兰", "2单元301", "13900001234", "门铃坏了"):
        assert private not in page.content()


def test_what_went_wrong_with_one_order_is_not_said_on_another(as_persona: AsPersona, scene: Scene) -> None:
    one, other = scene.taken_as_far("claimed"), scene.post(summary="买两斤苹果")
    page = as_persona("coordinator").live().page
    held = held_back(page, f"/api/v1/orders/{one['id']}/reopen")
    slip(page, one).click()
    page.locator("#opened-verbs").get_by_role("button", name="放回看板").click()
    until(page, lambda: held)
    slip(page, other).click()
    said = {"code": "too_late", "status": 409, "detail": "晚了一步"}
    held[0].fulfill(status=409, content_type="application/problem+json", body=json.dumps(said))
    expect(page.locator("#wrong")).to_have_text(f"单号 {one['number']}：晚了一步", timeout=PATIENCE_MS)
    expect(page.locator("#opened-wrong")).to_be_hidden()
    expect(page.locator("#opened-facts")).to_contain_text("买两斤苹果")


def test_the_late_answer_of_one_order_leaves_the_form_of_another_alone(as_persona: AsPersona, scene: Scene) -> None:
    one, other = scene.post(), scene.post(summary="买两斤苹果")
    page = as_persona("coordinator").live().page
    held = held_back(page, f"/api/v1/orders/{one['id']}/cancel")
    slip(page, one).click()
    page.keyboard.press("x")
    page.locator("#opened-form").get_by_label("为什么").select_option("solved")
    page.locator("#opened-form").get_by_role("button", name="取消这一单").click()
    until(page, lambda: held)
    slip(page, other).click()
    page.keyboard.press("e")
    summary = page.locator("#opened-form [name=summary]")
    summary.fill("买三斤苹果")
    held[0].continue_()
    expect(page.locator("#finished").locator(f'[data-id="{one["id"]}"]')).to_contain_text("已取消", timeout=PATIENCE_MS)
    expect(summary).to_have_value("买三斤苹果")
    expect(summary).to_be_focused()


def test_whom_a_form_offers_follows_who_is_there_and_her_choice_stays(as_persona: AsPersona, scene: Scene) -> None:
    order = scene.post(skills=[])
    page = as_persona("coordinator").live().page
    slip(page, order).click()
    page.keyboard.press("a")
    person = page.locator("#opened-form").get_by_label("给谁")
    first, second = scene.courier("courier1"), scene.courier("courier2")
    person.select_option(second)
    expect(person.locator(f'option[value="{first}"]')).to_contain_text("接单中")
    scene["courier1"].http.put(f"{scene.house.url}/api/v1/me/duty", json={"on": False}, timeout=30).raise_for_status()
    expect(person.locator(f'option[value="{first}"]')).to_contain_text("收工", timeout=PATIENCE_MS)
    expect(person).to_have_value(second)
    # Whoever has it already cannot be given it; somebody else must be chosen.
    page.locator("#opened-form [name=phoned_in]").check()
    page.locator("#opened-form").get_by_role("button", name="指派").click()
    expect(page.locator("#opened-facts .holders")).to_contain_text("孙海涛", timeout=PATIENCE_MS)


def test_who_called_in_her_stead_is_gone_from_the_phone_with_the_errand(as_persona: AsPersona, scene: Scene) -> None:
    order = scene.taken_as_far("claimed", caller={"name": "陈小刚", "phone": "13711112222"})
    courier = as_persona("courier1")
    courier.go(f"/errands/{order['id']}")
    courier.live().sees("#errand", has_text="陈小刚")
    courier.page.get_by_role("button", name="来电人 陈小刚").click()
    courier.sees('a[href="tel:13711112222"]')
    # The line to look it up once more is away: what is on the screen goes all the same.
    courier.page.route(f"**/api/v1/orders/{order['id']}", lambda route: route.abort())
    scene.do("coordinator", order["id"], "cancel", reason="solved")
    courier.sees("#errand .note", has_text="这一单已不在您手上")
    for private in ("陈小刚", "13711112222", "陈桂兰", "门铃坏了"):
        assert private not in courier.page.content()


@pytest.mark.parametrize(
    ("map_of", "host"), [("高德导航", "https://uri.amap.com/navigation"), ("百度导航", "https://api.map.baidu.com/direction")]
)
def test_the_way_is_opened_in_the_map_that_he_has_and_told_nothing_of_her(
    as_persona: AsPersona, scene: Scene, map_of: str, host: str
) -> None:
    order = scene.taken_as_far("claimed")
    courier = as_persona("courier1")
    courier.go(f"/errands/{order['id']}")
    link = courier.live().page.get_by_role("link", name=map_of)
    href = link.get_attribute("href") or ""
    assert href.startswith(host)
    assert "陈" not in href
    assert "301" not in href
    assert (link.get_attribute("rel"), link.get_attribute("target")) == ("noreferrer", "_blank")
    scene.do("coordinator", order["id"], "cancel", reason="solved")
    expect(link).to_have_count(0, timeout=PATIENCE_MS)
