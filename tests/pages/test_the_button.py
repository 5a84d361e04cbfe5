"""The button never lies: lost answers, a socket that never opens, two taps, two who were quicker."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, WebSocketRoute, expect

from tests.pages.personas import NO_SOCKETS, PATIENCE_MS, AsPersona, Persona, until
from tests.pages.scenes import Scene

pytestmark = pytest.mark.slow
SUMMARY = "送一盒降压药"
Line = dict[str, Any]


@pytest.fixture
def deaf_line() -> Callable[[Persona], Line]:
    """Between this persona and the house somebody may swallow what the house says; what the page says still arrives."""

    def lay(persona: Persona) -> Line:
        line: Line = {"swallow": False, "said": []}

        def between(here: WebSocketRoute) -> None:
            there = here.connect_to_server()
            here.on_message(lambda message: (line["said"].append(str(message)), there.send(message)))
            there.on_message(lambda message: None if line["swallow"] else here.send(message))

        persona.page.route_web_socket("**/socket.io/**", between)
        persona.page.reload()
        persona.live()
        return line

    return lay


def never_opens(persona: Persona) -> None:
    persona.page.add_init_script(NO_SOCKETS)
    persona.page.reload()
    expect(persona.page.locator('#line[data-state="back"]')).to_have_text("○ 正在重连…", timeout=PATIENCE_MS)


def grab(page: Page, summary: str = SUMMARY) -> Any:
    card = page.locator("#board .card", has_text=summary)
    button = card.locator("button.big")
    expect(button).to_have_text("抢单", timeout=PATIENCE_MS)
    return button


def keys_by_http(persona: Persona, verb: str) -> list[str]:
    """The idempotency keys of the commands that go by HTTP from now on."""
    keys: list[str] = []
    persona.page.on(
        "request", lambda request: keys.append(request.headers["idempotency-key"]) if request.url.endswith(f"/{verb}") else None
    )
    return keys


def claims_of(scene: Scene, order_id: str) -> list[dict[str, Any]]:
    """What the journal says of this order's claims."""
    station = scene["coordinator"].get("/me").json()["station_id"]
    entries = scene["coordinator"].get("/journal", station_id=station, since=0).json()["entries"]
    return [one for one in entries if one["type"] == "order.claimed" and one["data"]["order_id"] == order_id]


def test_the_answer_is_lost_and_the_claim_goes_by_http_with_the_same_key(
    as_persona: AsPersona, scene: Scene, deaf_line: Callable[[Persona], Line]
) -> None:
    order = scene.post(summary=SUMMARY)
    courier = as_persona("courier1")
    line, keys = deaf_line(courier), keys_by_http(courier, "claim")
    button = grab(courier.page)
    line["swallow"] = True
    button.click()
    expect(courier.page.locator('#board [data-id] button[aria-busy="true"]')).to_have_text("正在抢…")
    courier.page.wait_for_url(f"**/errands/{order['id']}")
    (by_socket,) = [message for message in line["said"] if '"order.claim"' in message]
    assert [json.loads(by_socket[by_socket.index("[") :])[1]["key"]] == keys
    assert len(claims_of(scene, order["id"])) == 1
    assert [one["name"] for one in scene["coordinator"].get(f"/orders/{order['id']}").json()["holders"]] == ["钱建国"]


def beaten(as_persona: AsPersona, scene: Scene, deaf_line: Callable[[Persona], Line]) -> tuple[Persona, str]:
    """He presses, somebody else was quicker, and what the house says by the line is lost; he, and the order."""
    order = scene.post(summary=SUMMARY)
    courier = as_persona("courier1")
    line = deaf_line(courier)
    button = grab(courier.page)
    line["swallow"] = True
    scene.do("courier2", order["id"], "claim")
    courier.expects("#board .card.gone button.big", "已被抢")
    button.click()
    return courier, order["id"]


def test_the_answer_is_lost_and_somebody_else_was_quicker(
    as_persona: AsPersona, scene: Scene, deaf_line: Callable[[Persona], Line]
) -> None:
    courier, order_id = beaten(as_persona, scene, deaf_line)
    assert courier.saw()
    courier.sees("#board .card .tag", has_text="看看这一单")
    assert "/board" in courier.page.url
    assert len(claims_of(scene, order_id)) == 1


def test_the_board_is_laid_anew_while_he_tries_and_he_is_told_all_the_same(
    as_persona: AsPersona, scene: Scene, deaf_line: Callable[[Persona], Line]
) -> None:
    courier, _ = beaten(as_persona, scene, deaf_line)
    with courier.page.expect_response("**/orders?status=open"):
        courier.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    assert courier.saw()


def test_pressed_without_a_network_and_carried_out_when_it_is_back_it_is_his_and_he_is_told_so(as_persona: AsPersona, scene: Scene) -> None:
    """In a lift the line seems open: what it was given arrives later, when the page has said “try again” already."""
    order, kept = scene.post(summary=SUMMARY), []
    courier = as_persona("courier1")
    line: Line = {"away": False}

    def between(here: WebSocketRoute) -> None:
        there = here.connect_to_server()
        line["there"] = there
        here.on_message(lambda message: kept.append(message) if line["away"] else there.send(message))
        there.on_message(here.send)

    courier.page.route_web_socket("**/socket.io/**", between)
    courier.page.reload()
    courier.live()
    button = grab(courier.page)
    line["away"] = True
    courier.page.route("**/claim", lambda route: route.abort())
    button.click()
    courier.sees("#wrong", has_text="没有网络")
    line["away"] = False
    courier.page.unroute("**/claim")
    for message in kept:
        line["there"].send(message)
    courier.page.wait_for_url(f"**/errands/{order['id']}")
    assert len(claims_of(scene, order["id"])) == 1


def test_one_that_was_cancelled_is_not_called_taken(as_persona: AsPersona, scene: Scene, deaf_line: Callable[[Persona], Line]) -> None:
    order = scene.post(summary=SUMMARY)
    courier = as_persona("courier1")
    line = deaf_line(courier)
    button = grab(courier.page)
    line["swallow"] = True
    scene.do("clerk", order["id"], "cancel", reason="solved")
    courier.expects("#board .card.gone button.big", "已不在看板上")
    button.click()
    assert courier.saw()


def test_a_socket_never_opens(as_persona: AsPersona, scene: Scene) -> None:
    courier = as_persona("courier1")
    never_opens(courier)
    order = scene.post(summary=SUMMARY)
    keys = keys_by_http(courier, "claim")
    courier.sees("#board .card", has_text=SUMMARY)
    grab(courier.page).click()
    courier.page.wait_for_url(f"**/errands/{order['id']}")
    assert len(keys) == 1
    assert len(claims_of(scene, order["id"])) == 1


def test_no_answer_comes_at_all_and_the_next_tap_carries_the_same_key(as_persona: AsPersona, scene: Scene) -> None:
    order = scene.post(summary=SUMMARY)
    courier = as_persona("courier1")
    never_opens(courier)
    keys = keys_by_http(courier, "claim")

    def carried_out_and_lost(route: Route) -> None:
        route.fetch()
        route.abort()

    courier.page.route("**/claim", carried_out_and_lost)
    button = grab(courier.page)
    button.click()
    expect(courier.page.locator("#wrong")).to_have_text("没有网络，请稍后再试。", timeout=PATIENCE_MS)
    expect(button).to_have_text("抢单")
    courier.page.unroute("**/claim")
    button.click()
    courier.page.wait_for_url(f"**/errands/{order['id']}")
    assert len(keys) == 2
    assert len(set(keys)) == 1
    assert len(claims_of(scene, order["id"])) == 1


@pytest.mark.parametrize(("state", "verb", "button"), [("claimed", "pick-up", "已取到"), ("picked_up", "deliver", "送到了")])
def test_a_step_on_the_way_is_repeated_with_its_key(as_persona: AsPersona, scene: Scene, state: str, verb: str, button: str) -> None:
    order = scene.taken_as_far(state)
    courier = as_persona("courier1")
    courier.go(f"/errands/{order['id']}")
    never_opens(courier)
    keys = keys_by_http(courier, verb)
    courier.page.route(f"**/{verb}", lambda route: route.abort())
    if verb == "deliver":
        courier.page.get_by_label("请老人念四位交接码").fill(order["code"])
    courier.page.get_by_role("button", name=button).click()
    expect(courier.page.locator("#wrong")).to_have_text("没有网络，请稍后再试。", timeout=PATIENCE_MS)
    courier.page.unroute(f"**/{verb}")
    courier.page.get_by_role("button", name=button).click()
    courier.sees("#errand .tag", has_text={"pick-up": "送件中", "deliver": "已送到"}[verb])
    assert len(keys) == 2
    assert len(set(keys)) == 1


def test_two_taps_are_one_command(as_persona: AsPersona, scene: Scene) -> None:
    order = scene.taken_as_far("claimed")
    courier = as_persona("courier1")
    courier.go(f"/errands/{order['id']}")
    never_opens(courier)
    keys = keys_by_http(courier, "pick-up")
    waiting: list[Route] = []

    def hold_back(route: Route) -> None:
        waiting.append(route)

    courier.page.route("**/pick-up", hold_back, times=1)
    for _ in range(2):
        courier.page.get_by_role("button", name="已取到").dispatch_event("click")
    expect(courier.page.locator("#errand button[aria-busy]")).to_have_text("已取到")
    until(courier.page, lambda: waiting)
    waiting[0].continue_()
    courier.sees("#errand .tag", has_text="送件中")
    assert len(keys) == 1


def test_hands_are_full_and_the_word_stays_until_it_is_read(as_persona: AsPersona, scene: Scene) -> None:
    for _ in range(3):
        scene.taken_as_far("claimed")
    scene.post(summary=SUMMARY)
    courier = as_persona("courier1").live()
    grab(courier.page).click()
    expect(courier.page.locator("#wrong")).to_have_text("您手上的单已经满了，先送完一单再抢。", timeout=PATIENCE_MS)
    scene.post(summary="又来了一单")
    courier.sees("#board .card", has_text="又来了一单")
    expect(courier.page.locator("#wrong")).to_be_visible()
    grab(courier.page)


def test_the_place_is_told_once_after_the_claim_and_never_with_it(as_persona: AsPersona, scene: Scene) -> None:
    order = scene.post(summary=SUMMARY)
    courier = as_persona("courier1").live()
    courier.context.grant_permissions(["geolocation"])
    courier.context.set_geolocation({"latitude": 39.03, "longitude": 117.69})
    bodies: list[tuple[str, Any]] = []
    courier.page.on("request", lambda request: bodies.append((request.url, request.post_data_json)) if request.method != "GET" else None)
    with courier.page.expect_response("**/me/duty") as told:
        grab(courier.page).click()
    assert told.value.ok
    assert courier.page.url.endswith(f"/errands/{order['id']}")
    (duty,) = [body for url, body in bodies if url.endswith("/me/duty")]
    assert duty == {"on": True, "lat": 39.03, "lon": 117.69}
    courier.page.reload()
    courier.live()
    assert len([url for url, _body in bodies if url.endswith("/me/duty")]) == 1
