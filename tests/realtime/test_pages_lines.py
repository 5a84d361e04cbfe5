"""A page's line leans on its session: with the session it ends, and what leans on the cookie must come from our page."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator

import pytest
import requests
import websocket

from tests.house import House
from tests.realtime.conftest import Serve

pytestmark = pytest.mark.slow
STATION = "120116014"


class Browser:
    """A signed-in page of a persona: its cookie, its CSRF proof and an open line that leans on the cookie."""

    def __init__(self, house: House, login: str) -> None:
        self.house, self.http = house, requests.Session()
        self.base = f"{house.url}/as/{login}"
        proof = self._proof(f"{house.url}/demo")
        answer = self.http.post(f"{house.url}/demo/be/{login}", data={"csrf_token": proof}, timeout=10)
        assert answer.status_code == 200, answer.text[:300]
        self.cookie = next(cookie.value for cookie in self.http.cookies if cookie.name == "lm_session")
        self.lines: list[websocket.WebSocket] = []
        self.line = self.open()

    def close(self) -> None:
        self.http.close()
        for line in self.lines:
            line.close()

    def _proof(self, url: str) -> str:
        page = self.http.get(url, timeout=10).text
        return page.split('name="csrf-token" content="')[1].split('"')[0]

    def open(self) -> websocket.WebSocket:
        origin, cookie = f"http://127.0.0.1:{self.house.port}", f"lm_session={self.cookie}"
        address = f"ws://127.0.0.1:{self.house.port}/socket.io/?EIO=4&transport=websocket"
        line = websocket.create_connection(address, origin=origin, cookie=cookie, timeout=20)
        self.lines.append(line)
        line.recv()
        line.send("40")
        said = ""
        while not said.startswith(("40", "44")):  # let in or refused; what is said before that waits in the page
            said = str(line.recv())
        self.let_in = said.startswith("40")
        return line

    def submit(self, path: str, **form: str) -> requests.Response:
        home = self.base + {"courier": "/board", "coordin": "/couriers"}.get(self.base.split("/as/")[1][:7], "/")
        return self.http.post(self.base + path, data={"csrf_token": self._proof(home), **form}, timeout=10)

    def is_shown_out(self) -> bool:
        """Whether the line is closed by the other side, within its patience."""
        try:
            while True:
                said = self.line.recv()
                if said.startswith("41") or said == "":
                    return True
                if said == "2":
                    self.line.send("3")
        except websocket.WebSocketTimeoutException:
            return False
        except (websocket.WebSocketException, OSError):
            return True


Browse = Callable[[House, str], Browser]


@pytest.fixture
def browse() -> Iterator[Browse]:
    browsers: list[Browser] = []

    def start(house: House, login: str) -> Browser:
        browsers.append(Browser(house, login))
        return browsers[-1]

    yield start
    for browser in browsers:
        browser.close()


def test_signing_out_closes_the_open_socket_too(serve: Serve, browse: Browse) -> None:
    house = serve("sqlite", [])
    browser, other = browse(house.house, "courier1"), browse(house.house, "courier1")
    assert browser.let_in
    assert browser.submit("/sign-out").status_code == 200
    assert browser.is_shown_out()
    browser.open()
    assert not browser.let_in  # the cookie is worth nothing any more
    other.line.settimeout(2)
    assert not other.is_shown_out()  # his other phone stays


def test_suspension_and_another_role_close_the_open_sockets(serve: Serve, browse: Browse) -> None:
    house = serve("sqlite", ["courier1", "courier2"])
    one, two, boss = browse(house.house, "courier1"), browse(house.house, "courier2"), browse(house.house, "coordinator")
    program = house["courier1"].connect()
    person = house["courier1"].get("/me").json()["id"]
    assert boss.submit(f"/couriers/{person}/suspend").status_code == 200
    assert one.is_shown_out()
    deadline = time.monotonic() + 60
    while program.line is not None and program.line.connected:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert house["courier1"].get("/me").status_code == 401
    house.house.flask("people", "move", "courier2", "--role", "clerk", "--unit", f"{STATION}004")
    assert two.is_shown_out()
    assert house["courier2"].get("/me").json()["role"] == "clerk"
    boss.line.settimeout(2)
    assert not boss.is_shown_out()
    assert boss.submit(f"/couriers/{person}/restore").status_code == 200
    assert house["courier1"].get("/me").status_code == 200


def test_a_post_that_leans_on_the_cookie_must_come_from_our_page(serve: Serve, browse: Browse) -> None:
    house = serve("sqlite", [])
    browser = browse(house.house, "courier1")
    for path in ("/api/v1/orders/x/claim", "/sign-out", "/language"):
        answer = browser.http.post(browser.base + path, json={}, headers={"Idempotency-Key": str(uuid.uuid4())}, timeout=10)
        assert (answer.status_code, "页面放得太久了" in answer.text) == (422, True), path
    assert browser.http.get(f"{browser.base}/api/v1/me", timeout=10).status_code == 200
