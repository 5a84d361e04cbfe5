"""Somebody of the cast at a screen of their own: a browser context, its page, and everything that went wrong on it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, Playwright, Route, expect

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--disable-gpu",
]  # fmt: skip
PHONE, DESKTOP, NARROW = (390, 844), (1366, 768), (320, 640)
LANGUAGES = {"zh": "zh-CN", "en": "en-US"}
#: Waits are long: a busy machine is slow, and only a thing that never happens is a mistake.
PATIENCE_MS = 30_000
COURIERS = re.compile(r"courier\d+|neighbour")
#: Somebody who has not come in.
NOBODY = "nobody"

#: A browser, or a network, that opens no WebSocket.
NO_SOCKETS = """window.WebSocket = class {
  constructor() { setTimeout(() => (this.onerror?.(new Event("error")), this.onclose?.(new CloseEvent("close")))); }
  close() {}
}"""
WATCH = """([selector, text]) => {
  const there = () => [...document.querySelectorAll(selector)].some((one) => one.textContent.includes(text) && one.checkVisibility());
  window.sawIt = null;
  const look = () => there() && (watching.disconnect(), (window.sawIt ??= Date.now()));
  const watching = new MutationObserver(look);
  watching.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
  look();
}"""


def launch(playwright: Playwright) -> Browser:
    """Debian's Chromium."""
    return playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)


class Persona:
    """One persona in a window of their own."""

    def __init__(self, browser: Browser, house: str, login: str, viewport: tuple[int, int], locale: str, color_scheme: str) -> None:
        self.house, self.login, self.base = house, login, house if login == NOBODY else f"{house}/as/{login}"
        phone = viewport[0] < 600
        self.context: BrowserContext = browser.new_context(
            viewport={"width": viewport[0], "height": viewport[1]}, locale=LANGUAGES[locale], color_scheme=color_scheme,  # type: ignore[arg-type]
            device_scale_factor=1, has_touch=phone, is_mobile=phone, timezone_id="Asia/Shanghai",
        )  # fmt: skip
        self.context.set_default_timeout(PATIENCE_MS)
        self.asked: list[str] = []
        self.said: list[str] = []
        self.context.on("request", lambda request: self.asked.append(request.url))
        self.context.on("console", lambda message: self.said.append(f"{message.type}: {message.text}"))
        self.context.on("weberror", lambda error: self.said.append(f"uncaught: {error.error}"))
        self.page: Page = self.context.new_page()
        self.page.on("websocket", lambda line: self.asked.append(line.url))

    def come_in(self) -> Persona:
        """By the front page of the demo street, with one tap, in this window; nobody stays outside."""
        if self.login == NOBODY:
            return self
        self.page.goto(f"{self.house}/demo")
        door = self.page.locator(f'form[action$="/be/{self.login}"]')
        door.evaluate("form => { form.target = '_self'; form.requestSubmit(); }")
        self.page.wait_for_url(f"{self.base}/*")
        return self

    def go(self, path: str) -> Page:
        self.page.goto(f"{self.base}{path}")
        return self.page

    def live(self) -> Persona:
        """Wait until the page says that it is live."""
        expect(self.page.locator('#line[data-state="live"]')).to_be_visible(timeout=PATIENCE_MS)
        return self

    def sees(self, selector: str, **filters: Any) -> Any:
        """Wait until it is there; returns it."""
        found = self.page.locator(selector).filter(**filters) if filters else self.page.locator(selector)
        expect(found.first).to_be_visible(timeout=PATIENCE_MS)
        return found.first

    def expects(self, selector: str, text: str = "") -> None:
        """From now on note the moment at which this can be seen; `saw` tells it."""
        self.page.evaluate(WATCH, [selector, text])

    def saw(self) -> float:
        """Wait for what was expected; returns when it was there, in milliseconds of the clock."""
        # Asked for again and again: a promise of the page's would be waited for without end.
        return float(until(self.page, lambda: self.page.evaluate("window.sawIt")))

    def tab_to(self, text: str) -> None:
        """Go with the Tab key alone to what is called so."""
        for _ in range(400):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("text => document.activeElement.textContent.trim().startsWith(text)", text):
                return
        raise AssertionError(f"the keyboard does not reach {text}")

    def mark(self) -> None:
        """Leave a mark that no reload survives."""
        self.page.evaluate("window.stillTheSamePage = true")

    def marked(self) -> bool:
        return bool(self.page.evaluate("window.stillTheSamePage === true"))

    def complaints(self) -> list[str]:
        """What the browser complained of, but for refusals that the page itself tells its reader, and fields that were in use already."""
        known = r"Failed to load resource: the server responded with a status of 4\d\d|Autofocus processing was blocked"
        return [line for line in self.said if not re.search(known, line)]

    def strangers(self) -> list[str]:
        """Addresses asked for outside our own house."""
        own = (self.house, self.house.replace("http", "ws"), "data:", "blob:")
        return [url for url in self.asked if not url.startswith(own)]

    def picture(self, path: Path, *, whole: bool = False) -> None:
        self.page.screenshot(path=path, full_page=whole)

    def leave(self) -> None:
        self.context.close()


AsPersona = Callable[..., Persona]


def held_back(page: Page, path: str) -> list[Route]:
    """What is asked for at this address, on its way until it is let go."""
    held: list[Route] = []

    def keep(route: Route) -> None:
        held.append(route)

    page.route(f"**{path}", keep)
    return held


def until(page: Page, what: Callable[[], Any]) -> Any:
    """Ask until the answer is yes; returns it. The page's browser goes on living meanwhile."""
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while True:
        answer = what()
        if answer:
            return answer
        assert time.monotonic() < deadline, "it never happened"
        page.wait_for_timeout(50)
