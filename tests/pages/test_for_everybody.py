"""Every page for every reader: both languages, light and dark, a thumb, a keyboard, a screen reader; and nobody else is spoken to."""

from __future__ import annotations

import itertools
import re
from datetime import date

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.house import House
from tests.pages.personas import DESKTOP, NARROW, PATIENCE_MS, PHONE, AsPersona, Persona
from tests.pages.scenes import LONG_CHINESE, LONG_LATIN, Scene

pytestmark = pytest.mark.slow
_numbers = itertools.count(1)
RULES = {"resultTypes": ["violations"], "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
INLINE = re.compile(
    r"<style|\sstyle=|\son[a-z]+\s*=\s*[\"']|<script(?![^>]*(?:\ssrc=|type=\"application/json\"))|javascript:", re.IGNORECASE
)
WEEKLY = {
    "kind": "medicine", "summary": LONG_CHINESE[:60], "building": LONG_CHINESE[:60], "weekdays": [1, 2, 3, 4, 5, 6, 7],
    "opens": "09:00", "closes": "11:00", "on_holidays": "move",
}  # fmt: skip
#: What a finger aims at: a box in a label is aimed at by its label.
TARGETS = """() => [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary, label.check")]
  .filter((one) => one.checkVisibility() && !one.matches(".skip, .check input"))
  .map((one) => ({ name: one.textContent.trim() || one.id, box: one.getBoundingClientRect() }))
  .filter(({ box }) => box.height < 44 || box.width < 44)
  .map(({ name, box }) => `${name} ${box.width} × ${box.height}`)"""


@pytest.fixture(scope="module")
def pages(shared_house: House) -> dict[str, list[str]]:
    """Who sees which pages; orders in each state, and words that are too long, are among them."""
    scene = Scene(shared_house)
    # One courier holds all that is to be looked at.
    shared_house.flask("org", "settings", "120116014", "claim_cap=20")
    laid_out = scene.money()
    errands = [scene.taken_as_far(state)["id"] for state in ("claimed", "picked_up", "delivered", "released")]
    two = scene.post(slots=2, kind="clinic")
    scene.do("courier1", two["id"], "claim")
    scene.told()
    waiting = scene.corrected()
    scene.lend("courier2")
    scene.lend("courier3", accepted=False)
    scene.ask()
    scene.newcomers("周小海", LONG_LATIN[:60])
    one = scene.courier("courier1")
    scene["coordinator"].http.post(f"{shared_house.url}/couriers/{one}/skills", data={"skills": ["heavy"]}, timeout=30)
    scene.do("courier1", errands[0], "reveal")
    long = scene.too_long()
    for named in (
        {"resident_id": scene["clerk"].get(f"/orders/{long['id']}/again").json()["resident_id"]},
        {"resident": {"name": "陈桂兰"}},
    ):
        weekly = {**WEEKLY, **named, "first_day": f"{date.today()}"}
        assert scene["clerk"].post("/standings", weekly).ok
    listed = scene["clerk"].post("/residents/find", {"q": "曾广福"}).json()["items"][0]["id"]
    scene.close()
    return {
        "courier1": [
            "/board",
            *(f"/errands/{errand}" for errand in [*errands, two["id"]]),
            "/errands/nobody-knows-it",
            "/hours",
            "/hours?year=2019",
            "/money",
            "/hazards/mine",
            "/alerts",
            "/channels",
        ],
        "courier2": ["/board", "/money"],
        "courier3": ["/board", f"/errands/{laid_out}"],
        "clerk": [
            "/desk",
            "/desk/ledger",
            "/standing",
            f"/standing?order={two['id']}",
            "/money",
            "/money?month=2025-01",
            "/overview",
            "/second-step",
            "/residents",
            "/residents/new",
            f"/residents/{listed}",
            "/residents/import",
            "/hazards/community",
        ],
        "coordinator": [
            "/watch",
            "/alerts/settings",
            "/channels",
            "/hazards",
            "/wall",
            "/standing",
            "/residents",
            "/residents/new",
            "/residents/import",
            "/couriers",
            "/design",
            "/board",
            "/hours/station",
            f"/hours/{waiting}/correct",
            "/hours/corrections",
            "/hours/certificates",
            "/overview",
            f"/couriers/{one}",
            "/loans",
            "/newcomers",
            "/audit",
            "/money?community_id=120116014003",
        ],
        "coordinator2": ["/loans", "/audit"],
        "supervisor": [
            "/overview",
            "/overview/120116014",
            "/overview?period=2026",
            "/hours/corrections",
            "/newcomers",
            "/audit",
            "/residents",
        ],
    }


def strangers_doors(shared_house: House, coordinator: Persona) -> list[str]:
    """The pages of somebody who has not come in yet: the demo's front page, signing in, an invite, one that is void."""
    coordinator.go("/couriers")
    coordinator.page.fill("#name", "李雷")
    coordinator.page.fill("#phone", f"137{next(_numbers):08d}")
    coordinator.page.select_option("#depot_id", index=1)
    coordinator.page.locator("form[action$='/couriers/invite'] button").click()
    link = coordinator.page.locator("#link").input_value()
    path = re.sub(r"^https?://[^/]+(/as/\w+)?", "", link)
    return ["/demo", "/sign-in", path, "/enrol/void", "/hours/rule", "/certificates/1-void"]


def violations(persona: Persona) -> list[str]:
    return [f"{one['id']}: {one['nodes'][0]['html']}" for one in Axe().run(persona.page, options=RULES).response["violations"]]


def look(persona: Persona) -> list[str]:
    """What is wrong with the page as it stands."""
    if persona.page.locator("#line").count():
        persona.live()
    found = violations(persona)
    if found:
        # A live page may be in the middle of a change while it is looked at; what is wrong with it is wrong a moment later too.
        found = [one for one in violations(persona) if one in found]
    wide = persona.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return found + ([f"{wide} px too wide"] if wide > 0 else [])


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
@pytest.mark.parametrize("locale", ["zh", "en"])
def test_every_page_can_be_read_and_used_by_everybody(
    shared_house: House, as_persona: AsPersona, pages: dict[str, list[str]], locale: str, color_scheme: str
) -> None:
    wrong: list[str] = []
    for login, paths in pages.items():
        persona = as_persona(login, None, locale, color_scheme, house=shared_house)
        for path in paths:
            source = persona.page.goto(f"{persona.base}{path}")
            assert source is not None
            wrong += [f"{path}: {one}" for one in look(persona)]
            wrong += [f"{path}: inline {one.group()}" for one in INLINE.finditer(source.text())]
        wrong += [f"{login}: {one}" for one in persona.complaints() + persona.strangers()]
        if login == "coordinator":
            doors = strangers_doors(shared_house, persona)
            wrong += [f"invite: {one}" for one in look(persona)]
        persona.leave()
    stranger = as_persona("courier2", PHONE, locale, color_scheme, house=shared_house)
    stranger.context.clear_cookies()
    for path in doors:
        stranger.page.goto(f"{shared_house.url}{path}")
        wrong += [f"{path}: {one}" for one in look(stranger)]
        wrong += [f"{path}: target {one}" for one in stranger.page.evaluate(TARGETS)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("viewport", [PHONE, NARROW], ids=["390", "320"])
@pytest.mark.parametrize("locale", ["zh", "en"])
def test_on_a_phone_nothing_is_too_wide_and_every_target_takes_a_thumb(
    shared_house: House, as_persona: AsPersona, pages: dict[str, list[str]], viewport: tuple[int, int], locale: str
) -> None:
    wrong: list[str] = []
    for login, paths in pages.items():
        persona = as_persona(login, viewport, locale, house=shared_house)
        for path in paths:
            persona.go(path)
            if persona.page.locator("#line").count():
                persona.live()
            persona.page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
            persona.page.evaluate("document.querySelectorAll('button.opener').forEach((one) => one.click())")
            wide = persona.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            wrong += [f"{path}: {wide} px too wide"] if wide > 0 else []
            wrong += [f"{path}: {one}" for one in persona.page.evaluate(TARGETS)]
        persona.leave()
    assert not wrong, "\n".join(sorted(set(wrong)))


def test_a_courier_needs_no_more_than_a_keyboard(as_persona: AsPersona, scene: Scene) -> None:
    order = scene.post(summary="送一盒降压药")
    courier = as_persona("courier1").live()
    courier.page.locator("#board .card", has_text="送一盒降压药").locator("button.big").focus()
    courier.page.keyboard.press("Shift+Tab")
    courier.tab_to("抢单")
    courier.page.keyboard.press("Enter")
    courier.page.wait_for_url(f"**/errands/{order['id']}")
    courier.live()
    courier.tab_to("已取到")
    courier.page.keyboard.press("Enter")
    courier.sees("#code")
    courier.tab_to("显示号码")
    courier.page.keyboard.press("Enter")
    courier.sees("a[href^='tel:']:focus")
    courier.page.locator("#code").focus()
    courier.page.keyboard.type(order["code"])
    courier.page.keyboard.press("Enter")
    courier.sees(".thanks")
    courier.tab_to("回到看板")
    courier.page.keyboard.press("Enter")
    courier.page.wait_for_url("**/board")


def test_a_coordinator_gives_an_order_to_somebody_by_keyboard(as_persona: AsPersona, scene: Scene) -> None:
    order = scene.post(summary="送一盒降压药", skills=[])
    coordinator = as_persona("coordinator").live()
    card = coordinator.page.locator(f'[data-id="{order["id"]}"]')
    card.get_by_role("button").focus()
    for key in ("Enter", "a"):
        coordinator.page.keyboard.press(key)
    expect(coordinator.page.locator("#opened").get_by_label("给谁")).to_be_focused()
    coordinator.page.keyboard.press("ArrowDown")
    assert scene["coordinator"].get(f"/orders/{order['id']}").json()["status"] == "open"
    coordinator.tab_to("指派")
    coordinator.page.keyboard.press("Enter")
    expect(coordinator.page.locator(f'#under_way [data-id="{order["id"]}"]')).to_be_visible(timeout=PATIENCE_MS)


def test_the_policy_names_our_own_host_and_no_other(shared_house: House, as_persona: AsPersona) -> None:
    clerk = as_persona("clerk", DESKTOP, house=shared_house)
    answer = clerk.page.goto(f"{clerk.base}/desk")
    assert answer is not None
    rules = dict(rule.strip().partition(" ")[::2] for rule in answer.headers["content-security-policy"].split(";"))
    host = shared_house.url.partition("://")[2]
    assert rules["connect-src"].split() == ["'self'", f"ws://{host}", f"wss://{host}"]
    assert rules["default-src"] == "'self'"
    assert "script-src" not in rules
    assert "strict-transport-security" not in answer.headers
