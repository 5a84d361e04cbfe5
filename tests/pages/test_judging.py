"""A coordinator's further means: parts of a photo made black, corrections, histories, reasons, rules and kinds of her own."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.pages.hazard_scenes import CORNER, RUBBISH, camera, done, reported
from tests.pages.personas import PATIENCE_MS, AsPersona
from tests.pages.scenes import Scene
from tests.pages.test_hazards import stands

pytestmark = pytest.mark.slow


def test_a_face_is_blacked_out_with_the_mouse_and_a_number_plate_by_numbers(as_persona: AsPersona, scene: Scene) -> None:
    files = {"photo": ("a.jpg", camera()[0]["buffer"])}
    sent = scene["courier1"].http.post(f"{scene.house.url}/api/v1/hazards/photos", files=files, timeout=60).json()
    hazard = reported(scene, photo_ids=[sent["photo_id"]])
    coordinator = as_persona("coordinator")
    coordinator.go("/hazards")
    page = coordinator.live().page
    page.locator("#queue .slip").first.click()
    page.locator("#opened").get_by_role("button", name="涂黑").click()
    picture = page.locator("dialog.black-out img")
    expect(picture).to_be_visible()
    frame = picture.bounding_box()
    assert frame is not None
    x, y = frame["x"], frame["y"]
    page.get_by_role("button", name="涂黑这些地方").click()
    coordinator.sees("dialog.black-out .error", has_text="还没有划出")
    page.mouse.move(x + frame["width"] * 0.1, y + frame["height"] * 0.1)
    page.mouse.down()
    page.mouse.move(x + frame["width"] * 0.4, y + frame["height"] * 0.3, steps=4)
    page.mouse.up()
    page.get_by_role("button", name="加一块").focus()
    page.keyboard.press("Enter")
    for side, percent in (("左", "70"), ("上", "70"), ("宽", "20"), ("高", "20")):
        page.get_by_label(f"第 2 块，{side}").fill(percent)
    page.keyboard.press("Escape")
    expect(page.locator("dialog.black-out")).to_be_hidden()
    page.locator("#opened").get_by_role("button", name="涂黑").click()
    expect(page.locator("dialog.black-out rect")).to_have_count(2)
    page.get_by_role("button", name="涂黑这些地方").click()
    expect(page.locator("dialog.black-out")).to_have_count(0, timeout=PATIENCE_MS)
    (photo,) = scene["coordinator"].get(f"/hazards/{hazard['id']}").json()["photos"]
    assert photo["id"] != sent["photo_id"]
    expect(page.locator("#opened .shown img")).to_have_attribute("src", re.compile(photo["id"]), timeout=PATIENCE_MS)
    shown = scene["courier1"].http.get(f"{scene.house.url}{photo['url']}", timeout=60)
    with Image.open(io.BytesIO(shown.content)) as image:
        black = {
            at: max(image.getpixel((round(image.width * at[0]), round(image.height * at[1])))) < 30
            for at in ((0.25, 0.2), (0.8, 0.8), (0.5, 0.5), (0.05, 0.9))
        }
    assert black == {(0.25, 0.2): True, (0.8, 0.8): True, (0.5, 0.5): False, (0.05, 0.9): False}
    assert not coordinator.complaints()


def test_what_was_accepted_is_put_right_and_its_history_is_read_at_both_desks(as_persona: AsPersona, scene: Scene) -> None:
    hazard = reported(scene)
    for verb in ("accept", "assign"):
        done(scene, "coordinator", hazard, verb)
    clerk, coordinator = as_persona("clerk"), as_persona("coordinator")
    clerk.go("/hazards/community")
    clerk.live().mark()
    coordinator.go("/hazards")
    page = coordinator.live().page
    page.locator("#others .slip").first.focus()
    page.keyboard.press("c")
    page.locator("#opened").get_by_label("楼栋或位置").fill("5号楼")
    page.locator("#opened form.verb summary").click()
    page.locator("#opened .pin-map .pin").focus()
    page.keyboard.press("Shift+ArrowUp")
    page.locator("#opened form.verb > button").click()
    expect(page.locator("#opened .case-facts")).to_contain_text("5号楼", timeout=PATIENCE_MS)
    clerk.sees("#due .card", has_text="5号楼")
    after = scene["coordinator"].get(f"/hazards/{hazard['id']}").json()
    assert after["building"] == "5号楼"
    assert round((after["lat"] - CORNER["lat"]) * 111_320) == 50
    for desk in (page.locator("#opened"), clerk.page.locator("#due .card")):
        desk.locator(".history-part summary").click()
        expect(desk.locator(".history li")).to_have_count(4, timeout=PATIENCE_MS)
        expect(desk.locator(".history li").last).to_contain_text("社工站 · 更正：楼栋或位置、位置")
    assert clerk.marked()
    assert not coordinator.complaints() + clerk.complaints()


def test_a_station_s_own_reason_is_entered_given_and_read(as_persona: AsPersona, scene: Scene) -> None:
    hazard = reported(scene)
    coordinator, courier = as_persona("coordinator"), as_persona("courier1")
    courier.go("/hazards/mine")
    courier.live()
    coordinator.go("/hazards")
    page = coordinator.live().page
    page.get_by_role("link", name="不予受理的理由").click()
    coordinator.live()
    page.locator("#r-zh").fill("物业周五统一清理")
    page.locator("#reason button").click()
    coordinator.sees("#reason-wrong", has_text="请填写")
    expect(page.locator("#r-en")).to_be_focused()
    expect(page.locator("#r-zh")).to_have_value("物业周五统一清理")
    page.locator("#r-en").fill("The management clears it on Fridays")
    page.locator("#reason button").click()
    coordinator.sees("#reasons .card", has_text="物业周五统一清理")
    coordinator.go("/hazards")
    coordinator.live()
    page.locator("#queue .slip").first.focus()
    page.keyboard.press("d")
    page.locator("#opened").get_by_label("物业周五统一清理").check()
    page.locator("#opened form.verb button").last.click()
    courier.sees("#mine .card", has_text="物业周五统一清理")
    assert stands(scene, hazard) == "declined"
    coordinator.go("/hazards/reasons")
    coordinator.live().page.locator("#reasons button").click()
    coordinator.sees("#reasons-empty")


def test_a_station_keeps_its_rules_and_kinds_and_a_dry_run_says_which_rule_decides(as_persona: AsPersona, scene: Scene) -> None:
    coordinator = as_persona("coordinator")
    coordinator.go("/hazards")
    page = coordinator.live().page
    page.get_by_role("link", name="类别和规则").click()
    coordinator.live().sees("#rules-empty")
    page.locator("#rule-subject").select_option("暴露垃圾")
    page.locator("#rule button").click()
    coordinator.sees("#rule .error", has_text="请填写")
    expect(page.locator("#rule-responsible")).to_be_focused()
    expect(page.locator("#rule-subject")).to_have_value(RUBBISH)
    page.locator("#rule-responsible").fill("康翠物业")
    page.locator("#rule button").click()
    coordinator.sees("#rules .card", has_text="由康翠物业处理")
    page.locator("#rule-responsible").fill("街道环卫")
    page.locator("#rule button").click()
    expect(page.locator("#rules .card")).to_have_text([re.compile("康翠物业"), re.compile("街道环卫")])
    page.locator("#try-category").select_option("暴露垃圾")
    page.locator("#try button").click()
    coordinator.sees("#tried .note", has_text="由康翠物业处理 类别都对上了，是对得最细的一条。")
    expect(page.locator("#tried li")).to_have_text([re.compile("康翠物业 就按这一条"), re.compile("街道环卫 也对得上")])
    page.locator("#try-category").select_option("路灯不亮")
    page.locator("#try button").click()
    coordinator.sees("#tried .note", has_text="由街道环卫处理")
    coordinator.sees("#tried li", has_text="对不上：类别")
    page.locator("#rules button").first.click()
    expect(page.locator("#rules .card")).to_have_count(1, timeout=PATIENCE_MS)
    assert [rule["responsible"] for rule in scene["coordinator"].get("/hazard-rules").json()["items"]] == ["街道环卫"]
    assert not coordinator.complaints()


def kinds_of(scene: Scene) -> dict[str, Any]:
    return {one["id"]: one for one in scene["coordinator"].get("/hazard-categories").json()["items"]}


def test_a_kind_is_changed_added_and_retired_and_a_mistake_keeps_what_was_typed(as_persona: AsPersona, scene: Scene) -> None:
    coordinator = as_persona("coordinator")
    coordinator.go("/hazards/rules")
    page = coordinator.live().page
    rubbish = page.locator("#kinds .card").filter(has=page.get_by_role("heading", name="暴露垃圾"))
    rubbish.locator("button.opener").click()
    rubbish.get_by_label("中文名字").fill("露天垃圾")
    rubbish.get_by_label("几小时内处理好").fill("201")
    page.keyboard.press("Enter")
    coordinator.sees("#kinds .error", has_text="请写 1 到 200 的整数。")
    expect(rubbish.get_by_label("几小时内处理好")).to_be_focused()
    expect(rubbish.get_by_label("中文名字")).to_have_value("露天垃圾")
    assert kinds_of(scene)[RUBBISH]["name"] == "暴露垃圾"
    rubbish.get_by_label("几小时内处理好").fill("3")
    page.keyboard.press("Enter")
    coordinator.sees("#kinds .card", has_text="3 个工作小时内")
    assert {name: kinds_of(scene)[RUBBISH][name] for name in ("name", "hours", "radius_m")} == {
        "name": "露天垃圾",
        "hours": 3,
        "radius_m": 50,
    }
    page.get_by_text("加一个本站的类别").click()
    new = page.locator("#new-kind")
    new.get_by_label("代码").fill("other")
    new.get_by_label("中文名字").fill("长椅坏了")
    new.get_by_label("英文名字").fill("Bench broken")
    new.locator("button.go").click()
    coordinator.sees("#new-kind .error", has_text="这个代码已经有了，请换一个。")
    expect(new.get_by_label("中文名字")).to_have_value("长椅坏了")
    new.get_by_label("代码").fill("bench")
    new.locator("button.go").click()
    bench = page.locator("#kinds .card").filter(has_text="长椅坏了")
    coordinator.sees("#kinds .card", has_text="长椅坏了")
    expect(bench.locator("button.opener")).to_be_focused()
    expect(page.locator("#try-category")).to_contain_text("长椅坏了")
    page.keyboard.press("Enter")
    bench.get_by_label("在用（不勾：停用）").uncheck()
    bench.locator("button.go").click()
    coordinator.sees("#kinds .card", has_text="停用了")
    expect(page.locator("#try-category")).not_to_contain_text("长椅坏了")
    assert not kinds_of(scene)["local-event-bench"]["active"]
    assert not coordinator.complaints()
