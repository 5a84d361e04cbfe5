"""Makes docs/screenshots: the story's moments with the time that each change took to be seen, then every page in four ways.

`make screenshots` runs it on demo streets of its own, writes the README.md beside the pictures, and fails where a change was not
seen within a second. Names of pages (`-k watch` for those that have it in their name) renew their pictures alone.
"""

from __future__ import annotations

import argparse
import itertools
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from tests.house import ROOT, House
from tests.pages.every_page import PAGES, PICTURED, Shown, windows
from tests.pages.lived_in import LivedIn
from tests.pages.personas import COURIERS, DESKTOP, PHONE, Persona, launch
from tests.pages.story import Story

FOLDER = ROOT / "docs" / "screenshots"
SEEN_WITHIN_MS, FOLDER_MOST, COLOURS, TOO_NEAR = 1000, 12_000_000, 40, 40
LOCALES, SCHEMES = {"zh": "中文", "en": "English"}, {"light": "light", "dark": "dark"}
#: The story's moments in their order, and what happens in each.
STORY = {
    "desk-filled": "The clerk has filled in the need by keyboard, between two phone calls.",
    "desk-code": "It is posted; the hand-over code stands large, to be read to the resident.",
    "watch-new": "The same instant the station's watch has it among what nobody has taken.",
    "board-new": "On a courier's phone it has slid in, with its one large button.",
    "board-taken": "Two tapped; this one was second and reads 已被抢, and which orders suit him next.",
    "errand-claimed": "The winner has the name, the door, the maps, and his next step under the thumb.",
    "errand-picked-up": "On the way: the number was shown to him and written down; the code is asked for at the door.",
    "errand-thanks": "Delivered: thanks, and the resident's details are gone from the phone.",
    "desk-delivered": "The clerk sees it delivered, without having reloaded once, and confirms.",
}
INTRODUCTION = """# What it looks like

Made by `make screenshots` on a fresh demo street: couriers' phones at 390 × 844, desks at 1366 × 768, the big screen at 1920 × 1080.
Every page stands here in both languages, by day and by night. The same run prints how long each change took to be seen on each
screen, and fails where one took a second or more. The pages are the table in `tests/pages/every_page.py`; this file is written from it.
"""


def story_picture(n: int, name: str) -> str:
    return f"story-{n:02d}-{name}.png"


def picture_of(shown: Shown, locale: str, color_scheme: str) -> str:
    return f"{shown.name}.{locale}-{color_scheme}.png"


def pictures() -> set[str]:
    """The name of every picture that belongs into the folder."""
    ways = itertools.product(PICTURED, LOCALES, SCHEMES)
    return {story_picture(n, name) for n, name in enumerate(STORY, 1)} | {picture_of(*way) for way in ways}


def readme() -> str:
    """What stands beside the pictures: a row for each page, with its four."""
    said = [INTRODUCTION, "## One errand, from the phone call to the thanks\n", "| picture | what happens |\n|---|---|"]
    for n, (name, told) in enumerate(STORY.items(), 1):
        said.append(f"| [{name}]({story_picture(n, name)}) | {told} |")
    heads = [f"{language} {scheme}" for language, scheme in itertools.product(LOCALES.values(), SCHEMES.values())]
    for title, pages in PAGES.items():
        said += [f"\n## {title}\n", f"| page | who | what it is | {' | '.join(heads)} |\n|---|---|---|{'---|' * len(heads)}"]
        for shown in (shown for shown in pages if shown.name):
            links = (f"[{shown.name}]({picture_of(shown, *way)})" for way in itertools.product(LOCALES, SCHEMES))
            said.append(f"| `{shown.path}` | {shown.login} | {shown.told} | {' | '.join(links)} |")
    return "\n".join(said) + "\n"


def keep(persona: Persona, name: str) -> None:
    path = FOLDER / name
    persona.picture(path)
    picture = Image.open(path).convert("RGB")
    few = Image.new("P", (1, 1))
    few.putpalette([part for colour in palette(picture) for part in colour])
    picture.quantize(palette=few, dither=Image.Dither.NONE).save(path, optimize=True)


def palette(picture: Image.Image) -> list[tuple[int, ...]]:
    """Its most frequent colours, none too near to another: a page has few, and the small spots of a warning must stay what they are."""
    chosen: list[tuple[int, ...]] = []
    counted: list[tuple[int, tuple[int, ...]]] = picture.getcolors(1 << 24)  # type: ignore[assignment]
    for _count, colour in sorted(counted, reverse=True)[:1000]:
        if all(sum((a - b) ** 2 for a, b in zip(colour, other, strict=True)) > TOO_NEAR for other in chosen):
            chosen.append(colour)
        if len(chosen) == COLOURS:
            break
    return chosen


@contextmanager
def opened_house() -> Iterator[House]:
    """A demo street of its own."""
    with tempfile.TemporaryDirectory() as folder:
        house = House(Path(folder))
        house.flask("db", "upgrade")
        house.flask("demo", "load")
        try:
            yield house.start()
        finally:
            house.kill()


def tell_the_story(browser: Browser, house: House) -> list[str]:
    """Picture its moments; returns what was not seen within a second."""
    slow: list[str] = []
    moments = itertools.count(1)

    def enter(login: str) -> Persona:
        usual = PHONE if COURIERS.fullmatch(login) else DESKTOP
        return Persona(browser, house.url, login, usual, "zh", "light").come_in()

    def note(what: str, took: float) -> None:
        sys.stdout.write(f"{took:7.0f} ms  {what}\n")
        if took > SEEN_WITHIN_MS:
            slow.append(what)

    story = Story(enter, note=note, picture=lambda persona, name: keep(persona, story_picture(next(moments), name)))
    story.she_posts_by_keyboard()
    story.two_race_and_one_has_it()
    story.he_picks_up_and_looks_at_the_number()
    story.he_delivers_with_the_code()
    story.she_confirms()
    for persona in story.watchers:
        persona.leave()
    return slow


def show(persona: Persona, street: LivedIn, shown: Shown, locale: str) -> None:
    """One page by day and by night, as it stands."""
    persona.page.emulate_media(color_scheme="light")
    shown.open(persona, street)
    for scheme in SCHEMES:
        persona.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        persona.page.wait_for_timeout(200)
        keep(persona, picture_of(shown, locale, scheme))


def show_all(browser: Browser, house: House, wanted: list[Shown]) -> None:
    """Every page of these in four ways, each of the cast in one window for each size of it."""
    street = LivedIn(house, long=False)
    for locale in LOCALES:
        for login, screen, pages in windows(wanted):
            persona = Persona(browser, house.url, login, screen, locale, "light").come_in()
            for shown in pages:
                show(persona, street, shown, locale)
            persona.leave()
    street.close()


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("-k", default="", help="only pages with this in their name, without the story")
    only = asked.parse_args().k
    FOLDER.mkdir(parents=True, exist_ok=True)
    slow: list[str] = []
    with sync_playwright() as playwright:
        browser = launch(playwright)
        if not only:
            with opened_house() as house:
                slow = tell_the_story(browser, house)
        with opened_house() as house:
            show_all(browser, house, [shown for shown in PICTURED if only in shown.name])
        browser.close()
    for old in FOLDER.glob("*.png"):
        if old.name not in pictures():
            old.unlink()
    (FOLDER / "README.md").write_text(readme(), encoding="utf-8")
    size = sum(picture.stat().st_size for picture in FOLDER.glob("*.png"))
    sys.stdout.write(f"{len(list(FOLDER.glob('*.png')))} pictures, {size / 1e6:.2f} MB\n")
    if slow or size > FOLDER_MOST:
        raise SystemExit(f"too slow: {slow}; {size} bytes of pictures")


if __name__ == "__main__":
    main()
