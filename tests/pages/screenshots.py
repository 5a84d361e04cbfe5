"""Makes docs/screenshots: the story's moments with the time that each change took to be seen, then every screen once.

`make screenshots` runs it on a demo street of its own, and fails where a change was not seen within a second or a picture
is not described in docs/screenshots/README.md.
"""

from __future__ import annotations

import itertools
import re
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from tests.house import ROOT, House
from tests.pages.personas import COURIERS, DESKTOP, PHONE, Persona, launch
from tests.pages.scenes import PASTED, Scene
from tests.pages.story import Story

FOLDER = ROOT / "docs" / "screenshots"
SEEN_WITHIN_MS, FOLDER_MOST = 1000, 3_000_000


class Album:
    """The pictures of one house."""

    def __init__(self, browser: Browser, house: House) -> None:
        self.browser, self.house = browser, house
        self.moments = itertools.count(1)
        self.slow: list[str] = []

    def enter(self, login: str, locale: str = "zh", color_scheme: str = "light", viewport: tuple[int, int] | None = None) -> Persona:
        usual = PHONE if COURIERS.fullmatch(login) else DESKTOP
        return Persona(self.browser, self.house.url, login, viewport or usual, locale, color_scheme).come_in()

    def note(self, what: str, took: float) -> None:
        sys.stdout.write(f"{took:7.0f} ms  {what}\n")
        if took > SEEN_WITHIN_MS:
            self.slow.append(what)

    def keep(self, persona: Persona, name: str) -> None:
        path = FOLDER / f"{name}.png"
        persona.picture(path)
        Image.open(path).convert("RGB").quantize(256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(path, optimize=True)

    def moment(self, persona: Persona, name: str) -> None:
        self.keep(persona, f"story-{next(self.moments):02d}-{name}")


def tell_the_story(album: Album) -> None:
    story = Story(album.enter, note=album.note, picture=album.moment)
    story.she_posts_by_keyboard()
    story.two_race_and_one_has_it()
    story.he_picks_up_and_looks_at_the_number()
    story.he_delivers_with_the_code()
    story.she_confirms()
    for persona in story.watchers:
        persona.leave()


def couriers_screens(album: Album, scene: Scene, kind: str, locale: str, color_scheme: str) -> None:
    """The phone: the board, on duty and off, and an errand as far as each state."""
    states = ("claimed", "picked_up", "delivered", "released") if kind == "screen" else ("picked_up",)
    held = {state: scene.taken_as_far(state, courier="courier3")["id"] for state in states}
    courier = album.enter("courier3", locale, color_scheme).live()
    album.keep(courier, f"{kind}-board")
    for state, order_id in held.items():
        courier.go(f"/errands/{order_id}")
        courier.live()
        album.keep(courier, f"{kind}-errand-{state.replace('_', '-')}")
    if kind == "screen":
        courier.go("/hours")
        album.keep(courier, "screen-hours")
        courier.go("/errands/nobody-knows-it")
        album.keep(courier, "screen-error")
        courier.go("/board")
        courier.live().context.set_offline(True)
        courier.sees('#line[data-state="off"]')
        album.keep(courier, "screen-board-offline")
        courier.context.set_offline(False)
        courier.live().page.locator("#duty").click()
        courier.sees("#duty.go")
        album.keep(courier, "screen-board-off-duty")
    courier.leave()
    for order_id in (held.get("claimed"), held["picked_up"]):
        if order_id:
            scene.do("coordinator", order_id, "cancel", reason="other")


def told_screens(album: Album, scene: Scene, kind: str, locale: str, color_scheme: str) -> None:
    """The board of a courier who is told things himself: words of the station, a queue, a head start of others, a record and his answer."""
    courier = album.enter("courier1", locale, color_scheme).live()
    courier.page.locator("#full-part summary").click()
    courier.sees("#full .card")
    album.keep(courier, f"{kind}-board-told")
    courier.leave()


def desks_screens(album: Album, kind: str, locale: str, color_scheme: str) -> None:
    """The desks of the staff."""
    wall = album.enter("coordinator", locale, color_scheme, (1920, 1080))
    wall.go("/wall")
    wall.sees('#wall-line[data-state="live"]')
    album.keep(wall, f"{kind}-wall")
    wall.leave()
    for login, path, name in [
        ("clerk", "/desk", "desk"),
        ("clerk", "/residents", "care-list"),
        ("coordinator", "/watch", "watch"),
        ("supervisor", "/overview", "overview"),
    ]:
        persona = album.enter(login, locale, color_scheme)
        persona.go(path)
        persona.live()
        album.keep(persona, f"{kind}-{name}")
        if kind == "screen" and name in MORE:
            MORE[name](album, persona)
        persona.leave()


def money_screens(album: Album, scene: Scene, kind: str, locale: str, color_scheme: str) -> None:
    """Money at the door, on the clerk's desk, and what a courier is owed."""
    if kind == "screen":
        held = scene.money()
        courier = album.enter("courier3", locale, color_scheme)
        courier.go(f"/errands/{held}")
        courier.live().page.fill("#amount", "23.50")
        courier.page.locator("#laid-out").scroll_into_view_if_needed()
        album.keep(courier, "screen-errand-money")
        courier.leave()
    for login, name in (("clerk", "money"), ("courier1", "money-mine")):
        persona = album.enter(login, locale, color_scheme)
        persona.go("/money")
        persona.live().page.wait_for_timeout(500)
        if login == "clerk":
            persona.page.locator("#advances .opener").first.click()
        album.keep(persona, f"{kind}-{name}")
        persona.leave()


def _a_mistake_and_what_comes_back(album: Album, clerk: Persona) -> None:
    for field, words in {"#name": "孙有财", "#phone": "139", "#building": "3号楼", "#summary": "代取降压药"}.items():
        clerk.page.fill(field, words)
    clerk.page.keyboard.press("Enter")
    clerk.sees("#need-wrong")
    album.keep(clerk, "screen-desk-mistake")
    clerk.go("/desk")
    clerk.live().page.locator("#orders .card button").first.focus()
    clerk.page.keyboard.press("Alt+r")
    clerk.sees("#draft")
    clerk.page.keyboard.press("Enter")
    clerk.sees("#alike")
    album.keep(clerk, "screen-desk-again")
    clerk.go("/standing")
    clerk.live().page.check("[name=weekdays][value='1']")
    clerk.sees("#coming li")
    album.keep(clerk, "screen-standing")
    clerk.go("/desk/ledger")
    clerk.live().page.fill("#pasted", PASTED)
    clerk.page.click("#look-at")
    clerk.sees("#rows tr")
    clerk.page.check("[name=shown][value=all]")
    album.keep(clerk, "screen-ledger")
    clerk.page.on("dialog", lambda asked: asked.accept())
    clerk.go("/desk")
    clerk.live()


def _the_care_list(album: Album, clerk: Persona) -> None:
    """Found by initials on the desk; one resident; a sheet with mistakes."""
    page = clerk.page
    page.get_by_role("link", name="单玉兰").click()
    clerk.live()
    album.keep(clerk, "screen-resident")
    clerk.go("/residents/import")
    clerk.live()
    sheet = "姓名,电话,楼栋,门牌,群体,同意时间,同意方式\n钱来福,13755502468,3号楼,301,独居、富豪,2026-11-20,电话\n"
    sheet += "孙有财,12,5号楼,102,低保,昨天,当面\n"
    page.set_input_files("#file", {"name": "list.csv", "mimeType": "text/csv", "buffer": sheet.encode()})
    page.locator("#sheet button.go").click()
    clerk.sees("#report td")
    album.keep(clerk, "screen-care-list-import")
    clerk.go("/desk")
    clerk.live()
    page.locator("#name").focus()
    page.keyboard.type("chen")
    clerk.sees("#found li")
    page.keyboard.press("ArrowDown")
    album.keep(clerk, "screen-desk-finding")


def _couriers_and_an_invite(album: Album, coordinator: Persona) -> None:
    page = coordinator.page
    page.locator("#unclaimed .slip").first.click()
    page.keyboard.press("a")
    album.keep(coordinator, "screen-watch-assign")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    album.keep(coordinator, "screen-watch-keys")
    coordinator.go("/couriers")
    coordinator.live()
    album.keep(coordinator, "screen-couriers")
    page.fill("#name", "李雷")
    page.fill("#phone", "13711112222")
    page.select_option("#depot_id", index=1)
    page.locator("form[action$='/couriers/invite'] button").click()
    link = page.locator("#link").input_value()
    album.keep(coordinator, "screen-invite")
    for path, name in [("station", "screen-hours-station"), ("rule", "screen-hours-rule")]:
        coordinator.go(f"/hours/{path}")
        album.keep(coordinator, name)
    coordinator.go("/design")
    album.keep(coordinator, "screen-design")
    _joining(album, re.sub(r"^https?://[^/]+(/as/\w+)?", "", link))


def _down_to_the_communities(album: Album, supervisor: Persona) -> None:
    supervisor.go("/overview/120116014")
    supervisor.live()
    album.keep(supervisor, "screen-overview-station")
    supervisor.go("/hours/corrections")
    album.keep(supervisor, "screen-hours-corrections")


def _joining(album: Album, path: str) -> None:
    """The courier's own phone: the invite, then the PIN; and the staff's door."""
    phone = Persona(album.browser, album.house.url, "nobody", PHONE, "zh", "light")
    page = phone.page
    page.goto(f"{album.house.url}{path}")
    album.keep(phone, "screen-enrol")
    for field, words in {"#phone": "13711112222", "#pin": "482913", "#pin_again": "482913"}.items():
        page.fill(field, words)
    page.check("[name=consent]")
    page.locator("button.go").click()
    page.wait_for_url("**/board")
    phone.context.clear_cookies(name="lm_session")
    page.goto(f"{album.house.url}/sign-in")
    album.keep(phone, "screen-sign-in-phone")
    page.goto(f"{album.house.url}/sign-in?staff=1")
    page.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})
    album.keep(phone, "screen-sign-in-staff")
    page.goto(f"{album.house.url}/demo")
    album.keep(phone, "screen-personas")
    phone.leave()


def people_screens(album: Album, scene: Scene) -> None:
    """Newcomers, a courier's page, loans, the second step, who has looked at what."""
    order = scene.taken_as_far("claimed", courier="courier3")
    scene.do("courier3", order["id"], "reveal")
    scene.newcomers("周小海", "李玉兰")
    scene.lend("courier2")
    scene.lend("courier3", accepted=False)
    scene.ask()
    one = scene.courier("courier3")
    for verb, form in (("depot", {"depot_id": "120116014D02"}), ("skills", {"skills": ["medicine", "heavy", "escort"]})):
        scene["coordinator"].http.post(f"{album.house.url}/couriers/{one}/{verb}", data=form, timeout=30).raise_for_status()
    coordinator, supervisor = album.enter("coordinator"), album.enter("supervisor")
    for persona, path, name in [
        (coordinator, "/loans", "loans"), (coordinator, f"/couriers/{one}", "courier"), (coordinator, "/audit", "audit"),
        (supervisor, "/newcomers", "newcomers"), (supervisor, "/audit", "audit-counts"),
    ]:  # fmt: skip
        persona.go(path)
        album.keep(persona, f"screen-{name}")
    for login, name in [("courier2", "board-lent"), ("courier3", "board-named")]:
        courier = album.enter(login).live()
        album.keep(courier, f"screen-{name}")
        courier.leave()
    coordinator.go("/second-step")
    coordinator.page.locator("button.go").click()
    coordinator.sees("#secret")
    album.keep(coordinator, "screen-second-step")
    supervisor.leave()
    coordinator.leave()


MORE: dict[str, Callable[[Album, Persona], Any]] = {
    "desk": _a_mistake_and_what_comes_back, "care-list": _the_care_list, "watch": _couriers_and_an_invite,
    "overview": _down_to_the_communities,
}  # fmt: skip


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.glob("*.png"):
        old.unlink()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        house = House(Path(folder))
        house.flask("db", "upgrade")
        house.flask("demo", "load")
        album = Album(launch(playwright), house)
        try:
            house.start()
            scene = Scene(house)
            scene.corrected()
            tell_the_story(album)
            for kind, locale, color_scheme in [("screen", "zh", "light"), ("english", "en", "light"), ("dark", "zh", "dark")]:
                scene["courier3"].http.put(f"{house.url}/api/v1/me/duty", json={"on": True}, timeout=30).raise_for_status()
                couriers_screens(album, scene, kind, locale, color_scheme)
                if kind == "screen":
                    scene["courier1"].http.put(f"{house.url}/api/v1/me/duty", json={"on": True}, timeout=30).raise_for_status()
                    scene.told()
                told_screens(album, scene, kind, locale, color_scheme)
                desks_screens(album, kind, locale, color_scheme)
                money_screens(album, scene, kind, locale, color_scheme)
            people_screens(album, scene)
            scene.close()
        finally:
            album.browser.close()
            house.kill()
    told = (FOLDER / "README.md").read_text(encoding="utf-8")
    pictures = sorted(FOLDER.glob("*.png"))
    size = sum(picture.stat().st_size for picture in pictures)
    untold = [picture.name for picture in pictures if picture.name not in told]
    sys.stdout.write(f"{len(pictures)} pictures, {size / 1e6:.2f} MB\n")
    if album.slow or untold or size > FOLDER_MOST:
        raise SystemExit(f"too slow: {album.slow}; not described: {untold}")


if __name__ == "__main__":
    main()
