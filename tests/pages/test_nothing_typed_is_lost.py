"""What somebody is in the middle of stays, whatever comes in meanwhile, is refused, or is answered late."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Request, expect

from dispatch.core.sheets import csv_bytes
from tests.pages.personas import PATIENCE_MS, AsPersona, held_back, until
from tests.pages.scenes import Scene
from tests.pages.test_care_list import HEADINGS
from tests.pages.test_ledger_page import looked_at

pytestmark = pytest.mark.slow


def test_a_late_answer_does_not_undo_the_columns_that_were_said_since(as_persona: AsPersona, scene: Scene) -> None:
    page = looked_at(as_persona("clerk").go("/desk/ledger"), "甲\t乙\t丙\n欧阳兰\t3号楼\t买菜\n欧阳梅\t5号楼\t送餐")
    held = held_back(page, "/api/v1/ledgers/preview")
    answered: list[str] = []
    page.on("requestfinished", lambda request: answered.append(request.url) if request.url.endswith("/preview") else None)
    for n, (column, field) in enumerate((("A", "name"), ("B", "building"), ("C", "need")), 1):
        page.select_option(f"#column-{column}", field)
        until(page, lambda n=n: len(held) == n)
    # The newest answer comes first, the older ones after it.
    for n, route in enumerate(reversed(held), 1):
        route.continue_()
        until(page, lambda n=n: len(answered) == n)
    page.wait_for_timeout(300)
    for column, field in (("A", "name"), ("B", "building"), ("C", "need")):
        expect(page.locator(f"#column-{column}")).to_have_value(field)
    page.check("[name=shown][value=all]")
    expect(page.locator("#r3-name")).to_have_value("欧阳梅", timeout=PATIENCE_MS)
    expect(page.locator("#look-at")).not_to_have_attribute("aria-busy", "true")


def test_a_photo_and_a_reason_stay_when_the_errand_is_drawn_anew(as_persona: AsPersona, scene: Scene, tmp_path: Path) -> None:
    order = scene.taken_as_far("picked_up")
    Image.effect_noise((640, 480), 60).convert("RGB").save(tmp_path / "door.jpg")
    courier = as_persona("courier1")
    courier.go(f"/errands/{order['id']}")
    page = courier.live().page
    page.locator("#code").fill("12")
    page.locator("summary").click()
    page.set_input_files("#photo", tmp_path / "door.jpg")
    page.locator("#why").fill("老人在休息")
    scene.do("coordinator", order["id"], "correct", version=0, summary="代取降糖药")
    courier.sees("#errand", has_text="代取降糖药")
    expect(page.locator("#code")).to_have_value("12")
    expect(page.locator("#why")).to_have_value("老人在休息")
    expect(page.locator("#why")).to_be_focused()
    page.get_by_role("button", name="用照片完成").click()
    courier.sees(".thanks")
    assert scene["clerk"].get(f"/orders/{order['id']}").json()["delivery"] == {"reason": "老人在休息", "photo": True}


def test_her_words_stay_when_somebody_else_touches_the_order_that_she_calls_back(as_persona: AsPersona, scene: Scene) -> None:
    order = scene.taken_as_far("delivered")
    page = as_persona("clerk").live().page
    card = page.locator(f'#callbacks [data-id="{order["id"]}"]')
    words = card.get_by_label("老人怎么说")
    words.fill("药少了一盒")
    scene.do("coordinator", order["id"], "not-reached")
    expect(card).to_contain_text("打过 1 次没通", timeout=PATIENCE_MS)
    expect(words).to_have_value("药少了一盒")
    expect(words).to_be_focused()


def test_his_own_word_about_a_record_stays_when_another_record_comes_in(as_persona: AsPersona, scene: Scene) -> None:
    courier = as_persona("courier1").live()
    page = courier.page

    def missed() -> Any:
        order = scene.taken_as_far("claimed")
        scene.do("coordinator", order["id"], "no-show", person_id=scene.courier("courier1"), reason="never_came")
        return page.locator("#no-shows .card", has_text=order["number"])

    words = missed().locator("textarea")
    words.fill("电动车坏在路上")
    page.locator("#duty-said").click()
    expect(missed()).to_be_visible(timeout=PATIENCE_MS)
    expect(words).to_have_value("电动车坏在路上")


def test_an_amount_half_typed_stays_when_a_part_has_been_paid_meanwhile(as_persona: AsPersona, scene: Scene) -> None:
    order = scene.advance(2350)
    clerk = as_persona("clerk")
    clerk.go("/money")
    page = clerk.live().page
    page.locator("#advances .opener").first.click()
    amount = page.locator("#advances input[name=amount]").first
    amount.fill("5")
    scene.do("clerk", order["id"], "settle", version=1, way="resident", how="wechat", amount=1000)
    expect(page.locator("#advances .tag")).to_contain_text("13.50", timeout=PATIENCE_MS)
    expect(amount).to_have_value("5")
    expect(amount).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#advances .tag")).to_contain_text("8.50", timeout=PATIENCE_MS)
    # What has been booked is gone from its form.
    expect(page.locator("#advances .opener").first).to_have_attribute("aria-expanded", "false")
    page.locator("#advances .opener").first.click()
    expect(amount).to_have_value("8.50")


def test_a_day_that_nobody_has_chosen_is_todays_on_a_page_open_overnight(as_persona: AsPersona, scene: Scene) -> None:
    clerk = as_persona("clerk")
    page = clerk.page
    page.clock.install(time="2026-11-25T23:50:00+08:00")
    clerk.go("/money")
    page.locator("summary", has_text="拨入或交回").click()
    day = page.locator("#fund [name=paid_on]")
    expect(day).to_have_value("2026-11-25")
    page.clock.fast_forward("00:20:00")
    expect(day).to_have_value("2026-11-26", timeout=PATIENCE_MS)
    day.fill("2026-11-20")
    page.clock.fast_forward("24:00:00")
    expect(day).to_have_value("2026-11-20")


def test_whom_she_has_ticked_stays_ticked_when_another_loan_comes_in(as_persona: AsPersona, scene: Scene) -> None:
    first = scene.ask(1)
    lender = as_persona("coordinator")
    lender.go("/loans")
    page = lender.live().page
    boxes = page.locator(f'#loans [data-id="{first}"] .picks input')
    boxes.nth(2).check()
    second = scene.ask(1)
    assert scene["coordinator2"].post(f"/loans/{first}/withdraw", key=str(uuid.uuid4())).ok
    third = scene.ask(1)
    expect(page.locator(f'#loans [data-id="{second}"]')).to_be_visible(timeout=PATIENCE_MS)
    page.locator(f'#loans [data-id="{second}"] .picks input').nth(1).check()
    expect(page.locator(f'#loans [data-id="{third}"]')).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator(f'#loans [data-id="{first}"]')).to_have_attribute("data-status", "withdrawn", timeout=PATIENCE_MS)
    expect(page.locator(f'#loans [data-id="{second}"] .picks input').nth(1)).to_be_checked()


def test_what_she_trusts_him_with_stays_on_the_form_that_was_refused_and_the_language_leads_back(
    as_persona: AsPersona, scene: Scene
) -> None:
    page = as_persona("coordinator").go(f"/couriers/{scene.courier('courier1')}")
    for skill in ("medicine", "heavy", "escort", "living_alone"):
        page.locator(f"[name=skills][value={skill}]").set_checked(skill != "medicine")
    page.fill("#until-escort", "2031-05-06")
    page.fill("#until-heavy", "2020-01-01")
    page.get_by_role("button", name="保存").click()
    expect(page.locator(".error")).to_contain_text("到期日已经过了", timeout=PATIENCE_MS)
    ticked = page.locator("[name=skills]").evaluate_all("all => all.filter((one) => one.checked).map((one) => one.value)")
    assert ticked == ["heavy", "escort", "living_alone"]
    expect(page.locator("#until-escort")).to_have_value("2031-05-06")
    expect(page.locator("#until-heavy")).to_have_value("2020-01-01")
    assert page.url.endswith("/skills")
    page.get_by_role("button", name="English").click()
    page.wait_for_url(f"**/couriers/{scene.courier('courier1')}")
    expect(page.locator("h1")).to_have_text("钱建国")


def test_a_row_that_changes_keeps_what_is_open_in_it_and_the_focus(as_persona: AsPersona, scene: Scene) -> None:
    coordinator = as_persona("coordinator")
    coordinator.go("/couriers")
    page = coordinator.live().page
    row = page.locator("tbody tr", has_text="钱建国").first
    row.locator("summary").focus()
    page.keyboard.press("Enter")
    scene["courier1"].http.put(f"{scene.house.url}/api/v1/me/duty", json={"on": False}, timeout=30).raise_for_status()
    expect(row.locator(".tag")).to_have_text("收工", timeout=PATIENCE_MS)
    expect(row.locator("summary")).to_be_focused()
    expect(row.get_by_role("button", name="生成新邀请")).to_be_visible()


def test_two_keys_do_not_put_an_earlier_need_over_one_half_typed(as_persona: AsPersona, scene: Scene) -> None:
    order = scene.post(resident={"name": "何秀兰", "phone": "13900007788"})
    page = as_persona("clerk").live().page
    page.fill("#name", "陈桂兰")
    page.fill("#summary", "两瓶酱油")
    page.locator(f'[data-id="{order["id"]}"] button').first.focus()
    page.keyboard.press("Alt+r")
    expect(page.locator("#wrong")).to_contain_text("表单里还有没发布的内容", timeout=PATIENCE_MS)
    expect(page.locator("#summary")).to_have_value("两瓶酱油")
    page.keyboard.press("Alt+r")
    expect(page.locator("#draft")).to_contain_text(order["number"], timeout=PATIENCE_MS)
    expect(page.locator("#name")).to_have_value("何秀兰")
    expect(page.locator("#wrong")).to_be_hidden()


def test_what_is_typed_while_a_need_is_on_its_way_stays(as_persona: AsPersona, scene: Scene) -> None:
    page = as_persona("clerk").live().page
    held = held_back(page, "/api/v1/orders")
    page.fill("#name", "陈桂兰")
    page.fill("#building", "3号楼")
    page.keyboard.press("Enter")
    until(page, lambda: held)
    page.fill("#name", "孙秀英")
    held[0].continue_()
    expect(page.locator("#posted-code")).not_to_be_empty(timeout=PATIENCE_MS)
    expect(page.locator("#name")).to_have_value("孙秀英")
    page.unroute("**/api/v1/orders")


def test_her_note_goes_with_her_even_after_something_was_added_and_is_back_when_she_is(as_persona: AsPersona, scene: Scene) -> None:
    page = as_persona("clerk").live().page
    page.locator("#name").press_sequentially("syl")
    page.get_by_role("option", name="单玉兰").click()
    page.locator("summary", has_text="更多").click()
    page.fill("#private_note", "腿脚不好，请等一等，带老花镜")
    page.fill("#name", "钱来福")
    expect(page.locator("#private_note")).to_have_value("")
    page.fill("#name", "")
    page.locator("#name").press_sequentially("syl")
    page.get_by_role("option", name="单玉兰").click()
    expect(page.locator("#private_note")).to_have_value("腿脚不好，请等一等，带老花镜")


def test_a_weekly_need_is_for_somebody_found_by_initials_and_a_half_typed_one_is_not_written_over(
    as_persona: AsPersona, scene: Scene
) -> None:
    clerk = as_persona("clerk")
    clerk.go("/standing")
    page = clerk.live().page
    page.locator("#name").focus()
    page.keyboard.type("syl", delay=40)
    expect(page.get_by_role("option", name="单玉兰")).to_be_visible(timeout=PATIENCE_MS)
    for key in ("ArrowDown", "Enter"):
        page.keyboard.press(key)
    expect(page.locator("#phone")).to_have_attribute("placeholder", "139****0001")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("fieldset:has([name=weekdays]) #need-wrong")).to_have_text("每周哪几天：请至少选一天。")
    expect(page.locator("[name=weekdays][aria-invalid]")).to_have_count(1)
    page.locator("[name=weekdays][value='2']").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    card = page.locator("#standings .card", has_text="单玉兰")
    expect(card).to_contain_text("进行中", timeout=PATIENCE_MS)
    expect(page.locator("[aria-invalid]")).to_have_count(0)
    assert scene["clerk"].post("/residents/find", {"q": "单玉兰"}).json()["total"] == 1
    page.fill("#summary", "每周的药")
    card.get_by_role("button", name="修改").click()
    expect(page.locator("#wrong")).to_contain_text("表单里还有没保存的内容")
    expect(page.locator("#summary")).to_have_value("每周的药")
    card.get_by_role("button", name="修改").click()
    expect(page.locator("#form-title")).to_have_text("修改固定需求")
    expect(page.locator("#name")).to_have_value("单玉兰")


def test_a_sheet_is_written_under_one_key_however_often_it_is_tried_and_another_under_another(
    as_persona: AsPersona, scene: Scene, tmp_path: Path
) -> None:
    clerk = as_persona("clerk")
    clerk.go("/residents/import")
    page = clerk.live().page
    keys: list[str] = []

    def note(request: Request) -> None:
        key = request.headers.get("idempotency-key")
        if request.url.endswith("/care-list/import") and key:
            keys.append(key)

    def write(name: str, *, lost: bool = False) -> None:
        if lost:
            page.route("**/care-list/import", lambda route: route.abort())
        page.get_by_role("button", name="写进名单").click()
        expect(page.locator("#sheet-wrong" if lost else "#report")).to_contain_text("没有网络" if lost else name, timeout=PATIENCE_MS)
        page.unroute("**/care-list/import")

    page.on("request", note)
    # Two files of the same name and the same size.
    for n, (name, tail) in enumerate((("钱来福", "2468"), ("孙来福", "2469"))):
        folder = tmp_path / str(n)
        folder.mkdir()
        (folder / "list.csv").write_bytes(csv_bytes([HEADINGS, [name, f"1375550{tail}", "3号楼", "301", "独居", "2026-11-20", "电话"]]))
        page.set_input_files("#file", folder / "list.csv")
        page.get_by_role("button", name="先看一看").click()
        expect(page.locator("#report")).to_contain_text("新增 1 位", timeout=PATIENCE_MS)
        write(name, lost=True)
        write("已写进名单")
    assert keys[0] == keys[1] != keys[2] == keys[3]
    found: Any = scene["clerk"].post("/residents/find", {"q": "来福"}).json()
    assert found["total"] == 2
