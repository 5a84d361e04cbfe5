"""What is set on a street before somebody looks at it: orders in each state, a full board, words that are far too long."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.house import Caller, House

CAST = ["clerk", "coordinator", "coordinator2", "courier1", "courier2", "courier3"]
STATION, NEIGHBOUR = "120116014", "120116015"
LONG_CHINESE = "泰达街道康翠社区东海路与第三大街交口老年活动中心旁边的居民楼" * 2
LONG_LATIN = "Donaudampfschifffahrtselektrizitaetenhauptbetriebswerkbauunterbeamtengesellschaft"


class Scene:
    """The cast at their programs, arranging what the pages will show."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.callers = {login: Caller(house.url, token) for login, token in house.tokens(CAST).items()}

    def __getitem__(self, login: str) -> Caller:
        return self.callers[login]

    def do(self, login: str, order_id: str, verb: str, **body: Any) -> dict[str, Any]:
        """One verb over an order by one of the cast; it must be answered well."""
        answer = self[login].post(f"/orders/{order_id}/{verb}", body, key=str(uuid.uuid4()))
        assert answer.ok, answer.text
        said: dict[str, Any] = answer.json()
        return said

    def post(self, **more: Any) -> dict[str, Any]:
        """A need, posted by the clerk; returns the order as she reads it."""
        need = {
            "kind": "medicine", "summary": "代取降压药", "building": "3号楼", "urgency": "urgent", "private_note": "门铃坏了，请敲门",
            "resident": {"name": "陈桂兰", "phone": "13900001234", "door": "2单元301"}, **more,
        }  # fmt: skip
        answer = self["clerk"].post("/orders", need, key=str(uuid.uuid4()))
        assert answer.status_code == 201, answer.text
        said: dict[str, Any] = answer.json()
        return said

    def taken_as_far(self, state: str, courier: str = "courier1", **more: Any) -> dict[str, Any]:
        """An order of this courier's in this state."""
        order = self.post(**more)
        way = {
            "open": [], "claimed": ["claim"], "picked_up": ["claim", "pick-up"], "delivered": ["claim", "pick-up", "deliver"],
            "closed": ["claim", "pick-up", "deliver", "confirm"], "failed": ["claim", "fail"], "released": ["claim", "release"],
        }  # fmt: skip
        said: dict[str, Any] = {"deliver": {"code": order["code"]}, "fail": {"reason": "nobody_home"}, "release": {"reason": "busy"}}
        for verb in way[state]:
            self.do("clerk" if verb == "confirm" else courier, order["id"], verb, **said.get(verb, {}))
        return order

    def too_long(self) -> dict[str, Any]:
        """As long as the form allows, in signs that break anywhere and in a word that does not."""
        self.post(
            building=LONG_LATIN[:80],
            summary=LONG_LATIN + " " + LONG_LATIN[:30],
            resident={"name": LONG_LATIN[:60], "door": LONG_LATIN[:80]},
        )
        return self.post(
            building=LONG_CHINESE[:60], summary=LONG_CHINESE[:60], private_note=LONG_CHINESE * 4, slots=2, money_limit=1_000_000,
            resident={"name": LONG_CHINESE[:60], "phone": "13900005678", "door": LONG_CHINESE[:60]},
        )  # fmt: skip

    def lend(self, *logins: str, accepted: bool = True, **span: float) -> str:
        """Couriers of these logins are offered to the neighbour, and, unless said otherwise, lent; the loan's id."""
        me = {one["name"]: one["id"] for one in self["coordinator"].get("/couriers").json()["items"]}
        names = [self[login].get("/me").json()["name"] for login in logins]
        at = (datetime.now(UTC) + timedelta(**(span or {"hours": 4}))).isoformat()
        body = {"to_station_id": NEIGHBOUR, "until": at, "persons": [me[name] for name in names]}
        answer = self["coordinator"].post("/loans", body, key=str(uuid.uuid4()))
        assert answer.status_code == 201, answer.text
        loan = str(answer.json()["id"])
        if accepted:
            assert self["coordinator2"].post(f"/loans/{loan}/accept", key=str(uuid.uuid4())).ok
        return loan

    def ask(self, number: int = 2) -> str:
        """The neighbour asks for so many; the loan's id."""
        at = (datetime.now(UTC) + timedelta(hours=6)).isoformat()
        answer = self["coordinator2"].post("/loans", {"from_station_id": STATION, "until": at, "number": number}, key=str(uuid.uuid4()))
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def newcomers(self, *names: str) -> None:
        """Entered by the coordinator while her station wants two words."""
        self.house.flask("org", "settings", STATION, "vouch_twice=on")
        for n, name in enumerate(names):
            form = {"name": name, "phone": f"1375550{n:04d}", "depot_id": f"{STATION}D0{n + 1}", "skills": ["medicine", "heavy"]}
            assert self["coordinator"].http.post(f"{self.house.url}/couriers/invite", data=form, timeout=30).ok
        self.house.flask("org", "settings", STATION, "vouch_twice=")

    def courier(self, login: str) -> str:
        """A courier's id."""
        return str(self[login].get("/me").json()["id"])

    def corrected(self) -> str:
        """A certificate of courier1's, a correction that waits for its second person; returns another errand in the book."""
        mine = self["courier1"].get("/me/hours").json()
        if len(mine["items"]) < 2:  # the year has just begun
            mine = self["courier1"].get("/me/hours", year=mine["year"] - 1).json()
        days = {"from_day": f"{mine['year']}-01-01", "to_day": mine["items"][0]["day"]}
        made = self["courier1"].post("/me/certificates", {"station_id": mine["items"][0]["station_id"], **days})
        assert made.ok, made.text
        one, other = (item for item in mine["items"][:2])
        wanted = {"minutes": 30 if one["minutes"] != 30 else 45, "reason": "other", "note": "电梯坏了，等了很久"}
        proposed = self["coordinator"].post(f"/hours/{one['id']}/corrections", wanted)
        assert proposed.ok, proposed.text
        return str(other["id"])

    def clear(self) -> None:
        """Nothing is left to do: everything that can be cancelled or confirmed is."""
        coordinator = self["coordinator"]
        while orders := coordinator.get("/orders", status="active").json()["items"]:
            for order in orders:
                verb, body = ("confirm", {}) if order["status"] == "delivered" else ("cancel", {"reason": "other"})
                self.do("coordinator", order["id"], verb, **body)

    def close(self) -> None:
        for caller in self.callers.values():
            caller.close()
