"""Map, corners, rates and case sheet, as they are looked at: by keyboard, on paper, with tiles of the operator's and without."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.conftest import NewHouse
from tests.house import House
from tests.pages.conftest import opened
from tests.pages.hazard_scenes import CORNER, done, everywhere, reported
from tests.pages.personas import DESKTOP, NARROW, PHONE, AsPersona, until
from tests.pages.scenes import Scene
from tests.pages.test_for_everybody import INLINE, TARGETS, look

pytestmark = pytest.mark.slow
PLACE = {"lat": CORNER["lat"] + 0.012, "lon": CORNER["lon"], "building": "垃圾站旁"}


def comes_back(scene: Scene) -> dict[str, Any]:
    """It was cleared and seen to be gone, and it is there again."""
    first = reported(scene, **PLACE)
    for verb, said in [("accept", {}), ("assign", {}), ("fix", {"reason": "已清运"})]:
        done(scene, "coordinator", first, verb, **said)
    done(scene, "clerk", first, "verify")
    again = reported(scene, "courier2", **PLACE)
    done(scene, "coordinator", again, "accept")
    return again


@pytest.fixture(scope="module")
def lived_in(shared_house: House) -> tuple[House, str]:
    """A street with something in every state and a corner; and what is the latest there."""
    scene = Scene(shared_house)
    everywhere(scene)
    again = comes_back(scene)
    # The journals are read on every few seconds.
    corners = "/hazards/corners"
    for _ in range(600):
        if any(one["building"] == PLACE["building"] for one in scene["coordinator"].get(corners).json()["items"]):
            break
        threading.Event().wait(0.1)
    scene.close()
    return shared_house, again["id"]


def pages(hazard_id: str) -> dict[str, list[str]]:
    desks = ["/hazards/map?status=", "/hazards/map?status=verified&age=older_30", "/hazards/corners", "/hazards/rates"]
    return {
        "coordinator": [*desks, f"/hazards/{hazard_id}/sheet", "/hazards/rates?unit_id=120116014003"],
        "clerk": [*desks, f"/hazards/{hazard_id}/sheet"],
        "courier1": ["/hazards/map?status="],
        "supervisor": ["/hazards/rates", "/hazards/rates?unit_id=120116014", "/hazards/map?status="],
    }


@pytest.mark.parametrize(("locale", "color_scheme"), [("zh", "light"), ("zh", "dark"), ("en", "light"), ("en", "dark")])
def test_every_page_can_be_read_by_everybody(lived_in: tuple[House, str], as_persona: AsPersona, locale: str, color_scheme: str) -> None:
    house, hazard_id = lived_in
    wrong: list[str] = []
    for login, paths in pages(hazard_id).items():
        persona = as_persona(login, None, locale, color_scheme, house=house)
        for path in paths:
            source = persona.page.goto(f"{persona.base}{path}")
            assert source is not None
            assert source.status == 200, path
            persona.page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
            wrong += [f"{login} {path}: {one}" for one in look(persona)]
            wrong += [f"{login} {path}: inline {one.group()}" for one in INLINE.finditer(source.text())]
        wrong += [f"{login}: {one}" for one in persona.complaints() + persona.strangers()]
        persona.leave()
    assert not wrong, "\n".join(sorted(set(wrong)))


@pytest.mark.parametrize("viewport", [PHONE, NARROW, DESKTOP], ids=["390", "320", "1366"])
def test_nothing_is_too_wide_and_every_target_takes_a_thumb(
    lived_in: tuple[House, str], as_persona: AsPersona, viewport: tuple[int, int]
) -> None:
    house, hazard_id = lived_in
    wrong: list[str] = []
    for login, paths in pages(hazard_id).items():
        persona = as_persona(login, viewport, "en", house=house)
        for path in paths:
            persona.go(path)
            persona.page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
            wide = persona.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            wrong += [f"{login} {path}: {wide} px too wide"] if wide > 0 else []
            wrong += [f"{login} {path}: {one}" for one in persona.page.evaluate(TARGETS)]
        persona.leave()
    assert not wrong, "\n".join(sorted(set(wrong)))


def test_by_keyboard_alone_a_filter_is_chosen_and_it_sticks(lived_in: tuple[House, str], as_persona: AsPersona) -> None:
    house, hazard_id = lived_in
    coordinator = as_persona("coordinator", house=house)
    page = coordinator.go("/hazards/map?status=alive")
    coordinator.live()
    assert page.locator(f"#h-{hazard_id}").count() == 1
    page.locator("#status").focus()
    for _ in range(page.locator("#status option").count()):
        if page.locator("#status").input_value() != "verified":
            page.keyboard.press("ArrowDown")
    coordinator.tab_to("筛选")
    page.keyboard.press("Enter")
    page.wait_for_url("**status=verified**")
    assert page.locator(f"#h-{hazard_id}").count() == 0
    assert page.locator(".found-hazards .card").count() >= 1
    coordinator.go("/hazards")
    coordinator.go("/hazards/map")
    expect(page.locator("#status")).to_have_value("verified")
    coordinator.go("/hazards/map?status=alive")
    coordinator.live()
    coordinator.tab_to("康翠社区")
    page.keyboard.press("Enter")
    page.wait_for_url("**community_id=120116014003**")
    expect(page.locator("#community_id")).to_have_value("120116014003")
    expect(page.locator("a.block[aria-current]")).to_contain_text("康翠社区")


def test_the_list_follows_what_happens_while_it_is_looked_at(house: House, as_persona: AsPersona, scene: Scene) -> None:
    coordinator = as_persona("coordinator", house=house)
    coordinator.go("/hazards/map?status=accepted")
    coordinator.live().mark()
    hazard = reported(scene, **PLACE)
    done(scene, "coordinator", hazard, "accept")
    coordinator.sees(f"#h-{hazard['id']}", has_text="垃圾站旁")
    assert coordinator.marked()


def test_the_corner_stands_on_the_page_for_the_meeting_and_on_paper_nothing_else(
    lived_in: tuple[House, str], as_persona: AsPersona
) -> None:
    house, hazard_id = lived_in
    clerk = as_persona("clerk", house=house)
    page = clerk.go("/hazards/corners")
    corner = page.locator(".corners > li", has_text="垃圾站旁")
    expect(corner).to_contain_text("九十天里又出现 1 次")
    corner.locator(f"a[href$='/hazards/{hazard_id}/sheet']").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/sheet")
    expect(page.locator("h1")).to_contain_text("隐患办理单")
    expect(page.locator("tbody tr").first).to_contain_text("快递员志愿者")
    page.go_back()
    page.emulate_media(media="print")
    for hidden in (".top", ".filters", "details"):
        expect(page.locator(hidden).first).to_be_hidden()
    expect(page.locator(".only-paper")).to_be_visible()
    expect(corner).to_be_visible()


class Tiles(ThreadingHTTPServer):
    """Somebody else's map: grey squares."""

    daemon_threads = True

    def __init__(self) -> None:
        out = io.BytesIO()
        Image.new("RGB", (256, 256), "#cccccc").save(out, "PNG")
        asked: list[tuple[str, str | None]] = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append((self.path, self.headers["Referer"]))
                self.send_response(200)
                self.send_header("Content-Type", "image/png")
                self.end_headers()
                self.wfile.write(out.getvalue())

            def log_message(self, *_said: Any) -> None:
                """Nobody reads it."""

        self.asked = asked
        super().__init__(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self.server_port}"


@pytest.fixture
def tiles() -> Iterator[Tiles]:
    server = Tiles()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_with_tiles_there_are_marks_and_that_page_alone_may_ask_that_house(
    new_house: NewHouse, as_persona: AsPersona, tiles: Tiles
) -> None:
    house = opened(new_house(MAP_TILES=f"{tiles.origin}/base/{{z}}/{{x}}/{{y}}.png {tiles.origin}/words/{{z}}/{{x}}/{{y}}.png",
                             MAP_ATTRIBUTION="<b>天地图</b>"))  # fmt: skip
    scene = Scene(house)
    shown = reported(scene, **PLACE)
    done(scene, "coordinator", shown, "accept")
    scene.close()
    coordinator = as_persona("coordinator", house=house)
    answer = coordinator.page.goto(f"{coordinator.base}/hazards/map?status=alive")
    assert answer is not None
    assert f"img-src 'self' data: blob: {tiles.origin};" in answer.headers["content-security-policy"]
    coordinator.live()
    coordinator.sees(".mark.accepted")
    until(coordinator.page, lambda: {path.split("/")[1] for path, _ in tiles.asked} == {"base", "words"})
    assert {referer for _, referer in tiles.asked} == {f"{house.url}/"}, "no more than which house it is"
    coordinator.page.locator(f"[data-show='{shown['id']}']").press("Enter")
    coordinator.sees(".leaflet-popup", has_text="垃圾站旁")
    coordinator.sees("#map:focus")
    assert coordinator.page.evaluate("document.querySelectorAll('#map [tabindex=\"0\"].mark').length") == 0
    assert coordinator.page.locator("b", has_text="天地图").count() == 0
    assert look(coordinator) == []
    assert coordinator.page.evaluate(TARGETS) == []
    assert coordinator.complaints() == []
    assert [url for url in coordinator.strangers() if not url.startswith(tiles.origin)] == []
    other = coordinator.page.goto(f"{coordinator.base}/hazards/corners")
    assert other is not None
    assert tiles.origin not in other.headers["content-security-policy"]
