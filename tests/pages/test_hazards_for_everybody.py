"""The pages of the hazards for every reader: both languages, light and dark, a thumb, words that are too long."""

from __future__ import annotations

import pytest

from tests.house import House
from tests.pages.hazard_scenes import everywhere
from tests.pages.personas import DESKTOP, NARROW, PHONE, AsPersona, Persona
from tests.pages.scenes import Scene
from tests.pages.test_for_everybody import TARGETS, look

pytestmark = pytest.mark.slow
PAGES = {
    "courier1": ["/hazards/mine"],
    "clerk": ["/hazards/community", "/hazards/mine"],
    "coordinator": ["/hazards", "/hazards/mine", "/hazards/reasons", "/hazards/rules"],
}

#: What a form fetches for itself has come.
LOADED = "() => !document.querySelector('form.verb [role=status][aria-busy]')"


@pytest.fixture(scope="module")
def lived_in(shared_house: House) -> House:
    scene = Scene(shared_house)
    everywhere(scene)
    scene.close()
    return shared_house


def open_all(persona: Persona, path: str) -> list[str]:
    """Every form of every verb opened once; what is wrong with the page as it stands then."""
    page, wrong = persona.page, []
    persona.go(path)
    persona.live()
    wrong += look(persona)
    page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
    page.evaluate("document.querySelectorAll('button.opener').forEach((one) => one.click())")
    if path == "/hazards/mine":
        return wrong + look(persona)
    slips = page.locator("#lists .slip")
    for n in range(max(1, slips.count())):
        if slips.count():
            slips.nth(n).click()
        bars = page.locator("main [data-verb][aria-expanded]:visible")
        for which in range(bars.count()):
            bars.nth(which).click()
            page.wait_for_function(LOADED)
        wrong += look(persona) + page.evaluate(TARGETS)
        if slips.count():
            page.locator("#opened-close").click()
    return wrong


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
@pytest.mark.parametrize("locale", ["zh", "en"])
def test_every_page_can_be_read_and_used_by_everybody(lived_in: House, as_persona: AsPersona, locale: str, color_scheme: str) -> None:
    wrong: list[str] = []
    for login, paths in PAGES.items():
        persona = as_persona(login, None, locale, color_scheme, house=lived_in)
        for path in paths:
            wrong += [f"{path}: {one}" for one in open_all(persona, path)]
        wrong += [f"{login}: {one}" for one in persona.complaints() + persona.strangers()]
        persona.leave()
    assert not wrong, "\n".join(sorted(set(wrong)))


@pytest.mark.parametrize("viewport", [PHONE, NARROW, DESKTOP], ids=["390", "320", "1366"])
def test_nothing_is_too_wide_and_every_target_takes_a_thumb(lived_in: House, as_persona: AsPersona, viewport: tuple[int, int]) -> None:
    wrong: list[str] = []
    for login, paths in PAGES.items():
        persona = as_persona(login, viewport, "en", house=lived_in)
        for path in paths:
            wrong += [f"{path}: {one}" for one in open_all(persona, path)]
            wrong += [f"{path}: {one}" for one in persona.page.evaluate(TARGETS)]
        persona.leave()
    assert not wrong, "\n".join(sorted(set(wrong)))
