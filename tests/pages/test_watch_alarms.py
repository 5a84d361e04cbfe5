"""What cannot wait: one bar, one sound, a title that blinks, until she knows; and what a second coordinator does meanwhile."""

from __future__ import annotations

import itertools
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Route, expect

from tests.pages.personas import DESKTOP, PATIENCE_MS, PHONE, AsPersona, until
from tests.pages.scenes import Scene
from tests.pages.test_for_everybody import RULES, TARGETS

pytestmark = pytest.mark.slow
#: Counts the notes that are played, whatever the machine can sound.
EARS = """window.notes = 0;
const made = AudioContext.prototype.createOscillator;
AudioContext.prototype.createOscillator = function () { window.notes += 1; return made.call(this); };"""


def slip(page: Page, order: dict[str, Any]) -> Any:
    return page.locator(f'#lists [data-id="{order["id"]}"] .slip')


def quiet_desk(as_persona: AsPersona, scene: Scene) -> Any:
    """A coordinator who knows of everything so far."""
    scene.clear()
    coordinator = as_persona("coordinator")
    coordinator.page.add_init_script(EARS)
    coordinator.go("/watch")
    coordinator.live()
    return coordinator


def test_what_cannot_wait_rings_once_blinks_and_ends_when_she_says_that_she_knows(as_persona: AsPersona, scene: Scene) -> None:
    coordinator = quiet_desk(as_persona, scene)
    page = coordinator.page
    expect(page.locator("#alarms")).to_be_hidden()
    expect(page.locator("#sound")).to_have_text("声音还没开，点一下")
    page.locator("#sound").click()
    expect(page.locator("#sound")).to_have_text("声音开着")
    before = page.evaluate("window.notes")
    for _ in range(4):
        scene.taken_as_far("failed")
    expect(page.locator("#alarms")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator("#alarms-list li")).to_have_count(3, timeout=PATIENCE_MS)
    expect(page.locator("#alarms-more")).to_have_text("还有 1 件", timeout=PATIENCE_MS)
    titles = {page.title() for _ in range(30) if page.wait_for_timeout(100) is None}
    assert {"(4!)", "【4 件"} <= {title[:4].strip() for title in titles}
    # Four came within a moment; they are told by as few sounds as there were looks, never by one for each note of each.
    assert 6 <= page.evaluate("window.notes") - before <= 24
    page.keyboard.press("g")
    expect(page.locator("#alarms")).to_be_hidden()
    until(page, lambda: page.title().startswith("值班台"))
    page.reload()
    coordinator.live()
    expect(page.locator("#alarms")).to_be_hidden()
    assert page.locator("#word .slip").count() == 4


def test_another_coordinators_desk_goes_on_until_she_too_knows(as_persona: AsPersona, scene: Scene) -> None:
    one, other = quiet_desk(as_persona, scene), as_persona("coordinator").live()
    order = scene.taken_as_far("failed")
    for coordinator in (one, other):
        expect(coordinator.page.locator("#alarms")).to_contain_text("没办成", timeout=PATIENCE_MS)
    one.page.locator("#alarms-list button").click()
    expect(one.page.locator("#opened")).to_contain_text(order["number"])
    expect(one.page.locator("#alarms")).to_be_hidden()
    expect(other.page.locator("#alarms")).to_be_visible()


def test_sound_off_is_said_plainly_and_stays_off(as_persona: AsPersona, scene: Scene) -> None:
    coordinator = quiet_desk(as_persona, scene)
    page = coordinator.page
    page.locator("#sound").click()
    page.keyboard.press("m")
    expect(page.locator("#sound")).to_have_text("声音关了")
    expect(page.locator("#sound")).to_have_attribute("aria-pressed", "true")
    page.reload()
    coordinator.live()
    expect(page.locator("#sound")).to_have_text("声音关了")
    page.locator("h1").click()
    before = page.evaluate("window.notes")
    scene.taken_as_far("failed")
    expect(page.locator("#alarms")).to_be_visible(timeout=PATIENCE_MS)
    page.wait_for_timeout(500)
    assert page.evaluate("window.notes") == before


def test_who_wants_no_motion_has_a_title_that_stands_still(as_persona: AsPersona, scene: Scene) -> None:
    coordinator = quiet_desk(as_persona, scene)
    coordinator.page.emulate_media(reduced_motion="reduce")
    scene.taken_as_far("failed")
    expect(coordinator.page.locator("#alarms")).to_be_visible(timeout=PATIENCE_MS)
    titles = {coordinator.page.title()[:4].strip() for _ in range(25) if coordinator.page.wait_for_timeout(100) is None}
    assert titles == {"(1!)"}


def test_an_alarm_comes_through_every_filter(as_persona: AsPersona, scene: Scene) -> None:
    coordinator = quiet_desk(as_persona, scene)
    page = coordinator.page
    page.locator("#f-kind").select_option("repair")
    order = scene.taken_as_far("failed", kind="medicine")
    expect(page.locator("#alarms")).to_contain_text("没办成", timeout=PATIENCE_MS)
    expect(slip(page, order)).to_have_count(0)
    page.locator("#alarms-list button").click()
    expect(page.locator("#opened")).to_contain_text(order["number"])


def test_five_wrong_codes_ring_and_say_so(as_persona: AsPersona, scene: Scene) -> None:
    coordinator = quiet_desk(as_persona, scene)
    order = scene.taken_as_far("picked_up")
    wrong = f"{(int(order['code']) + 1) % 10_000:04d}"
    for number in range(5):
        key = f"00000000-0000-4000-8000-00000000000{number}"
        scene["courier1"].post(f"/orders/{order['id']}/deliver", {"code": wrong}, key=key)
    expect(coordinator.page.locator("#alarms")).to_contain_text("交接码连错五次", timeout=PATIENCE_MS)
    expect(coordinator.page.locator("#word").locator(f'[data-id="{order["id"]}"]')).to_contain_text("请看一下")


def test_a_late_drop_out_rings_at_once_and_says_so(as_persona: AsPersona, scene: Scene) -> None:
    coordinator = quiet_desk(as_persona, scene)
    soon = (datetime.now(UTC) + timedelta(minutes=20)).isoformat()
    order = scene.taken_as_far("claimed", window_end=soon)
    scene.do("courier1", order["id"], "release", reason="busy")
    expect(coordinator.page.locator("#alarms")).to_contain_text("快到时间了有人退出", timeout=PATIENCE_MS)
    expect(coordinator.page.locator("#unclaimed").locator(f'[data-id="{order["id"]}"]')).to_contain_text("请看一下")


def test_a_resident_who_is_not_satisfied_rings_and_her_words_are_there(as_persona: AsPersona, scene: Scene) -> None:
    coordinator = quiet_desk(as_persona, scene)
    order = scene.taken_as_far("delivered")
    scene.do("clerk", order["id"], "confirm", satisfied=False, note="药拿错了一盒")
    expect(coordinator.page.locator("#alarms")).to_contain_text("老人不满意", timeout=PATIENCE_MS)
    expect(coordinator.page.locator("#word").locator(f'[data-id="{order["id"]}"]')).to_contain_text("不满意")
    coordinator.page.locator("#alarms-list button").click()
    expect(coordinator.page.locator("#opened")).to_contain_text("药拿错了一盒")


def test_the_second_of_two_coordinators_is_told_what_changed_and_loses_no_text(as_persona: AsPersona, scene: Scene) -> None:
    order = scene.post(summary="代取降压药")
    coordinator = as_persona("coordinator").live()
    page = coordinator.page
    slip(page, order).click()
    page.keyboard.press("e")
    form = page.locator("#opened-form form")
    form.locator("[name=building]").fill("8号楼，从北门进")
    # Her line is away for a moment, so that she sends what she has not seen changed.
    asked_in_vain: list[str] = []

    def lost(route: Route) -> None:
        asked_in_vain.append(route.request.url)
        route.abort()

    page.route("**/api/v1/orders/*", lambda route: lost(route) if route.request.method == "GET" else route.continue_())
    page.route("**/api/v1/orders?*", lost)
    version = scene["coordinator"].get(f"/orders/{order['id']}").json()["version"]
    scene.do("coordinator", order["id"], "correct", version=version, summary="代取降压药和降糖药")
    until(page, lambda: asked_in_vain)
    page.unroute("**/api/v1/orders/*")
    page.unroute("**/api/v1/orders?*")
    form.get_by_role("button", name="更正").click()
    expect(form.locator(".note.warn")).to_contain_text("代取降压药 → 代取降压药和降糖药", timeout=PATIENCE_MS)
    expect(form.locator("[name=building]")).to_have_value("8号楼，从北门进")
    expect(form.locator("[name=summary]")).to_have_value("代取降压药和降糖药")
    assert scene["coordinator"].get(f"/orders/{order['id']}").json()["building"] == "3号楼"
    form.get_by_role("button", name="更正").click()
    expect(page.locator("#opened-facts")).to_contain_text("8号楼，从北门进", timeout=PATIENCE_MS)
    now = scene["coordinator"].get(f"/orders/{order['id']}").json()
    assert (now["building"], now["summary"]) == ("8号楼，从北门进", "代取降压药和降糖药")


def test_what_somebody_else_does_is_told_in_the_form_that_she_is_filling(as_persona: AsPersona, scene: Scene) -> None:
    order = scene.post()
    page = as_persona("coordinator").live().page
    slip(page, order).click()
    page.keyboard.press("x")
    form = page.locator("#opened-form form")
    form.get_by_label("为什么").select_option("solved")
    scene.do("courier1", order["id"], "claim")
    expect(form.locator(".note.warn")).to_contain_text("待抢 → 已抢单", timeout=PATIENCE_MS)
    expect(form.locator(".note.warn")).to_contain_text("没有人 → 钱建国")
    expect(form.get_by_label("为什么")).to_have_value("solved")
    scene.do("courier1", order["id"], "pick-up")
    expect(form.locator(".note.warn")).to_contain_text("已抢单 → 送件中", timeout=PATIENCE_MS)
    scene.do("coordinator", order["id"], "cancel", reason="mistake")
    expect(form.locator(".error")).to_contain_text("这一单现在是“已取消”", timeout=PATIENCE_MS)
    expect(form.get_by_label("为什么")).to_have_value("solved")


@pytest.mark.parametrize(
    ("verb", "far", "fill", "told"),
    [
        ("改人数", "open", {"人数": "2"}, "需要 2 人，已有 0 人"),
        ("人没来", "claimed", {"为什么": "unreachable"}, "待抢"),
        ("放回看板", "claimed", {}, "待抢"),
        ("取消这一单", "picked_up", {"为什么": "solved"}, "已取消"),
    ],
)
def test_each_verb_by_its_form(as_persona: AsPersona, scene: Scene, verb: str, far: str, fill: dict[str, str], told: str) -> None:
    order = scene.taken_as_far(far)
    page = as_persona("coordinator").live().page
    slip(page, order).click()
    page.locator("#opened-verbs").get_by_role("button", name=verb).click()
    for label, value in fill.items():
        page.locator("#opened-form").get_by_label(label, exact=True).select_option(value)
    if fill:
        page.locator("#opened-form").get_by_role("button", name=verb).click()
    expect(page.locator("#opened-facts")).to_contain_text(told, timeout=PATIENCE_MS)


@pytest.mark.parametrize(
    ("locale", "color_scheme", "viewport"), [*itertools.product(["zh", "en"], ["light", "dark"], [DESKTOP]), ("zh", "light", PHONE)]
)
def test_everything_that_opens_can_be_read_by_everybody(
    as_persona: AsPersona, scene: Scene, locale: str, color_scheme: str, viewport: tuple[int, int]
) -> None:
    order = scene.taken_as_far("claimed", slots=1)
    scene.taken_as_far("failed")
    scene.too_long()
    coordinator = as_persona("coordinator", viewport, locale, color_scheme).live()
    page = coordinator.page
    wrong: list[str] = []

    def look(what: str) -> None:
        found = Axe().run(page, options=RULES).response["violations"]
        wrong.extend(f"{what}: {one['id']}: {one['nodes'][0]['html']}" for one in found)
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        wrong.extend([f"{what}: {wide} px too wide"] if wide > 0 else [])
        if viewport == PHONE:
            wrong.extend(f"{what}: target {one}" for one in page.evaluate(TARGETS))

    page.locator("#filters summary").click()
    page.locator(".crew details:has(#message) summary").click()
    look("filters and message")
    page.locator("#help-open").click()
    look("help")
    page.keyboard.press("Escape")
    page.check("[name=urgency][value=urgent]")
    slip(page, order).click()
    look("opened")
    for verb in page.locator("#opened-verbs [aria-expanded]").all():
        verb.click()
        look(re.sub(r"\s", "", verb.inner_text()))
    assert not wrong, "\n".join(wrong)
    assert not coordinator.complaints()
