"""What is set on a street before somebody looks at it: orders in each state, a full board, words that are far too long."""

from __future__ import annotations

import uuid
from typing import Any

from tests.house import Caller, House

CAST = ["clerk", "coordinator", "courier1", "courier2", "courier3"]
LONG_CHINESE = "泰达街道康翠社区东海路与第三大街交口老年活动中心旁边的居民楼" * 2
LONG_LATIN = "Donaudampfschifffahrtselektrizitaetenhauptbetriebswerkbauunterbeamtengesellschaft"
#: A ledger as it is copied from a sheet, with a mistake in it and a line that stands there twice.
PASTED = """序号\t姓名\t电话\t楼栋\t门牌\t需求\t时间\t备注
1\t陈桂兰\t139-0000-1234\t3\t2-301\t降压药一盒\t明天上午\t门铃坏了，请敲门
2\t孙秀英（独居）\t１３９００００５６７８\t3号楼2单元502\t\t买菜：白菜、土豆\t明天下午\t
3\t李德福\t1390000\t5号楼\t101\t米10斤\t昨天\t
4\t赵建华\t13700001111\t7#\t1-102\t取快递\t不限\t
5\t赵建华\t13700001111\t7#\t1-102\t取快递\t不限\t
合计\t5户"""


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
