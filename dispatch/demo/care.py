"""The demo street's care list: invented elders with their groups, contacts and consent; some have names that are hard to spell."""

from __future__ import annotations

import random
import uuid
from datetime import timedelta

from dispatch.core.clock import now
from dispatch.core.idempotency import Once
from dispatch.people.identity import Actor
from dispatch.residents import keeping

NAMES = (
    "陈桂芝", "单玉兰", "曾广福", "解秀珍", "仇德明", "区惠芳", "吕秀兰", "任淑琴", "朴顺姬", "欧阳文英", "王桂英", "李树森", "张玉珍",
    "刘振海", "赵淑兰", "孙宝山", "周凤英", "吴长贵", "郑素云", "冯德才", "韩桂荣", "杨淑华", "朱兴国", "秦玉芳", "许文海", "何秀芬",
    "马凤林", "高玉祥", "胡淑敏", "郭庆余", "林月仙", "罗仁义",
)  # fmt: skip
GROUPS = (
    ["living_alone"], ["living_alone", "minimum_income"], ["childless"], ["disabled"], ["left_behind"], ["low_income", "disabled"],
    ["destitute", "childless"], ["living_alone"],
)  # fmt: skip
NOTES = ("耳背，多敲一会儿门", "腿脚不好，请等一等", "有一只小狗，不咬人", "下午两点以后在家", None, None, "说天津话，慢一点说", None)
RELATIONS = (("儿子", "强"), ("女儿", "丽"), ("邻居", "敏"), ("侄子", "军"))
WAYS = ("phone", "in_person", "written", "guardian")


def fill(coordinator: Actor, communities: dict[str, int]) -> None:
    """Put so many on each community's list."""
    chance = random.Random(20261125)  # noqa: S311 - the same street every time, nothing secret
    numbers = iter(range(100_000))
    for community_id, many in communities.items():
        for _one in range(many):
            given = _elder(chance, next(numbers)) | {"community_id": community_id}
            keeping.enter(coordinator, given, Once(coordinator.id, str(uuid.uuid4()), "demo", {}))


def _elder(chance: random.Random, n: int) -> dict[str, object]:
    name, (relation, called) = NAMES[n % len(NAMES)], RELATIONS[n % len(RELATIONS)]
    child = [{"name": f"{name[0]}{called}", "relation": relation, "phone": f"1380001{n:04d}"}] if n % 3 else []
    return {
        "name": name, "phone": f"1390001{n:04d}" if n % 8 != 7 else f"2526{n:04d}", "building": f"{chance.randint(1, 30)}号楼",
        "door": f"{chance.randint(1, 4)}单元{chance.randint(1, 6)}0{chance.randint(1, 3)}", "groups": GROUPS[n % len(GROUPS)],
        "note": NOTES[n % len(NOTES)], "contacts": child,
        "consent": {"at": now() - timedelta(days=chance.randint(1, 300)), "how": WAYS[n % len(WAYS)], "to": ["care_list", "errands"]},
    }  # fmt: skip
