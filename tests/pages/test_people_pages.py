"""The pages of people in a real browser: a loan that two desks and a phone see without a reload, and all of it by keyboard."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.pages.personas import PATIENCE_MS, AsPersona
from tests.pages.scenes import LONG_CHINESE, Scene

pytestmark = pytest.mark.slow


def test_a_loan_is_agreed_by_keyboard_and_the_phone_and_the_other_desk_see_it(as_persona: AsPersona, scene: Scene) -> None:
    scene.ask(1)
    lender, borrower, courier = as_persona("coordinator"), as_persona("coordinator2"), as_persona("courier1").live()
    lender.go("/loans")
    lender.live()
    borrower.go("/loans")
    borrower.live()
    for persona in (borrower, courier):
        persona.mark()
    name = scene["courier1"].get("/me").json()["name"]
    box = lender.page.locator("#loans .picks label", has_text=name).first.locator("input")
    box.focus()
    lender.page.keyboard.press("Space")
    lender.tab_to("同意，现在开始")
    lender.page.keyboard.press("Enter")
    expect(lender.page.locator('#loans [data-status="running"]')).to_be_visible(timeout=PATIENCE_MS)
    expect(borrower.page.locator('#loans [data-status="running"]')).to_be_visible(timeout=PATIENCE_MS)
    expect(courier.page.locator("#loan-note")).to_contain_text("您正在帮新港街道社工站", timeout=PATIENCE_MS)
    assert borrower.marked()
    assert courier.marked()
    # He comes home with one key, and both desks see it.
    courier.page.locator("#loan-note button").focus()
    courier.page.keyboard.press("Enter")
    for persona in (lender, borrower):
        expect(persona.page.locator('#loans [data-status="ended"]')).to_be_visible(timeout=PATIENCE_MS)
    courier.live()
    expect(courier.page.locator("#loan-note .note")).to_have_count(0, timeout=PATIENCE_MS)
    assert not [line for one in (lender, borrower, courier) for line in one.complaints()]


def test_who_is_named_is_asked_without_a_reload_and_may_say_no(as_persona: AsPersona, scene: Scene) -> None:
    courier = as_persona("courier2").live()
    courier.mark()
    scene.lend("courier2", accepted=False)
    expect(courier.page.locator("#loan-note")).to_contain_text("不方便可以不去", timeout=PATIENCE_MS)
    assert courier.marked()
    courier.page.get_by_role("button", name="这次不去").click()
    courier.page.wait_for_url("**/board")
    assert scene["courier2"].get("/loans").json()["items"] == []


def test_a_newcomer_with_a_very_long_name_is_confirmed_by_keyboard(as_persona: AsPersona, scene: Scene) -> None:
    name = LONG_CHINESE[:60]
    scene.newcomers(name)
    supervisor = as_persona("supervisor", (390, 844))
    supervisor.go("/newcomers")
    assert supervisor.page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    supervisor.tab_to("我认识他，确认")
    supervisor.page.keyboard.press("Enter")
    supervisor.sees(".empty")
    coordinator = as_persona("coordinator")
    coordinator.go("/couriers")
    expect(coordinator.page.locator("td a", has_text=name[:20])).to_be_visible(timeout=PATIENCE_MS)
