"""The line goes, comes back, is slow, or the session behind it has ended."""

from __future__ import annotations

import pytest
from playwright.sync_api import WebSocketRoute, expect

from tests.pages.personas import NO_SOCKETS, PATIENCE_MS, AsPersona, until
from tests.pages.scenes import Scene

pytestmark = pytest.mark.slow
SUMMARY = "送一盒降压药"


def test_without_network_the_form_keeps_what_was_typed_and_posts_it_later(as_persona: AsPersona, scene: Scene) -> None:
    clerk = as_persona("clerk").live()
    clerk.context.set_offline(True)
    expect(clerk.page.locator("#line")).to_have_text("✕ 没有网络", timeout=PATIENCE_MS)
    typed = {"#name": "陈桂兰", "#phone": "13900001234", "#building": "3号楼", "#door": "2单元301", "#summary": SUMMARY}
    for field, words in typed.items():
        clerk.page.fill(field, words)
    clerk.page.keyboard.press("Enter")
    expect(clerk.page.locator("#need-wrong")).to_have_text("没有网络。您填的内容都还在，有网后再点一次“发布”。", timeout=PATIENCE_MS)
    assert {field: clerk.page.input_value(field) for field in typed} == typed

    clerk.context.set_offline(False)
    clerk.live()
    clerk.page.get_by_role("button", name="发布").click()
    clerk.sees("#posted-code:not(:empty)")
    clerk.sees("#orders .card", has_text=SUMMARY)
    assert len([one for one in scene["clerk"].get("/orders").json()["items"] if one["summary"] == SUMMARY]) == 1
    assert clerk.page.input_value("#name") == ""


def test_a_post_whose_answer_was_lost_is_one_order(as_persona: AsPersona, scene: Scene) -> None:
    clerk = as_persona("clerk").live()
    lost = []

    def carried_out_and_lost(route: object) -> None:
        if route.request.method == "POST" and not lost:  # type: ignore[attr-defined]
            lost.append(route.fetch())  # type: ignore[attr-defined]
            route.abort()  # type: ignore[attr-defined]
        else:
            route.continue_()  # type: ignore[attr-defined]

    clerk.page.route("**/api/v1/orders", carried_out_and_lost)
    for field, words in {"#name": "陈桂兰", "#building": "3号楼", "#summary": SUMMARY}.items():
        clerk.page.fill(field, words)
    clerk.page.keyboard.press("Enter")
    clerk.sees("#need-wrong", has_text="没有网络")
    # A press while the page is still at work counts for nothing.
    clerk.sees("#need button.go:not([aria-busy])")
    clerk.page.keyboard.press("Enter")
    clerk.sees("#posted-code:not(:empty)")
    expect(clerk.page.locator("#alike")).to_be_hidden()
    assert len([one for one in scene["clerk"].get("/orders").json()["items"] if one["summary"] == SUMMARY]) == 1


@pytest.mark.parametrize("event", ["visibilitychange", "online"])
def test_a_page_that_comes_back_catches_up_though_its_socket_has_gone_deaf(as_persona: AsPersona, scene: Scene, event: str) -> None:
    courier, deaf = as_persona("courier1"), []

    def between(here: WebSocketRoute) -> None:
        there = here.connect_to_server()
        here.on_message(there.send)
        there.on_message(lambda message: deaf or here.send(message))

    courier.page.route_web_socket("**/socket.io/**", between)
    courier.page.reload()
    courier.live()
    courier.mark()
    deaf.append(True)
    scene.post(summary=SUMMARY)
    expect(courier.page.locator("#board .card", has_text=SUMMARY)).to_have_count(0)
    courier.page.evaluate("event => (event === 'online' ? window : document).dispatchEvent(new Event(event))", event)
    courier.sees("#board .card", has_text=SUMMARY)
    assert courier.marked()


def test_a_page_that_has_missed_a_frame_notices_by_the_next_one_and_asks(as_persona: AsPersona, scene: Scene) -> None:
    courier, lose, lost = as_persona("courier1"), [True], []

    def between(here: WebSocketRoute) -> None:
        there = here.connect_to_server()
        here.on_message(there.send)
        there.on_message(lambda message: lost.append(lose.pop()) if lose and "order.posted" in str(message) else here.send(message))

    courier.page.route_web_socket("**/socket.io/**", between)
    courier.page.reload()
    courier.live()
    courier.mark()
    before = len(courier.asked)
    scene.post(summary=SUMMARY)
    until(courier.page, lambda: lost)
    expect(courier.page.locator("#board .card", has_text=SUMMARY)).to_have_count(0)
    scene.post(summary="再来一盒")
    for summary in (SUMMARY, "再来一盒"):
        courier.sees("#board .card", has_text=summary)
    assert [url for url in courier.asked[before:] if "/api/v1/journal?" in url]
    assert courier.marked()


def test_a_courier_in_a_tunnel_comes_out_and_sees_what_happened(as_persona: AsPersona, scene: Scene) -> None:
    gone = scene.post(summary="隧道前的一单")
    courier = as_persona("courier1").live()
    courier.sees("#board .card", has_text="隧道前的一单")
    courier.context.set_offline(True)
    expect(courier.page.locator("#line")).to_have_text("✕ 没有网络", timeout=PATIENCE_MS)
    scene.do("courier2", gone["id"], "claim")
    scene.post(summary=SUMMARY)
    courier.context.set_offline(False)
    courier.sees("#board .card", has_text=SUMMARY)
    expect(courier.page.locator("#board .card", has_text="隧道前的一单")).to_have_count(0, timeout=PATIENCE_MS)
    courier.live()


def test_a_slow_line_is_slow_and_works(as_persona: AsPersona, scene: Scene) -> None:
    scene.post(summary=SUMMARY)
    courier = as_persona("courier1")
    throttle = courier.context.new_cdp_session(courier.page)
    slow = {"offline": False, "latency": 600, "downloadThroughput": 30_000, "uploadThroughput": 15_000}
    throttle.send("Network.enable")
    throttle.send("Network.emulateNetworkConditions", slow)
    courier.page.goto(f"{courier.base}/board", wait_until="commit")
    courier.sees("#board .loading")
    courier.sees("#board .card", has_text=SUMMARY).locator("button.big").click()
    courier.page.wait_for_url("**/errands/*", wait_until="commit")
    courier.sees("#errand .person")


def test_a_session_that_has_ended_leads_to_the_front_door(as_persona: AsPersona, scene: Scene) -> None:
    courier = as_persona("courier1").live()
    elsewhere = courier.context.new_page()
    elsewhere.goto(f"{courier.base}/board")
    elsewhere.get_by_role("button", name="退出").click()
    courier.page.wait_for_url("**/demo")


def test_a_session_that_ended_unheard_leads_there_at_the_next_tap(as_persona: AsPersona, scene: Scene) -> None:
    order = scene.taken_as_far("claimed")
    courier = as_persona("courier1")
    courier.page.add_init_script(NO_SOCKETS)
    courier.go(f"/errands/{order['id']}")
    courier.context.clear_cookies(name="lm_session")
    courier.page.get_by_role("button", name="已取到").click()
    courier.page.wait_for_url("**/demo")
