"""What the tests of the pages share: a browser, a house for each module, and the cast each at a screen of their own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
import requests
from playwright.sync_api import Browser, sync_playwright

from tests.conftest import NewHouse, Tokened
from tests.house import House
from tests.pages.lived_in import LivedIn
from tests.pages.personas import COURIERS, DESKTOP, PHONE, AsPersona, Persona, launch
from tests.pages.scenes import Scene


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


def opened(house: House) -> House:
    """Open it. On a machine with much to do the first answer may be later than the house's own patience."""
    try:
        return house.start()
    except requests.Timeout:
        requests.get(f"{house.url}/readyz", timeout=60).raise_for_status()
        return house


@pytest.fixture
def house(new_house: NewHouse) -> House:
    """A house of the test's own."""
    return opened(new_house())


@pytest.fixture(scope="module")
def shared_house(tokened: Tokened, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One house for tests that only look."""
    folder = tmp_path_factory.mktemp("shared") / "house"
    shutil.copytree(tokened.folder, folder)
    there = House(folder, tokens=tokened.tokens)
    yield opened(there)
    there.kill()


@pytest.fixture(scope="module")
def lived_in(shared_house: House) -> Iterator[LivedIn]:
    """That house with something to see on every page, in words that no line holds."""
    made = LivedIn(shared_house)
    yield made
    made.close()


@pytest.fixture
def as_persona(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[AsPersona]:
    """`as_persona("courier1", PHONE, "en", "dark")`: signed in, in a window of their own, in this test's house unless one is given."""
    there: list[Persona] = []

    def enter(
        login: str, viewport: tuple[int, int] | None = None, locale: str = "zh", color_scheme: str = "light", *, house: House | None = None
    ) -> Persona:
        house = house or request.getfixturevalue("house")
        usual = PHONE if COURIERS.fullmatch(login) else DESKTOP
        there.append(Persona(chromium, house.url, login, viewport or usual, locale, color_scheme).come_in())
        return there[-1]

    yield enter
    for persona in there:
        persona.leave()


@pytest.fixture
def scene(house: House) -> Iterator[Scene]:
    """The cast at their programs, in this test's house."""
    made = Scene(house)
    yield made
    made.close()
