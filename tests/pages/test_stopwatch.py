"""A need is posted by keyboard alone, at the speed of a person: how many keys, how many steps, how long on a stopwatch.

Five keys a second, Chinese by its pinyin and a key to choose; before each field a glance (0.6 s), before posting a look at what
is there (1 s). Keys and steps count, and the real seconds, in which the house's own are too: so nothing runs beside it.
"""

from __future__ import annotations

import subprocess
import sys
import time

import pytest
from playwright.sync_api import Page, expect

from tests.house import ROOT
from tests.pages.personas import PATIENCE_MS, AsPersona
from tests.pages.scenes import Scene

pytestmark = [pytest.mark.slow, pytest.mark.alone]

KEYS_PER_S, GLANCE_S, LOOK_S = 5, 0.6, 1.0
NEW_WITHIN_S, REPEAT_WITHIN_S = 30, 5
#: Field → what is typed, and with how many keys.
FIELDS = {"name": ("何秀兰", len("hexiulan") + 1), "phone": ("13900007788", 11), "building": ("3号楼", 1 + len("haolou") + 1),
          "door": ("2单元301", 1 + len("danyuan") + 1 + 3)}  # fmt: skip
SUMMARY = ("代取降压药", len("daiqujiangyayao") + 1)
YESTERDAY = """
import sys
from datetime import timedelta
from wsgi import app
from dispatch.core.clock import now
from dispatch.core.unit_of_work import transaction
from dispatch.orders.commanding import ORDERS
with app.app_context(), transaction() as work:
    yesterday = now() - timedelta(days=1)
    work.execute(ORDERS.update().where(ORDERS.c.id == sys.argv[1]).values(posted_at=yesterday, window_end=yesterday + timedelta(hours=2)))
"""


class Typist:
    """Somebody at the keyboard; counts what she presses and looks at."""

    def __init__(self, page: Page) -> None:
        self.page, self.keys, self.glances = page, 0, 0
        self.began = time.monotonic()

    def looks(self, seconds: float = GLANCE_S) -> None:
        self.glances += 1
        time.sleep(seconds)

    def types(self, words: str, keys: int) -> None:
        self.keys += keys
        time.sleep(keys / KEYS_PER_S)
        self.page.keyboard.insert_text(words)

    def presses(self, key: str) -> None:
        self.keys += 1
        time.sleep(1 / KEYS_PER_S)
        self.page.keyboard.press(key)

    def is_told(self, what: str, within_s: float) -> None:
        """She reads the hand-over code, in time."""
        expect(self.page.locator("#posted-code")).not_to_be_empty(timeout=PATIENCE_MS)
        took = time.monotonic() - self.began
        sys.stdout.write(f"\n{what}: {self.keys} keys, {self.glances} looks, {took:.1f} s (at most {within_s} s)\n")
        assert took < within_s


@pytest.fixture
def desk(as_persona: AsPersona, scene: Scene) -> Page:
    return as_persona("clerk").live().page


def test_a_new_need_takes_its_words_and_one_key_a_field(desk: Page) -> None:
    she = Typist(desk)
    expect(desk.locator("#name")).to_be_focused()
    for name, (words, keys) in FIELDS.items():
        she.looks()
        expect(desk.locator(f"#{name}")).to_be_focused()
        she.types(words, keys)
        she.presses("Tab")
    for name in ("kind", "urgency"):  # what is usually needed is chosen already
        she.looks()
        expect(desk.locator(f"#{name}")).to_be_focused()
        she.presses("Tab")
    she.looks()
    she.types(*SUMMARY)
    she.looks(LOOK_S)
    she.presses("Enter")
    assert she.keys == sum(keys for _words, keys in FIELDS.values()) + SUMMARY[1] + 7
    assert she.keys / KEYS_PER_S + 7 * GLANCE_S + LOOK_S < NEW_WITHIN_S - 5
    she.is_told("new", NEW_WITHIN_S)


def yesterdays(scene: Scene, **more: object) -> str:
    """Her order of yesterday, delivered and done."""
    order = scene.taken_as_far("closed", resident={"name": "何秀兰", "phone": "13900007788", "door": "2单元301"}, **more)
    subprocess.run([sys.executable, "-c", YESTERDAY, order["id"]], cwd=ROOT, env=scene.house.environ, check=True)
    return str(order["id"])


def test_the_last_need_of_who_is_on_the_telephone_takes_her_number_and_two_keys(desk: Page, scene: Scene) -> None:
    yesterdays(scene)
    she = Typist(desk)
    desk.locator("#phone").focus()
    she.types("13900007788", 11)
    she.presses("Alt+r")
    expect(desk.locator("#draft")).to_be_visible(timeout=PATIENCE_MS)
    she.looks(LOOK_S)
    she.presses("Enter")
    assert she.keys == 13
    assert she.keys / KEYS_PER_S + LOOK_S < REPEAT_WITHIN_S - 1
    she.is_told("repeat, by her number", REPEAT_WITHIN_S)
    expect(desk.locator("#orders .card").first).to_contain_text("代取降压药")


def test_the_need_of_a_row_or_of_a_chosen_resident_takes_two_keys(desk: Page, scene: Scene) -> None:
    order = yesterdays(scene)
    resident = scene["clerk"].get(f"/orders/{order}/again").json()["resident_id"]
    tell = "([id]) => document.getElementById('need').dispatchEvent(new CustomEvent('resident', { detail: { id, name: '何秀兰' } }))"
    desk.evaluate(tell, [resident])
    she = Typist(desk)
    she.presses("Alt+r")
    expect(desk.locator("#draft")).to_be_visible(timeout=PATIENCE_MS)
    she.looks(LOOK_S)
    she.presses("Enter")
    assert she.keys == 2
    she.is_told("repeat, resident chosen", REPEAT_WITHIN_S)
