"""A coordinator's further means: parts of a photo made black, what was accepted put right, its history, reasons of her own."""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.pages.hazard_scenes import CORNER, camera, done, reported
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
