"""A desk looks again until it is answered, two windows of one reader sound as one, and nobody is chimed for what is not his."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.pages.personas import PATIENCE_MS, AsPersona, until
from tests.pages.scenes import Scene
from tests.pages.test_watch_alarms import EARS

pytestmark = pytest.mark.slow
#: Two notes are a chime, six are the ring of what cannot wait.
CHIME, RING = 2, 6


def notes(page: Page) -> int:
    return int(page.evaluate("window.notes"))


def test_a_look_that_was_not_answered_is_made_again_until_it_is(as_persona: AsPersona, scene: Scene) -> None:
    scene.clear()
    order = scene.post()
    page = as_persona("coordinator").live().page
    expect(page.locator("#unclaimed").locator(f'[data-id="{order["id"]}"]')).to_be_visible(timeout=PATIENCE_MS)
    lost: list[str] = []

    def lose(route: Route) -> None:
        lost.append(route.request.url)
        route.abort()

    for path in ("**/api/v1/orders/*", "**/api/v1/orders?*"):
        page.route(path, lose)
    scene.do("courier1", order["id"], "claim")
    # Asked at once, and twice more in vain.
    until(page, lambda: len(lost) >= 3)
    for path in ("**/api/v1/orders/*", "**/api/v1/orders?*"):
        page.unroute(path)
    expect(page.locator("#under_way").locator(f'[data-id="{order["id"]}"]')).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator("#wrong")).to_be_hidden()


def test_who_is_lent_stands_on_the_desk_that_has_him_without_a_reload(as_persona: AsPersona, scene: Scene) -> None:
    borrower = as_persona("coordinator2").live()
    borrower.mark()
    name = scene["courier2"].get("/me").json()["name"]
    expect(borrower.page.locator("#on-duty")).not_to_have_text("–", timeout=PATIENCE_MS)
    expect(borrower.page.locator("#crew li", has_text=name)).to_have_count(0)
    scene.lend("courier2")
    expect(borrower.page.locator("#crew li", has_text=name)).to_be_visible(timeout=20_000)
    assert borrower.marked()


def test_two_windows_of_one_coordinator_ring_once_for_each_trouble(as_persona: AsPersona, scene: Scene) -> None:
    scene.clear()
    coordinator = as_persona("coordinator")
    coordinator.context.add_init_script(EARS)
    first = coordinator.go("/watch")
    second = coordinator.context.new_page()
    second.goto(first.url)
    for page in (first, second):
        expect(page.locator('#line[data-state="live"]')).to_be_visible(timeout=PATIENCE_MS)
        page.locator("h1").click()
        expect(page.locator("#sound")).to_have_text("声音开着", timeout=PATIENCE_MS)
    for n in (1, 2):
        scene.taken_as_far("failed")
        for page in (first, second):
            expect(page.locator("#alarms-list li")).to_have_count(n, timeout=PATIENCE_MS)
        until(first, lambda n=n: notes(first) + notes(second) >= n * RING)
        # Longer than a window takes to ask whether something calls still.
        first.wait_for_timeout(4000)
        assert notes(first) + notes(second) == n * RING


def test_a_word_to_his_depot_is_heard_on_the_errands_page_and_one_to_another_is_not(as_persona: AsPersona, scene: Scene) -> None:
    order = scene.taken_as_far("claimed")
    courier = as_persona("courier1")
    courier.page.add_init_script(EARS)
    courier.go(f"/errands/{order['id']}")
    page = courier.live().page
    page.locator("#errand .where").first.tap()
    couriers = scene["coordinator"].get("/couriers").json()["items"]
    his = next(one["depot_id"] for one in couriers if one["id"] == scene.courier("courier1"))
    another = next(one["depot_id"] for one in couriers if one["depot_id"] not in (his, None))
    scene["coordinator"].post("/messages", {"text": "给别的网点的话", "depot_id": another}).raise_for_status()
    scene["coordinator"].post("/messages", {"text": "下午有雨，骑车慢一点", "depot_id": his}).raise_for_status()
    courier.sees("#told .note", has_text="下午有雨")
    until(page, lambda: notes(page) == CHIME)
    page.wait_for_timeout(1000)
    assert notes(page) == CHIME
    assert "给别的网点的话" not in page.content()


def test_an_errand_that_moves_does_not_fetch_the_book(as_persona: AsPersona, scene: Scene) -> None:
    clerk = as_persona("clerk")
    clerk.go("/money")
    page = clerk.live().page
    expect(page.locator("#limits-count")).not_to_have_text("–", timeout=PATIENCE_MS)
    clerk.asked.clear()
    order = scene.taken_as_far("claimed", money_limit=2000)
    expect(page.locator("#limits")).to_contain_text(order["number"], timeout=PATIENCE_MS)
    assert not [url for url in clerk.asked if "/money/" in url]


def test_whose_phone_has_gone_quiet_stands_first_and_says_for_how_long(as_persona: AsPersona, scene: Scene) -> None:
    """The quarter of an hour is the server's own and tested there; here it is what the desk makes of its word."""
    quiet = scene.courier("courier2")

    def word(route: Route) -> None:
        said: dict[str, Any] = route.fetch().json()
        for one in said["items"]:
            one["quiet_minutes"] = 20 if one["id"] == quiet else one["quiet_minutes"]
        route.fulfill(content_type="application/json", body=json.dumps(said))

    coordinator = as_persona("coordinator")
    coordinator.page.route("**/api/v1/couriers", word)
    coordinator.go("/watch")
    page = coordinator.live().page
    first = page.locator("#crew li").first
    expect(first).to_have_attribute("data-state", "quiet", timeout=PATIENCE_MS)
    expect(first.locator(".tag")).to_have_text("没消息")
    expect(first).to_contain_text("约 20 分钟没消息")
    expect(page.locator("#crew-quiet")).to_have_text("1")
    order = scene.post(skills=[])
    page.locator(f'#lists [data-id="{order["id"]}"] .slip').click()
    page.keyboard.press("a")
    expect(page.locator(f'#opened-form option[value="{quiet}"]')).to_contain_text("约 20 分钟没消息")


def test_that_he_rang_and_asked_for_it_is_ticked_on_the_desk_and_kept(as_persona: AsPersona, scene: Scene) -> None:
    order = scene.post(skills=[])
    page = as_persona("coordinator").live().page
    sent: list[Any] = []
    page.on("request", lambda request: sent.append(request.post_data_json) if request.url.endswith("/assign") else None)
    page.locator(f'#lists [data-id="{order["id"]}"] .slip').click()
    page.keyboard.press("a")
    page.locator("#opened-form").get_by_label("给谁").select_option(scene.courier("courier2"))
    page.get_by_label("他打电话来要的").check()
    page.locator("#opened-form").get_by_role("button", name="指派").click()
    expect(page.locator("#opened-facts .holders")).to_contain_text("孙海涛", timeout=PATIENCE_MS)
    assert [one["phoned_in"] for one in sent] == [True]
