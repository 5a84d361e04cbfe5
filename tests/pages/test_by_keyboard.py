"""Every page by the Tab key alone: what can be pressed or filled in can be reached, and one sees where one is."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import expect

from tests.house import House
from tests.pages.every_page import EVERY, windows
from tests.pages.lived_in import LivedIn
from tests.pages.personas import PATIENCE_MS, PHONE, AsPersona, Persona
from tests.pages.scenes import Scene
from tests.pages.test_for_everybody import TARGETS, look

pytestmark = pytest.mark.slow
#: What can be used, without what the arrows walk to: another button of a group of radios, another line of a list.
#: While a dialog is open nothing else can be.
NUMBER_THEM = """() => {
  const usable = "a[href], button:enabled, input:not([type=hidden]):enabled, select, textarea, summary, [tabindex='0']";
  const seen = [...(document.querySelector("dialog:modal") ?? document).querySelectorAll(usable)].filter((one) =>
    one.checkVisibility({ visibilityProperty: true }) && one.tabIndex >= 0 && !(one.type === "radio" && !one.checked));
  seen.forEach((one, n) => (one.dataset.n = n));
  return seen.map((one) => one.outerHTML.slice(0, 120));
}"""
WHERE = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const style = getComputedStyle(one);
  return { n: one.dataset.n ?? null, seen: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 };
}"""


#: A walk begins at the top. Blurring alone would leave it where the last one ended: the next would begin behind what held that one up.
TO_THE_TOP = """() => {
  const top = document.createElement("span");
  top.tabIndex = -1;
  (document.querySelector("dialog:modal") ?? document.body).prepend(top);
  top.focus();
  top.remove();
  scrollTo(0, 0);
}"""


def unreached(persona: Persona) -> list[str]:
    """What the Tab key does not come to, or does not show that it has come to, in any of three walks: a live page may change on the way."""
    missing: list[str] = []
    for _walk in range(3):
        missing = walked(persona)
        if not missing:
            break
    return missing


def walked(persona: Persona) -> list[str]:
    page = persona.page
    there = page.evaluate(NUMBER_THEM)
    reached: dict[int, bool] = {}
    page.evaluate(TO_THE_TOP)
    for _ in range(3 * len(there) + 20):
        page.keyboard.press("Tab")
        at = page.evaluate(WHERE)
        if at is not None and at["n"] is not None:
            reached[int(at["n"])] = at["seen"]
        if len(reached) == len(there):
            break
    return [html for n, html in enumerate(there) if not reached.get(n)]


@pytest.mark.parametrize("login", sorted({shown.login for shown in EVERY}))
def test_the_tab_key_reaches_all_that_can_be_used_and_shows_where_it_is(
    shared_house: House, as_persona: AsPersona, lived_in: LivedIn, login: str
) -> None:
    wrong = []
    for _login, screen, pages in windows([shown for shown in EVERY if shown.login == login]):
        persona = as_persona(login, screen, house=shared_house)
        for shown in pages:
            shown.open(persona, lived_in)
            wrong += [f"{shown.path} {shown.name}: {one}" for one in unreached(persona)]
    assert not wrong, "\n".join(wrong)


#: What is done to a page that is right → how much of it is not reached then, or not seen to be.
FAULTS = {
    # Whoever comes here does not see it.
    "one.style.setProperty('outline', 'none', 'important')": 1,
    # Whoever comes here does not get on.
    "one.addEventListener('keydown', (event) => event.key === 'Tab' && event.preventDefault())": 2,
    # Nobody comes here.
    "one.addEventListener('focus', () => one.blur())": 1,
}


@pytest.mark.parametrize(("fault", "least"), FAULTS.items(), ids=["unseen", "a trap", "out of reach"])
def test_walking_three_times_forgives_nothing_that_lasts(shared_house: House, as_persona: AsPersona, fault: str, least: int) -> None:
    clerk = as_persona("clerk", house=shared_house)
    clerk.go("/second-step").wait_for_load_state()
    assert unreached(clerk) == []
    clerk.page.evaluate(f"() => {{ const one = document.querySelector('nav a'); {fault}; }}")
    assert len(unreached(clerk)) >= least


def test_signing_in_goes_by_keyboard(shared_house: House, as_persona: AsPersona) -> None:
    stranger = as_persona("courier2", house=shared_house)
    stranger.context.clear_cookies()
    stranger.page.goto(f"{shared_house.url}/sign-in")
    assert not unreached(stranger)
    stranger.page.keyboard.press("Escape")
    stranger.page.locator("#login").focus()
    stranger.page.keyboard.type("nobody")
    stranger.page.keyboard.press("Tab")
    stranger.page.keyboard.type("not the passphrase")
    stranger.page.keyboard.press("Enter")
    expect(stranger.page.locator(".error")).to_be_visible(timeout=PATIENCE_MS)
    expect(stranger.page.locator("#login")).to_have_value("nobody")


@pytest.mark.parametrize(("locale", "color_scheme"), [("zh", "light"), ("en", "dark")])
def test_a_certificate_that_holds_can_be_checked_by_everybody(as_persona: AsPersona, scene: Scene, locale: str, color_scheme: str) -> None:
    hours = scene["courier1"].get("/me/hours").json()
    done = (hours["items"] or scene["courier1"].get("/me/hours", year=hours["year"] - 1).json()["items"])[0]
    asked = {"station_id": done["station_id"], "from_day": done["day"], "to_day": done["day"]}
    link = scene["courier1"].post("/me/certificates", asked).json()["verify_url"]
    stranger = as_persona("courier2", PHONE, locale, color_scheme)
    stranger.context.clear_cookies()
    stranger.page.goto(scene.house.url + "/certificates/" + link.rpartition("/")[2])
    expect(stranger.page.locator(".note.good")).to_be_visible(timeout=PATIENCE_MS)
    found = look(stranger) + stranger.page.evaluate(TARGETS)
    assert not found, json.dumps(found, ensure_ascii=False)
    assert "钱建国" not in stranger.page.content()
    assert not unreached(stranger)
    assert not stranger.complaints() + stranger.strangers()


def test_the_supervisor_is_told_which_communities_have_been_silent(as_persona: AsPersona, scene: Scene) -> None:
    supervisor = as_persona("supervisor").live()
    page = supervisor.page
    said = page.locator(".silent strong")
    expect(said).to_contain_text("14 天没有发过需求")
    station = page.locator("tbody tr", has_text="泰达街道社工站")
    before = station.locator("td").last.inner_text()
    station.get_by_role("link").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/overview/120116014?*")
    silent = page.locator("tbody tr:not(.total) td.bad:last-child")
    assert silent.count() == int(before.partition("/")[0])
