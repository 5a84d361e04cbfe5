"""What the desks do beside the story: a mistake in a hidden field, somebody else's errand, a photo, counts that move."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.pages.personas import PATIENCE_MS, AsPersona
from tests.pages.scenes import Scene

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("by_the_server", [False, True], ids=["seen by the form", "seen by the server"])
def test_a_mistake_behind_more_is_opened_and_shown_at_its_field(as_persona: AsPersona, scene: Scene, by_the_server: bool) -> None:
    page = as_persona("clerk").live().page
    page.fill("#name", "陈桂兰")
    page.fill("#building", "3号楼")
    page.locator("summary", has_text="更多").click()
    page.fill("#money", "20000")
    page.locator("summary", has_text="更多").click()
    if by_the_server:
        page.evaluate("document.getElementById('money').removeAttribute('max')")
    page.get_by_role("button", name="发布").click()
    expect(page.locator("#money")).to_be_focused(timeout=PATIENCE_MS)
    expect(page.locator(".field:has(#money) #need-wrong")).to_contain_text("代付上限（元）：")
    assert page.input_value("#name") == "陈桂兰"
    page.fill("#money", "20")
    page.keyboard.press("Enter")
    expect(page.locator("#posted-code")).not_to_be_empty(timeout=PATIENCE_MS)
    expect(page.locator("[aria-invalid]")).to_have_count(0)


def test_what_is_missing_is_said_before_anything_is_sent(as_persona: AsPersona, scene: Scene) -> None:
    page = as_persona("clerk").live().page
    page.get_by_role("button", name="发布").click()
    expect(page.locator("#need-wrong")).to_have_text("老人姓名：请填写。")
    expect(page.locator("#name")).to_be_focused()


def test_the_coordinator_gives_an_errand_to_somebody_else(as_persona: AsPersona, scene: Scene) -> None:
    order = scene.taken_as_far("claimed")
    first = as_persona("courier1")
    first.go(f"/errands/{order['id']}")
    first.live().sees("#errand", has_text="陈桂兰")
    coordinator = as_persona("coordinator").live()
    card = coordinator.page.locator(f'[data-id="{order["id"]}"]')
    expect(card).to_contain_text("钱建国")
    card.get_by_role("button").click()
    opened = coordinator.page.locator("#opened")
    opened.get_by_role("button", name="改派").click()
    other = opened.locator("option", has_text="孙海涛").get_attribute("value")
    opened.get_by_label("给谁").select_option(other)
    opened.locator("form").get_by_role("button", name="改派").click()
    expect(opened.locator(".holders")).to_contain_text("孙海涛", timeout=PATIENCE_MS)
    first.sees("#errand .note", has_text="这一单已不在您手上")
    assert "陈桂兰" not in first.page.content()


@pytest.mark.parametrize("login", ["clerk", "coordinator"])
def test_the_desks_call_her_back_by_one_tap_that_is_written_down(as_persona: AsPersona, scene: Scene, login: str) -> None:
    order = scene.post()
    card = as_persona(login).live().page.locator(f'[data-id="{order["id"]}"]')
    if login == "coordinator":
        card.get_by_role("button").click()
        card = card.page.locator("#opened")
    expect(card.locator('a[href^="tel:"]')).to_have_count(0)
    card.get_by_role("button", name="显示号码").click()
    expect(card.locator('a[href="tel:13900001234"]')).to_be_focused(timeout=PATIENCE_MS)


def test_one_who_may_not_have_it_is_named_as_the_reason(as_persona: AsPersona, scene: Scene) -> None:
    order = scene.post(skills=["medicine", "heavy", "escort", "living_alone"])
    coordinator = as_persona("coordinator").live()
    card = coordinator.page.locator(f'[data-id="{order["id"]}"]')
    card.get_by_role("button").click()
    opened = coordinator.page.locator("#opened")
    opened.get_by_role("button", name="指派").click()
    opened.get_by_label("给谁").select_option(index=1)
    opened.locator("form").get_by_role("button", name="指派").click()
    expect(opened.locator("form .error")).to_contain_text("这位快递员接不了这一单", timeout=PATIENCE_MS)


def test_a_photo_and_a_reason_stand_in_for_the_code(as_persona: AsPersona, scene: Scene, tmp_path: Path) -> None:
    order = scene.taken_as_far("picked_up")
    Image.effect_noise((1600, 1200), 60).convert("RGB").save(tmp_path / "door.jpg")
    courier, clerk = as_persona("courier1"), as_persona("clerk").live()
    courier.go(f"/errands/{order['id']}")
    courier.live().page.locator("summary").click()
    courier.page.set_input_files("#photo", tmp_path / "door.jpg")
    courier.page.fill("#why", "老人在休息，放在门口")
    scene.do("coordinator", scene.post(summary="别的单")["id"], "cancel", reason="other")
    courier.page.get_by_role("button", name="用照片完成").click()
    courier.sees(".thanks")
    card = clerk.sees(f'[data-id="{order["id"]}"]', has_text="老人在休息，放在门口")
    with clerk.context.expect_page() as opened:
        card.get_by_role("link", name="看送达照片").click()
    assert opened.value.request.get(opened.value.url).headers["content-type"] == "image/jpeg"


def test_a_code_half_typed_stays_while_the_line_goes_and_comes_back(as_persona: AsPersona, scene: Scene) -> None:
    order = scene.taken_as_far("picked_up")
    courier = as_persona("courier1")
    courier.go(f"/errands/{order['id']}")
    courier.live().page.locator("#code").press_sequentially("12")
    with courier.page.expect_response(f"**/orders/{order['id']}"):
        courier.context.set_offline(True)
        courier.context.set_offline(False)
    expect(courier.page.locator("#code")).to_have_value("12")
    expect(courier.page.locator("#code")).to_be_focused()


def test_the_districts_counts_move_by_themselves(as_persona: AsPersona, scene: Scene) -> None:
    supervisor = as_persona("supervisor").live()
    supervisor.mark()
    row = supervisor.page.locator("tbody tr", has_text="泰达街道社工站")
    before = int(row.locator("td").nth(1).inner_text())
    # The second one comes just after a count: the next count is then later than the page's first look, and it looks again.
    for more in (1, 2):
        scene.post()
        expect(row.locator("td").nth(1)).to_have_text(str(before + more), timeout=2 * PATIENCE_MS)
    expect(supervisor.page.locator("#fresh-at")).to_contain_text("实时更新")
    assert supervisor.marked()


def test_the_list_of_couriers_says_who_has_gone_off_duty(as_persona: AsPersona, scene: Scene) -> None:
    coordinator = as_persona("coordinator")
    coordinator.go("/couriers")
    coordinator.live().mark()
    row = coordinator.page.locator("tbody tr", has_text="钱建国")
    expect(row.first).to_contain_text("接单中")
    scene["courier1"].http.put(f"{scene.house.url}/api/v1/me/duty", json={"on": False}, timeout=30).raise_for_status()
    expect(row.first.locator(".tag")).to_have_text("收工", timeout=PATIENCE_MS)
    assert coordinator.marked()


def test_an_invite_is_made_once_though_its_button_is_tapped_twice(as_persona: AsPersona, scene: Scene) -> None:
    page = as_persona("coordinator").go("/couriers")
    page.fill("#name", "李雷")
    page.fill("#phone", "13711112222")
    page.select_option("#depot_id", index=1)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    button = page.get_by_role("button", name="生成邀请")
    assert button.evaluate("button => { button.click(); button.click(); return button.getAttribute('aria-busy'); }") == "true"
    expect(page.locator("#link")).to_have_value(re.compile("/enrol/"), timeout=PATIENCE_MS)
    assert len(sent) == 1
