"""A phone speaks: the card, the sound, one tap yes or one tap no, the next one asked at once; and the desks see it move."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.house import ROOT
from tests.pages.alert_scenes import everybody_at_once, on_duty_alone, one_at_a_time
from tests.pages.personas import DESKTOP, PATIENCE_MS, PHONE, AsPersona, Persona, until
from tests.pages.scenes import Scene
from tests.pages.test_for_everybody import RULES, TARGETS
from tests.pages.test_watch_alarms import EARS

pytestmark = pytest.mark.slow
CARD = "#alerts .alert:not(.gone)"


@pytest.fixture
def two(scene: Scene) -> Scene:
    """Two couriers on duty, and nothing else that is open."""
    scene.clear()
    on_duty_alone(scene.house, "courier1", "courier2")
    return scene


def at_the_board(as_persona: AsPersona, login: str, **how: Any) -> Persona:
    """A courier whose phone may sound: he has tapped."""
    courier = as_persona(login, **how)
    courier.page.add_init_script(EARS)
    courier.go("/board")
    courier.live()
    courier.page.locator("#count").click()
    return courier


def line(page: Page, order: dict[str, Any]) -> Any:
    return page.locator(f'#orders [data-id="{order["id"]}"] .alerts-line')


def test_one_is_asked_says_no_the_next_is_asked_at_once_and_the_clerk_sees_it_move(as_persona: AsPersona, two: Scene) -> None:
    one_at_a_time(two)
    phones = [at_the_board(as_persona, login) for login in ("courier1", "courier2")]
    clerk = as_persona("clerk").live()
    for persona in (*phones, clerk):
        persona.mark()
    order = two.post(skills=[])
    first = until(clerk.page, lambda: next((phone for phone in phones if phone.page.locator(CARD).count()), None))
    other = next(phone for phone in phones if phone is not first)
    expect(line(clerk.page, order)).to_contain_text("已提醒 1 人 · 0 人不方便 · 1 人未答复", timeout=PATIENCE_MS)
    expect(line(clerk.page, order)).to_contain_text("下一轮")
    # It has asked for sound: the notes of an offer, made by the page itself.
    until(first.page, lambda: first.page.evaluate("window.notes") >= 4)
    assert other.page.locator(CARD).count() == 0
    card = first.page.locator(CARD)
    expect(card).to_contain_text("3号楼")
    expect(card).to_contain_text("还剩")
    assert "陈桂兰" not in first.page.content()

    card.get_by_role("button", name="太远").click()
    expect(other.sees(CARD)).to_contain_text("取药")
    expect(first.page.locator("#alerts")).to_be_hidden(timeout=PATIENCE_MS)
    expect(first.page.locator(f'#board [data-id="{order["id"]}"]')).to_have_count(0, timeout=PATIENCE_MS)
    expect(line(clerk.page, order)).to_contain_text("已提醒 2 人 · 1 人不方便 · 1 人未答复", timeout=PATIENCE_MS)

    other.page.locator(CARD).get_by_role("button", name="接", exact=True).click()
    other.page.wait_for_url(f"**/errands/{order['id']}#claimed")
    expect(clerk.page.locator(f'#orders [data-id="{order["id"]}"]')).to_contain_text("已抢单", timeout=PATIENCE_MS)
    expect(line(clerk.page, order)).to_have_count(0)
    assert first.marked()
    assert clerk.marked()
    for persona in (*phones, clerk):
        assert persona.complaints() == []
        assert persona.strangers() == []


def test_taken_by_another_the_card_says_so_and_goes_and_after_a_reload_what_stands_is_there_again(
    as_persona: AsPersona, two: Scene
) -> None:
    everybody_at_once(two)
    phone = at_the_board(as_persona, "courier1")
    taken, left = two.post(skills=[]), two.post(skills=[], building="9号楼")
    phone.sees(f'{CARD}[data-id="{taken["id"]}"]')
    phone.sees("#alerts .more", has_text="后面还有 1 个提醒")
    two.do("courier2", taken["id"], "claim")
    expect(phone.page.locator("#alerts .alert.gone")).to_contain_text("已被抢", timeout=PATIENCE_MS)
    # The next of the queue takes its place.
    phone.sees(f'{CARD}[data-id="{left["id"]}"]')
    phone.page.reload()
    phone.live()
    phone.sees(f'{CARD}[data-id="{left["id"]}"]')
    assert phone.page.locator(CARD).count() == 1
    two.do("clerk", left["id"], "cancel", reason="solved")
    expect(phone.page.locator("#alerts")).to_be_hidden(timeout=PATIENCE_MS)


def test_what_comes_back_on_the_board_is_offered_anew_on_the_same_page(as_persona: AsPersona, two: Scene) -> None:
    everybody_at_once(two)
    phone = at_the_board(as_persona, "courier1")
    order = two.post(skills=[])
    phone.sees(CARD)
    two.do("courier2", order["id"], "claim")
    expect(phone.page.locator("#alerts")).to_be_hidden(timeout=PATIENCE_MS)
    two.do("courier2", order["id"], "release", reason="busy")
    phone.sees(f'{CARD}[data-id="{order["id"]}"]')


def test_whoever_goes_off_duty_has_no_card_any_more_here_and_after_a_reload(as_persona: AsPersona, two: Scene) -> None:
    phone = at_the_board(as_persona, "courier1")
    everybody_at_once(two)
    two.post(skills=[])
    phone.sees(CARD)
    phone.page.get_by_role("button", name="收工").click()
    expect(phone.page.locator("#alerts")).to_be_hidden(timeout=PATIENCE_MS)
    phone.page.reload()
    phone.live()
    expect(phone.page.locator("#alerts")).to_be_hidden()


@pytest.mark.parametrize(("locale", "colours", "yes"), [("zh", "light", "接"), ("en", "dark", "Take it")])
def test_the_card_is_for_every_reader_and_for_the_keyboard(as_persona: AsPersona, two: Scene, locale: str, colours: str, yes: str) -> None:
    everybody_at_once(two)
    phone = at_the_board(as_persona, "courier1", viewport=PHONE, locale=locale, color_scheme=colours)
    # The board's own card slides in beside it; half there it has half its colours.
    phone.page.emulate_media(reduced_motion="reduce")
    order = two.post(skills=[])
    phone.sees(CARD)
    assert Axe().run(phone.page, options=RULES).response["violations"] == []
    assert phone.page.evaluate(TARGETS) == []
    assert phone.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    phone.tab_to(yes)
    phone.page.keyboard.press("Enter")
    phone.page.wait_for_url(f"**/errands/{order['id']}#claimed")


def test_the_coordinator_hurries_widens_and_telephones(as_persona: AsPersona, two: Scene) -> None:
    one_at_a_time(two)
    coordinator = as_persona("coordinator").live()
    page = coordinator.page
    order = two.post(skills=[])
    page.locator(f'#unclaimed [data-id="{order["id"]}"] .slip').click()
    facts = page.locator("#opened-facts")
    expect(facts.locator(".alerts-line")).to_contain_text("已提醒 1 人", timeout=PATIENCE_MS)
    page.locator('#opened-verbs [data-verb="widen"]').click()
    expect(facts.locator(".alerts-line")).to_contain_text("已提醒 2 人", timeout=PATIENCE_MS)
    page.get_by_role("button", name="没人接会怎样").click()
    expect(facts.locator(".steps")).to_contain_text("告诉居委会", timeout=PATIENCE_MS)
    page.get_by_role("button", name="打电话找人").click()
    asked = page.locator("#call-list > li", has_text="手机在响").first
    expect(asked).to_contain_text("100 次里约接", timeout=PATIENCE_MS)
    row = page.locator(f'#call-list [data-person="{asked.get_attribute("data-person")}"]')
    row.get_by_role("button", name="显示号码").click()
    expect(row.locator('a[href^="tel:"]')).to_be_visible(timeout=PATIENCE_MS)
    row.get_by_role("button", name="他不行").click()
    expect(row.get_by_role("button", name="他不行")).to_have_attribute("aria-pressed", "true", timeout=PATIENCE_MS)
    # What he said by telephone counts as his own no, and the list that she works through stays open.
    expect(facts.locator(".alerts-line")).to_contain_text("1 人不方便", timeout=PATIENCE_MS)
    expect(row).to_be_visible()
    assert Axe().run(page, options=RULES).response["violations"] == []
    assert coordinator.complaints() == []


AN_HOUR_AGO = """
import sys
from datetime import timedelta
from wsgi import app
from sqlalchemy import update
from dispatch.core.clock import now
from dispatch.core.unit_of_work import transaction
from dispatch.orders.commanding import ORDERS
with app.app_context(), transaction() as work:
    then = now() - timedelta(hours=1)
    work.execute(update(ORDERS).where(ORDERS.c.id == sys.argv[1]).values(posted_at=then, opened_at=then, escalate_at=then))
"""


@pytest.mark.parametrize(
    ("locale", "colours", "words"), [("zh", "light", "请先给老人回个电话"), ("en", "dark", "please ring the resident")]
)
def test_the_committee_is_told_in_words_and_the_neighbours_desk_keeps_the_wish(
    as_persona: AsPersona, two: Scene, locale: str, colours: str, words: str
) -> None:
    clerk, neighbour = (as_persona(login, DESKTOP, locale, colours).live() for login in ("clerk", "coordinator2"))
    order = two.post(skills=[])
    command = [sys.executable, "-c", AN_HOUR_AGO, order["id"]]
    subprocess.run(command, cwd=ROOT, env=two.house.environ, check=True, capture_output=True)
    expect(clerk.page.locator(f'#orders [data-id="{order["id"]}"] .note')).to_contain_text(words, timeout=PATIENCE_MS)
    neighbour.sees("#wished")
    neighbour.page.reload()
    neighbour.live()
    neighbour.sees("#wished")
    for persona in (clerk, neighbour):
        assert Axe().run(persona.page, options=RULES).response["violations"] == []
        assert persona.complaints() == []


@pytest.mark.parametrize(("locale", "colours"), [("zh", "light"), ("en", "dark")])
@pytest.mark.parametrize(
    ("login", "path", "viewport"),
    [
        ("courier1", "/alerts", PHONE),
        ("courier1", "/channels", PHONE),
        ("coordinator", "/alerts/settings", DESKTOP),
        ("coordinator", "/channels", DESKTOP),
    ],
)
def test_the_pages_around_it_are_for_every_reader(
    as_persona: AsPersona, scene: Scene, login: str, path: str, viewport: tuple[int, int], locale: str, colours: str
) -> None:
    somebody = as_persona(login, viewport, locale, colours)
    if path == "/channels":
        page = somebody.go(path)
        page.locator('input[value="pushplus"]').check()
        page.locator("#address").fill("0123456789abcdef0123456789abcdef")
        page.locator("form.sheet button.go").click()
        somebody.sees("#channels .card", has_text="…cdef")
    else:
        somebody.go(path)
    page = somebody.page
    assert Axe().run(page, options=RULES).response["violations"] == []
    assert page.evaluate(TARGETS) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert somebody.complaints() == []


def test_what_is_for_study_is_fetched_as_often_as_it_is_asked_for(as_persona: AsPersona, scene: Scene) -> None:
    page = as_persona("coordinator").go("/alerts/settings")
    for _ in range(2):
        with page.expect_download() as fetched:
            page.get_by_role("button", name="下载 CSV").click()
        assert fetched.value.suggested_filename.endswith(".csv")
