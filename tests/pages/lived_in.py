"""A street on which there is something to see on every page: errands in each state, money, hours, loans, hazards, newcomers."""

from __future__ import annotations

import itertools
from datetime import date
from typing import Any

from tests.house import House
from tests.pages.hazard_scenes import everywhere
from tests.pages.scenes import LONG_CHINESE, LONG_LATIN, STATION, Scene

PASSPHRASE = "on-the-street-of-the-tests"
WEEKLY: dict[str, Any] = {
    "kind": "medicine", "summary": "每周取一次药", "building": "3号楼", "weekdays": [1, 3, 5], "opens": "09:00", "closes": "11:00",
    "on_holidays": "move",
}  # fmt: skip
_numbers = itertools.count(1)


class LivedIn:
    """What was set on a house's street; `places` are the addresses of it that no table can know."""

    def __init__(self, house: House, *, long: bool = True) -> None:
        """Args:
        long: among the words are some that no line holds.
        """
        self.house, self.scene, self.long = house, Scene(house), long
        self.places: dict[str, str] = {}
        # One courier holds all that is to be looked at.
        house.flask("org", "settings", STATION, "claim_cap=20")
        self._errands()
        self._weekly()
        self.places["hazard"] = everywhere(self.scene, long=long)
        self._people()
        self.scene.duty("courier4")
        self.scene.duty("courier5", False)

    def at(self, path: str) -> str:
        """An address of the table, on this street."""
        return path.format_map(self.places)

    def _errands(self) -> None:
        scene = self.scene
        self.places["laid_out"] = scene.money(long=self.long)
        for state in ("claimed", "picked_up", "delivered", "released"):
            self.places[state] = scene.taken_as_far(state, urgency="today")["id"]
        scene.do("courier1", self.places["claimed"], "reveal")
        two = scene.post(slots=2, kind="clinic", urgency="today", summary="陪去社区医院")
        scene.do("courier1", two["id"], "claim")
        self.places["two"] = two["id"]
        scene.told(long=self.long)
        self.places["counted"] = scene.corrected()
        self.places["certificate"] = self._certificate()

    def _certificate(self) -> str:
        mine = self.scene["courier1"].get("/me/hours").json()
        done = (mine["items"] or self.scene["courier1"].get("/me/hours", year=mine["year"] - 1).json()["items"])[0]
        asked = {"station_id": done["station_id"], "from_day": done["day"], "to_day": done["day"]}
        return str(self.scene["courier1"].post("/me/certificates", asked).json()["verify_url"].rpartition("/")[2])

    def _weekly(self) -> None:
        scene, clerk = self.scene, self.scene["clerk"]
        of = scene.too_long() if self.long else scene.post(kind="groceries", summary="买白菜和豆腐", money_limit=3000)
        words = {"summary": LONG_CHINESE[:60], "building": LONG_CHINESE[:60], "weekdays": [1, 2, 3, 4, 5, 6, 7]} if self.long else {}
        hers = {"resident_id": clerk.get(f"/orders/{of['id']}/again").json()["resident_id"]}
        for named in (hers, {"resident": {"name": "陈桂兰"}}):
            answer = clerk.post("/standings", {**WEEKLY, **words, **named, "first_day": f"{date.today()}"})
            assert answer.ok, answer.text
        self.places["listed"] = clerk.post("/residents/find", {"q": "曾广福"}).json()["items"][0]["id"]

    def _people(self) -> None:
        scene = self.scene
        scene.lend("courier2")
        scene.lend("courier3", accepted=False)
        scene.ask()
        scene.newcomers("周小海", LONG_LATIN[:60] if self.long else "李玉兰")
        one = self.places["courier"] = scene.courier("courier1")
        trusted = {"skills": ["medicine", "heavy", "escort"]}
        scene["coordinator"].http.post(f"{self.house.url}/couriers/{one}/skills", data=trusted, timeout=30).raise_for_status()
        self.places["enrol"] = scene.invite("李雷", self.number())

    def number(self) -> str:
        """A phone number that nobody has had."""
        return f"1370002{next(_numbers):04d}"

    def member(self) -> str:
        """A clerk who has just been entered, with PASSPHRASE; her login."""
        login = f"hao{next(_numbers)}"
        said = ("--login", login, "--role", "clerk", "--unit", f"{STATION}003", "--name", "郝晓燕", "--passphrase", PASSPHRASE)
        self.house.flask("people", "add", *said)
        return login

    def close(self) -> None:
        self.scene.close()
