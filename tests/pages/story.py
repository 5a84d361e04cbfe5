"""The whole story as it is seen: one need, from the clerk's keyboard to her confirmation, on five screens that nobody reloads."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from tests.pages.personas import AsPersona, Persona, until

NAME, PHONE_NUMBER, DOOR, BUILDING, SUMMARY = "陈桂兰", "13900001234", "2单元301", "3号楼", "代取降压药，药房已缴费"
RACE_IN_MS = 400


class Story:
    """Told step by step; what is noted and pictured on the way is the listener's business."""

    def __init__(self, enter: AsPersona, *, note: Callable[[str, float], Any], picture: Callable[[Persona, str], Any]) -> None:
        self.note, self.picture = note, picture
        self.clerk, self.coordinator = enter("clerk").live(), enter("coordinator").live()
        self.couriers = [enter("courier1").live(), enter("courier2").live()]
        self.watchers = [self.clerk, self.coordinator, *self.couriers]
        for persona in self.watchers:
            persona.mark()
        self.order_id = self.mine = self.code = ""

    def seen(self, what: str, since: float, *by: Persona) -> None:
        """Each of them has seen what they expected; note how long it took."""
        for persona in by:
            self.note(f"{what} → {persona.login}", persona.saw() - since)

    def she_posts_by_keyboard(self) -> None:
        keys = self.clerk.page.keyboard
        for words in (NAME, PHONE_NUMBER, BUILDING, DOOR):
            keys.insert_text(words)
            keys.press("Tab")
        keys.press("Tab")  # medicine is what is usually needed
        keys.press("ArrowDown")
        keys.press("Tab")
        keys.insert_text(SUMMARY)
        self.picture(self.clerk, "desk-filled")
        self.clerk.expects("#posted-code:not(:empty)")
        self.coordinator.expects("#unclaimed .card", SUMMARY)
        for courier in self.couriers:
            courier.expects("#board .card", SUMMARY)
        since = _now()
        keys.press("Enter")
        self.seen("posted", since, self.clerk, self.coordinator, *self.couriers)
        self.code = self.clerk.page.locator("#posted-code").inner_text()
        self.order_id = str(self.clerk.page.locator("#orders .card", has_text=SUMMARY).get_attribute("data-id"))
        self.mine = f'[data-id="{self.order_id}"]'
        self.picture(self.clerk, "desk-code")
        self.picture(self.coordinator, "watch-new")
        for courier in self.couriers:
            courier.page.locator(f"#board {self.mine}").scroll_into_view_if_needed()
        self.picture(self.couriers[0], "board-new")

    def two_race_and_one_has_it(self) -> None:
        for courier in self.couriers:
            courier.expects(f"#board {self.mine} button.big", "已被抢")
        self.clerk.expects(self.mine, "已抢单")
        self.coordinator.expects(f"#under_way {self.mine}")
        since = _now() + RACE_IN_MS
        for courier in self.couriers:
            courier.page.evaluate(TAP_AT, [SUMMARY, since])
        self.winner = until(self.clerk.page, lambda: next((one for one in self.couriers if "/errands/" in one.page.url), None))
        (self.loser,) = [one for one in self.couriers if one is not self.winner]
        self.seen("claimed, the other reads 已被抢", since, self.loser)
        self.picture(self.loser, "board-taken")
        self.seen("claimed", since, self.clerk, self.coordinator)
        self.winner.page.wait_for_selector("text=已取到")
        self.note(
            "claimed, on his errand's page → " + self.winner.login,
            self.winner.page.evaluate("performance.timeOrigin + performance.now()") - since,
        )
        self.winner.mark()
        self.picture(self.winner, "errand-claimed")

    def he_picks_up_and_looks_at_the_number(self) -> None:
        page = self.winner.page
        self.clerk.expects(self.mine, "送件中")
        self.coordinator.expects(self.mine, "送件中")
        self.winner.expects("#errand", "送件中")
        since = _now()
        page.get_by_role("button", name="已取到").click()
        self.seen("picked up", since, self.winner, self.clerk, self.coordinator)
        page.get_by_role("button", name="显示号码").click()
        page.wait_for_selector(f'a[href="tel:{PHONE_NUMBER}"]')
        self.picture(self.winner, "errand-picked-up")

    def he_delivers_with_the_code(self) -> None:
        page, wrong = self.winner.page, f"{(int(self.code) + 1) % 10_000:04d}"
        page.get_by_label("请老人念四位交接码").fill(wrong)
        page.keyboard.press("Enter")
        page.wait_for_selector("#wrong:has-text('交接码不对')")
        self.clerk.expects(self.mine, "已送到")
        self.coordinator.expects(f"#word {self.mine}")
        self.winner.expects(".thanks")
        page.get_by_label("请老人念四位交接码").fill(self.code)
        since = _now()
        page.keyboard.press("Enter")
        self.seen("delivered", since, self.winner, self.clerk, self.coordinator)
        self.picture(self.winner, "errand-thanks")

    def she_confirms(self) -> None:
        self.picture(self.clerk, "desk-delivered")
        self.clerk.expects(f"main:not(:has({self.mine}))")
        self.coordinator.expects(f"#word:not(:has({self.mine}))")
        since = _now()
        self.clerk.page.locator(self.mine).get_by_role("button", name="满意", exact=True).click()
        self.seen("confirmed", since, self.clerk, self.coordinator)


TAP_AT = """([summary, at]) => {
  const card = [...document.querySelectorAll("#board .card")].find((one) => one.textContent.includes(summary));
  setTimeout(() => card.querySelector("button.big").click(), at - Date.now());
}"""


def _now() -> float:
    return time.time() * 1000
