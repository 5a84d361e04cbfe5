"""The clerk's desk beside the story: again, what looks like it, who calls in her stead, the call back, and the weekly needs."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.pages.personas import PATIENCE_MS, AsPersona
from tests.pages.scenes import Scene

pytestmark = pytest.mark.slow


def test_a_row_is_repeated_by_two_keys_and_what_looks_like_it_asks_once_more(as_persona: AsPersona, scene: Scene) -> None:
    order = scene.post(
        slots=2, money_limit=2000, skills=["medicine"], familiar_first=True, resident={"name": "何秀兰", "phone": "13900007788"}
    )
    clerk = as_persona("clerk").live()
    page = clerk.page
    page.locator(f'[data-id="{order["id"]}"] button').first.focus()
    page.keyboard.press("Alt+r")
    draft = page.locator("#draft")
    expect(draft).to_contain_text(order["number"], timeout=PATIENCE_MS)
    # Everything is said before it is posted, and the button is in sight and has the focus.
    for words in ("何秀兰", "20", "需要 2 人", "药品", "先问帮过这位老人的快递员", "门铃坏了，请敲门"):
        expect(draft).to_contain_text(words)
    expect(page.locator("button.go.big")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#alike")).to_contain_text(order["number"], timeout=PATIENCE_MS)
    expect(page.locator("#posted")).to_be_hidden()
    page.keyboard.press("Enter")
    expect(page.locator("#posted-code")).not_to_be_empty(timeout=PATIENCE_MS)
    expect(page.locator("#alike")).to_be_hidden()
    expect(page.locator("#orders .card", has_text="何秀兰")).to_have_count(2, timeout=PATIENCE_MS)
    assert page.input_value("#name") == ""
    assert page.locator("#name").get_attribute("readonly") is None
    again = scene["clerk"].get("/orders", status="active").json()["items"][0]
    assert (again["slots"], again["money_limit"], again["skills"], again["familiar_first"]) == (2, 2000, ["medicine"], True)
    assert clerk.complaints() == []


def test_without_anybody_there_is_nothing_to_repeat(as_persona: AsPersona, scene: Scene) -> None:
    page = as_persona("clerk").live().page
    page.keyboard.press("Alt+r")
    expect(page.locator("#wrong")).to_contain_text("请先选中一单", timeout=PATIENCE_MS)


def test_her_number_tells_who_she_is_and_clearing_takes_it_all_back(as_persona: AsPersona, scene: Scene) -> None:
    scene.post(resident={"name": "何秀兰", "phone": "13900007788"})
    page = as_persona("clerk").live().page
    page.locator("#phone").press_sequentially("13900007788")
    expect(page.locator("#known")).to_contain_text("何秀兰 上次", timeout=PATIENCE_MS)
    page.get_by_role("button", name="再来一单 Alt+R").click()
    expect(page.locator("#name")).to_have_value("何秀兰", timeout=PATIENCE_MS)
    expect(page.locator("#phone")).to_have_attribute("placeholder", "139****7788")
    page.get_by_role("button", name="清空，换一位").click()
    expect(page.locator("#name")).to_have_value("")
    expect(page.locator("#name")).to_be_focused()
    expect(page.locator("#draft")).to_be_hidden()


def test_who_calls_in_her_stead_is_told_to_the_courier_on_one_screen(as_persona: AsPersona, scene: Scene) -> None:
    page = as_persona("clerk").live().page
    for field, words in {"#name": "何秀兰", "#building": "3号楼", "#summary": "替妈妈取药"}.items():
        page.fill(field, words)
    page.locator("summary", has_text="更多").click()
    page.fill("#caller_name", "陈小刚")
    page.keyboard.press("Enter")
    expect(page.locator(".field:has(#caller_phone) #need-wrong, fieldset:has(#caller_phone) #need-wrong")).to_be_visible(
        timeout=PATIENCE_MS
    )
    page.fill("#caller_phone", "13711112222")
    page.keyboard.press("Enter")
    expect(page.locator("#posted-code")).not_to_be_empty(timeout=PATIENCE_MS)
    (order,) = [one for one in scene["clerk"].get("/orders", status="active").json()["items"] if one["summary"] == "替妈妈取药"]
    scene.do("courier1", order["id"], "claim")
    courier = as_persona("courier1")
    courier.go(f"/errands/{order['id']}")
    courier.live().sees("#errand", has_text="是 陈小刚 替老人打来的电话")
    courier.page.get_by_role("button", name="来电人 陈小刚 137****2222").click()
    courier.sees('a[href="tel:13711112222"]')


def test_she_is_called_back_in_vain_and_then_is_not_content(as_persona: AsPersona, scene: Scene) -> None:
    scene.clear()
    order = scene.taken_as_far("delivered")
    watch, clerk = as_persona("coordinator").live(), as_persona("clerk").live()
    card = clerk.page.locator(f'#callbacks [data-id="{order["id"]}"]')
    expect(clerk.page.locator("#callbacks-count")).to_have_text("1", timeout=PATIENCE_MS)
    card.get_by_role("button", name="没打通").click()
    expect(card).to_contain_text("打过 1 次没通", timeout=PATIENCE_MS)
    card.get_by_role("button", name="显示号码").click()
    expect(card.locator('a[href="tel:13900001234"]')).to_be_focused(timeout=PATIENCE_MS)
    card.get_by_label("老人怎么说").fill("药少了一盒")
    card.get_by_role("button", name="不满意").click()
    expect(clerk.page.locator("#calling-back")).to_be_hidden(timeout=PATIENCE_MS)
    expect(watch.page.locator("#said")).to_contain_text("老人不满意", timeout=PATIENCE_MS)
    (closed,) = scene["coordinator"].get("/orders", status="unsatisfied").json()["items"]
    assert closed["call_back"] == {"tries": 1, "again_at": None, "satisfied": False, "note": "药少了一盒"}


def test_a_weekly_need_is_made_from_a_row_shown_changed_paused_and_ended(as_persona: AsPersona, scene: Scene) -> None:
    order = scene.post(resident={"name": "何秀兰", "phone": "13900007788"})
    clerk = as_persona("clerk").live()
    page: Page = clerk.page
    page.locator(f'[data-id="{order["id"]}"]').get_by_role("link", name="每周").click()
    expect(page.locator("#name")).to_have_value("何秀兰", timeout=PATIENCE_MS)
    page.get_by_role("button", name="保存").click()
    expect(page.locator("#need-wrong")).to_contain_text("请至少选一天。")
    page.check("[name=weekdays][value='3']")
    expect(page.locator("#coming li")).to_have_count(4, timeout=PATIENCE_MS)
    planned = page.locator("#coming li").all_inner_texts()
    page.get_by_role("button", name="保存").click()
    card = page.locator("#standings .card", has_text="何秀兰")
    expect(card).to_contain_text("进行中", timeout=PATIENCE_MS)
    assert card.locator("ul li").all_inner_texts() == planned
    card.get_by_role("button", name="修改").click()
    page.check("[name=weekdays][value='5']")
    page.get_by_role("button", name="保存").click()
    expect(card.locator("h3")).to_contain_text("周五", timeout=PATIENCE_MS)
    card.get_by_role("button", name="暂停").click()
    expect(card).to_contain_text("已暂停", timeout=PATIENCE_MS)
    card.get_by_role("button", name="继续").click()
    expect(card).to_contain_text("进行中", timeout=PATIENCE_MS)
    card.get_by_role("button", name="结束…").click()
    card.get_by_role("button", name="不再需要，结束").click()
    expect(card).to_have_count(0, timeout=PATIENCE_MS)
    assert clerk.complaints() == []


def test_the_coordinator_says_for_which_community_and_the_desk_sees_it_at_once(as_persona: AsPersona, scene: Scene) -> None:
    clerk = as_persona("clerk")
    clerk.go("/standing")
    clerk.live()
    boss = as_persona("coordinator")
    boss.go("/standing")
    page = boss.live().page
    for field, words in {"#name": "何秀兰", "#building": "3号楼"}.items():
        page.fill(field, words)
    page.check("[name=weekdays][value='1']")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("#need-wrong")).to_contain_text("社区")
    page.select_option("#community_id", label="康翠社区")
    page.fill("#last_day", (date.today() - timedelta(days=9)).isoformat())
    page.get_by_role("button", name="保存").click()
    expect(page.locator("#need-wrong")).to_contain_text("最后一天不能早于第一天。", timeout=PATIENCE_MS)
    page.fill("#last_day", "")
    page.get_by_role("button", name="保存").click()
    clerk.sees("#standings .card", has_text="何秀兰")
