"""What somebody does on a page before it is looked at: opens, types, asks; nothing that the next reader would find changed."""

from __future__ import annotations

import re

import pyotp

from tests.pages.lived_in import PASSPHRASE, LivedIn
from tests.pages.personas import Persona
from tests.pages.scenes import PASTED

#: A sheet for the care list, with mistakes.
SHEET = (
    "姓名,电话,楼栋,门牌,群体,同意时间,同意方式\n钱来福,13755502468,3号楼,301,独居、富豪,2026-11-20,电话\n"
    "孙有财,12,5号楼,102,低保,昨天,当面\n"
)


def open_what_is_full(courier: Persona, _street: LivedIn) -> None:
    courier.page.locator("#full-part summary").click()
    courier.sees("#full .card")


def go_offline(courier: Persona, _street: LivedIn) -> None:
    courier.context.set_offline(True)
    courier.sees('#line[data-state="off"]')


def say_what_was_laid_out(courier: Persona, _street: LivedIn) -> None:
    courier.page.fill("#amount", "23.50")
    courier.page.locator("#laid-out").scroll_into_view_if_needed()


def make_a_mistake(clerk: Persona, _street: LivedIn) -> None:
    for field, words in {"#name": "孙有财", "#phone": "139", "#building": "3号楼", "#summary": "代取降压药"}.items():
        clerk.page.fill(field, words)
    clerk.page.keyboard.press("Enter")
    clerk.sees("#need-wrong")


def repeat_an_order(clerk: Persona, _street: LivedIn) -> None:
    clerk.page.locator("#orders .card", has_text="代取降压药").locator("button").first.focus()
    clerk.page.keyboard.press("Alt+r")
    clerk.sees("#draft")
    clerk.page.keyboard.press("Enter")
    clerk.sees("#alike")


def type_initials(clerk: Persona, _street: LivedIn) -> None:
    clerk.page.locator("#name").focus()
    clerk.page.keyboard.type("chen")
    clerk.sees("#found li")
    clerk.page.keyboard.press("ArrowDown")


def plan_a_week(clerk: Persona, _street: LivedIn) -> None:
    clerk.page.check("[name=weekdays][value='1']")
    clerk.sees("#coming li")


def paste_a_ledger(clerk: Persona, _street: LivedIn) -> None:
    clerk.page.fill("#pasted", PASTED)
    clerk.page.click("#look-at")
    clerk.sees("#rows tr")
    clerk.page.check("[name=shown][value=all]")


def choose_a_sheet(keeper: Persona, _street: LivedIn) -> None:
    keeper.page.set_input_files("#file", {"name": "list.csv", "mimeType": "text/csv", "buffer": SHEET.encode()})
    keeper.page.locator("#sheet button.go").click()
    keeper.sees("#report td")


def open_the_first_advance(clerk: Persona, _street: LivedIn) -> None:
    clerk.page.locator("#advances .opener").first.click()


def assign(coordinator: Persona, _street: LivedIn) -> None:
    coordinator.page.locator("#unclaimed .slip").first.click()
    coordinator.page.keyboard.press("a")


def ask_for_the_keys(coordinator: Persona, _street: LivedIn) -> None:
    coordinator.page.keyboard.press("?")


def open_the_first_hazard(coordinator: Persona, _street: LivedIn) -> None:
    coordinator.page.locator("#lists .slip").first.click()
    coordinator.sees("#opened")


def invite(staff: Persona, street: LivedIn) -> None:
    staff.page.fill("#name", "李雷")
    staff.page.fill("#phone", street.number())
    staff.page.select_option("#depot_id", index=1)
    staff.page.locator("form[action$='/couriers/invite'] button").click()
    staff.sees("#link")


def begin_the_second_step(staff: Persona, _street: LivedIn) -> None:
    staff.page.locator("form[action$='/begin'] button").click()
    staff.sees("#secret")


def enrol_a_phone(stranger: Persona, street: LivedIn) -> None:
    """The phone becomes a courier's, and he signs out: his PIN is asked for."""
    page, number = stranger.page, street.number()
    page.goto(f"{street.house.url}/enrol/{street.scene.invite('李雷', number)}")
    for field, words in {"#phone": number, "#pin": "482913", "#pin_again": "482913"}.items():
        page.fill(field, words)
    page.check("[name=consent]")
    page.locator("button.go").click()
    page.wait_for_url("**/board")
    stranger.context.clear_cookies(name="lm_session")
    page.goto(f"{street.house.url}/sign-in")


def turn_the_second_step_on(stranger: Persona, street: LivedIn) -> str:
    """By a clerk who has just been entered; returns her login."""
    login, page = street.member(), stranger.page
    _sign_in(stranger, street, login)
    page.wait_for_url("**/desk")
    page.goto(f"{street.house.url}/second-step")
    begin_the_second_step(stranger, street)
    page.fill("#code", pyotp.TOTP(re.sub(r"\s", "", page.locator("#secret").inner_text())).now())
    page.locator("form[action$='/verify'] button").click()
    stranger.sees(".codes")
    return login


def come_to_the_second_door(stranger: Persona, street: LivedIn) -> None:
    _sign_in(stranger, street, turn_the_second_step_on(stranger, street))
    stranger.sees("[name=ticket] ~ h1")


def _sign_in(stranger: Persona, street: LivedIn, login: str) -> None:
    stranger.context.clear_cookies()
    stranger.page.goto(f"{street.house.url}/sign-in?staff=1")
    stranger.page.fill("#login", login)
    stranger.page.fill("#passphrase", PASSPHRASE)
    stranger.page.locator("form.sheet button.go").click()
