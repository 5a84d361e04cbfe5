"""How a report goes out from the phone: once, over the socket, kept over a reload; and where: a photo's own place, a pin, an errand."""

from __future__ import annotations

import io
import random
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, WebSocketRoute, expect

from tests.pages.hazard_scenes import CORNER, HOME
from tests.pages.personas import PATIENCE_MS, AsPersona, Persona, until
from tests.pages.scenes import Scene

pytestmark = pytest.mark.slow


def noisy() -> list[dict[str, Any]]:
    """A photo that stays large however small it is made, taken somewhere that its camera has written down."""
    picture, out = Image.effect_noise((1700, 1300), 90).convert("RGB"), io.BytesIO()
    exif = Image.Exif()
    exif.get_ifd(0x8825).update({1: "N", 2: (39.0, 2.0, 25.2), 3: "E", 4: (117.0, 42.0, 18.72)})
    picture.save(out, "JPEG", exif=exif, quality=80)
    return [{"name": "IMG_0002.JPG", "mimeType": "image/jpeg", "buffer": out.getvalue()}]


def plain() -> list[dict[str, Any]]:
    out = io.BytesIO()
    Image.new("RGB", (640, 480), random.choice(["olive", "teal"])).save(out, "JPEG")
    return [{"name": "IMG_0003.JPG", "mimeType": "image/jpeg", "buffer": out.getvalue()}]


def shoot(page: Page, files: list[dict[str, Any]]) -> None:
    page.locator("#report input[type=file]").set_input_files(files)
    expect(page.locator("#report .thumbs img")).to_have_count(1, timeout=PATIENCE_MS)


def fill(page: Page, building: str = "3号楼", note: str = "三楼拐角有一袋垃圾") -> None:
    page.locator("#kinds .chip", has_text="暴露垃圾").click()
    page.locator("#by-name").evaluate("one => (one.open = true)")
    page.fill("#building", building)
    page.locator("#community_id").select_option(HOME)
    page.fill("#note", note)


def mine(scene: Scene) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = scene["courier1"].get("/hazards", status="mine").json()["items"]
    return found


def on_the_phone(persona: Persona, path: str = "/hazards/mine") -> Page:
    persona.go(path)
    return persona.live().page


@pytest.mark.parametrize(("photo", "posts"), [(plain, 0), (noisy, 1)])
def test_a_report_goes_over_the_socket_and_what_no_frame_takes_goes_ahead(
    as_persona: AsPersona, scene: Scene, photo: Any, posts: int
) -> None:
    courier = as_persona("courier1")
    page = on_the_phone(courier)
    sent: list[str] = []
    page.on("request", lambda request: request.method == "POST" and "/api/v1/hazards" in request.url and sent.append(request.url))
    shoot(page, photo())
    fill(page)
    page.locator("#send").click()
    courier.sees("#thanks")
    assert [url.rsplit("/api/v1", 1)[1] for url in sent] == ["/hazards/photos"] * posts
    (hazard,) = mine(scene)
    assert (hazard["note"], len(hazard["photos"])) == ("三楼拐角有一袋垃圾", 1)
    assert not courier.complaints()


def test_an_answer_that_is_lost_on_the_socket_is_asked_for_by_http_and_it_is_one_report(as_persona: AsPersona, scene: Scene) -> None:
    courier = as_persona("courier1")
    deaf = {"now": False}

    def through(line: WebSocketRoute) -> None:
        house = line.connect_to_server()
        line.on_message(house.send)
        # What begins so is the acknowledgement of a command.
        house.on_message(lambda said: None if deaf["now"] and str(said).startswith("43") else line.send(said))

    courier.page.route_web_socket("**/socket.io/**", through)
    page = on_the_phone(courier)
    shoot(page, plain())
    fill(page)
    deaf["now"] = True
    with page.expect_request(lambda request: request.method == "POST" and request.url.endswith("/api/v1/hazards"), timeout=PATIENCE_MS):
        page.locator("#send").click()
    courier.sees("#thanks")
    assert len(mine(scene)) == 1


def test_what_could_not_be_sent_is_there_after_a_reload_and_arrives_once(as_persona: AsPersona, scene: Scene) -> None:
    courier = as_persona("courier1")
    page = on_the_phone(courier)
    shoot(page, noisy())
    fill(page, building="9号楼")
    lost: list[str] = []

    def lose(route: Any) -> None:
        """The answer is lost, of the photo's and of the report's."""
        lost.append(route.request.url)
        route.fetch()
        route.abort()

    page.route("**/api/v1/hazards/photos", lose)
    page.locator("#send").click()
    courier.sees("#unsent", has_text="都还在")
    assert mine(scene) == []
    page.unroute("**/api/v1/hazards/photos")
    page.reload()
    courier.live().sees("#unsent", has_text="上次没有发出去")
    expect(page.locator("#note")).to_have_value("三楼拐角有一袋垃圾")
    expect(page.locator("#building")).to_have_value("9号楼")
    expect(page.locator("#report .thumbs img")).to_have_count(1)
    page.get_by_role("button", name="再发一次").click()
    courier.sees("#thanks")
    assert [(one["building"], len(one["photos"])) for one in mine(scene)] == [("9号楼", 1)]
    page.reload()
    courier.live()
    expect(page.locator("#note")).to_have_value("")
    expect(page.locator("#unsent")).to_be_hidden()
    assert lost


def test_the_place_that_a_camera_has_written_is_offered_and_goes_only_if_it_is_taken(as_persona: AsPersona, scene: Scene) -> None:
    courier = as_persona("courier1")
    page = on_the_phone(courier)
    shoot(page, noisy())
    courier.sees("#photo-place", has_text="雅园社区")
    page.locator("#photo-place button").click()
    courier.sees("#place-said", has_text="用照片里的位置")
    page.locator("#kinds .chip", has_text="暴露垃圾").click()
    page.locator("#send").click()
    courier.sees("#thanks")
    (hazard,) = mine(scene)
    assert (round(hazard["lat"], 4), round(hazard["lon"], 4)) == (39.0403, 117.7052)
    expect(page.locator("#photo-place")).to_be_hidden()


def test_the_pin_is_set_by_a_tap_and_moved_by_the_arrow_keys(as_persona: AsPersona, scene: Scene) -> None:
    courier = as_persona("courier1")
    courier.context.grant_permissions(["geolocation"])
    courier.context.set_geolocation({"latitude": CORNER["lat"], "longitude": CORNER["lon"]})
    page = on_the_phone(courier)
    page.locator("#find-place").click()
    courier.sees("#place-said", has_text="位置已取到")
    page.locator("#on-map summary").click()
    courier.sees("#pin [role=status]", has_text="康翠社区")
    page.locator(".pin-map .pin").focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowUp")
    courier.sees("#place-said", has_text="用地图上的位置")
    page.locator("#kinds .chip", has_text="暴露垃圾").click()
    page.locator("#send").click()
    courier.sees("#thanks")
    (hazard,) = mine(scene)
    north, east = hazard["lat"] - CORNER["lat"], hazard["lon"] - CORNER["lon"]
    assert (round(north * 111_320), round(east * 111_320 * 0.7767)) == (50, 15)
    page.locator(".pin-map").click(position={"x": 40, "y": 40})
    courier.sees("#place-said", has_text="用地图上的位置")
    assert not courier.complaints()


def test_from_an_errand_its_building_is_there_and_the_errand_is_for_the_station_alone(as_persona: AsPersona, scene: Scene) -> None:
    order = scene.taken_as_far("claimed", building="8号楼", lat=39.0395, lon=117.7019)
    courier = as_persona("courier1")
    page = on_the_phone(courier, f"/errands/{order['id']}")
    page.get_by_role("link", name="上报隐患").click()
    courier.live().sees("#errand-line", has_text=order["number"])
    expect(page.locator("#building")).to_have_value("8号楼")
    page.locator("#kinds .chip", has_text="暴露垃圾").click()
    page.locator("#send").click()
    courier.sees("#thanks")
    (hazard,) = mine(scene)
    assert hazard["order_id"] == order["id"]
    assert (hazard["building"], hazard["community_id"]) == ("8号楼", order["community_id"])
    until(page, lambda: scene["coordinator"].get(f"/hazards/{hazard['id']}").json()["order_id"] == order["id"])
    page.goto(f"{courier.base}/hazards/mine?order={'0' * 32}")
    courier.live()
    expect(page.locator("#errand-line")).to_be_hidden()
