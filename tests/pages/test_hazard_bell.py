"""Urgent reports ring at a coordinator's bell wherever she sits, say whom to phone, and lead to the hazard."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.pages.hazard_scenes import done, reported
from tests.pages.personas import PATIENCE_MS, AsPersona, until
from tests.pages.scenes import Scene
from tests.pages.test_watch_alarms import quiet_desk

pytestmark = pytest.mark.slow
ELDER, CLUTTER = "local-event-elder_in_trouble", "local-event-stairwell_clutter"


def test_a_person_in_distress_rings_among_the_errands_says_whom_to_phone_and_leads_to_the_report(
    as_persona: AsPersona, scene: Scene
) -> None:
    coordinator = quiet_desk(as_persona, scene)
    page = coordinator.page
    page.locator("#sound").click()
    before = page.evaluate("window.notes")
    reported(scene, category=CLUTTER)
    hazard = reported(scene, category=ELDER, note="两天没有开门")
    expect(page.locator("#alarms-list li")).to_have_count(1, timeout=PATIENCE_MS)
    alarm = page.locator("#alarms-list li")
    expect(alarm).to_contain_text("独居老人异常")
    expect(alarm).to_contain_text("3号楼")
    assert [one.get_attribute("href") for one in alarm.locator(".advice a").all()] == ["tel:120", "tel:110"]
    until(page, lambda: page.evaluate("window.notes") > before)
    until(page, lambda: "1" in page.title())
    alarm.locator("a.button").click()
    page.wait_for_url("**/hazards")
    coordinator.live()
    expect(page.locator("#opened .case-facts")).to_contain_text(hazard["number"], timeout=PATIENCE_MS)
    expect(page.locator("#opened .case-facts")).to_contain_text("两天没有开门")
    expect(page.locator("#alarms")).to_be_hidden()
    assert not coordinator.complaints()


def test_the_bell_is_still_when_a_colleague_has_judged_it_and_rings_at_the_hazards_desk_too(as_persona: AsPersona, scene: Scene) -> None:
    watching, judging = quiet_desk(as_persona, scene), as_persona("coordinator")
    judging.go("/hazards")
    judging.live()
    hazard = reported(scene, category=ELDER)
    for coordinator in (watching, judging):
        expect(coordinator.page.locator("#alarms-list")).to_contain_text("独居老人异常", timeout=PATIENCE_MS)
    done(scene, "coordinator", hazard, "accept")
    for coordinator in (watching, judging):
        expect(coordinator.page.locator("#alarms")).to_be_hidden(timeout=PATIENCE_MS)
    again = reported(scene, category=ELDER, building="8号楼")
    judging.page.locator("#alarms-list button").click()
    expect(judging.page.locator("#opened .case-facts")).to_contain_text(again["number"], timeout=PATIENCE_MS)
    expect(judging.page.locator("#alarms")).to_be_hidden()
    expect(watching.page.locator("#alarms")).to_contain_text("8号楼", timeout=PATIENCE_MS)


def test_who_reports_a_person_in_distress_has_the_numbers_under_the_thumb(as_persona: AsPersona, scene: Scene) -> None:
    courier = as_persona("courier1")
    courier.go("/hazards/mine")
    page = courier.live().page
    page.locator("#categories .chip", has_text="独居老人异常").click()
    expect(page.locator("#advice a").first).to_have_attribute("href", "tel:120")
    assert page.locator("#advice a").first.bounding_box()["height"] >= 44
