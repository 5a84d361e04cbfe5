"""What is set on a street before somebody looks at it: orders in each state, a full board, words that are far too long."""

from __future__ import annotations

import io
import re
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from PIL import Image

from tests.house import Caller, House

CAST = ["clerk", "coordinator", "coordinator2", "courier1", "courier2", "courier3", "courier4", "courier5", "supervisor", "admin"]
STATION, NEIGHBOUR = "120116014", "120116015"
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


def receipt() -> bytes:
    """A photo of a slip of paper."""
    out = io.BytesIO()
    Image.new("RGB", (320, 480), "white").save(out, "JPEG")
    return out.getvalue()


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

    def told(self, courier: str = "courier1", other: str = "courier2", *, long: bool = True) -> None:
        """What a courier can be told himself: the station's words, a place in a queue, a head start of others, a record about him.

        Args:
            long: among the words are some that no line holds.
        """
        missed = self.taken_as_far("claimed", courier, kind="parcel", summary="代取快递")
        holder = self["coordinator"].get(f"/orders/{missed['id']}").json()["holders"][0]["id"]
        self.do("coordinator", missed["id"], "no-show", person_id=holder, reason="never_came")
        self.do("coordinator", missed["id"], "cancel", reason="solved")
        full = self.taken_as_far("claimed", other, kind="meal", summary="送午饭", skills=[])
        self.do(courier, full["id"], "queue")
        self.do(other, self.taken_as_far("claimed", other, kind="bill", summary="代缴水费", skills=[])["id"], "pick-up")
        helped = self.taken_as_far("picked_up", other, skills=[], summary="代买面粉", kind="groceries")
        self.do(other, helped["id"], "deliver", code=helped["code"])
        self.do("clerk", helped["id"], "confirm")
        for text in ("下午有雨，骑车慢一点；3号楼电梯停用，请走二单元。", *([LONG_LATIN + LONG_LATIN] if long else [])):
            self["coordinator"].post("/messages", {"text": text[:200]}).raise_for_status()
        self.house.flask("org", "settings", "120116014", "head_start_s=600")
        self.post(summary="代买鸡蛋", kind="groceries", familiar_first=True, skills=[])

    def advance(self, amount: int, courier: str = "courier1", **more: Any) -> dict[str, Any]:
        """Groceries that were delivered, and what this courier laid out for them, in fen."""
        order = self.post(**{"kind": "groceries", "summary": "买鸡蛋和小白菜", "money_limit": 20_000, **more})
        for verb in ("claim", "pick-up"):
            self.do(courier, order["id"], verb)
        his = self[courier]
        kept = his.http.post(f"{his.url}/api/v1/orders/{order['id']}/receipt", files={"receipt": ("r.jpg", receipt())}, timeout=60)
        assert kept.ok, kept.text
        self.do(courier, order["id"], "deliver", code=order["code"], amount=amount, receipt_id=kept.json()["receipt_id"])
        return order

    def duty(self, login: str, on: bool = True) -> None:
        """开工, or 收工."""
        self[login].http.put(f"{self.house.url}/api/v1/me/duty", json={"on": on}, timeout=30).raise_for_status()

    def money(self, *, long: bool = True) -> str:
        """Money laid out in each state, and an errand in courier3's hands for which some may be; returns that errand's id."""
        self.duty("courier3")
        clerk = self["clerk"]
        assert clerk.post("/money/box", {"amount": 50_000, "how": "cash"}, key=str(uuid.uuid4())).ok
        for way, amount in (("box", None), ("aid", None), ("resident", 1000)):
            order = self.advance(2350)
            self.do("clerk", order["id"], "settle", version=1, way=way, how="wechat", **({"amount": amount} if amount else {}))
        where = {"name": LONG_CHINESE[:60], "phone": "13900005678", "door": LONG_CHINESE[:60]}
        self.advance(19_999, **({"building": LONG_LATIN[:80], "resident": where} if long else {}))
        return str(self.taken_as_far("picked_up", "courier3", kind="groceries", money_limit=5000)["id"])

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

    def invite(self, name: str, phone: str) -> str:
        """A courier is invited at the coordinator's desk; the token of the invite."""
        form = {"name": name, "phone": phone, "depot_id": f"{STATION}D01"}
        answer = self["coordinator"].http.post(f"{self.house.url}/couriers/invite", data=form, timeout=30)
        found = re.search(r'value="https?://[^/"]+/enrol/([^"]+)"', answer.text)
        assert found, answer.text
        return found[1]

    def courier(self, login: str) -> str:
        """A courier's id."""
        return str(self[login].get("/me").json()["id"])

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
