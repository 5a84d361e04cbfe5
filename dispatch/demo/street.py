"""The demo street: TEDA's twenty real communities with invented people and a morning's errands in every state.

Names of communities are the published ones; points are approximate; persons, phones (of the never-assigned block 1380000…)
and errands are made up.
"""

from __future__ import annotations

import random
import uuid
from datetime import time, timedelta
from importlib import resources
from typing import Any

from sqlalchemy import select, update

from dispatch.core.clock import SHANGHAI, now
from dispatch.core.idempotency import Once
from dispatch.core.unit_of_work import Work, reading, transaction
from dispatch.demo import care, corners
from dispatch.demo.past import live_through
from dispatch.hours.booking import book
from dispatch.orders import claiming, closing, delivering, posting, standing
from dispatch.orders.commanding import ORDERS
from dispatch.people.clocking import set_duty
from dispatch.people.enrolling import add_person
from dispatch.people.identity import Actor, locked_actor
from dispatch.people.importing import import_units
from dispatch.people.models import SKILLS, Role
from dispatch.people.queries import person_by_login
from dispatch.reports.counting import count

STATION, NEIGHBOUR, DISTRICT = "120116014", "120116015", "120116"
COMMUNITIES = [f"{STATION}{n:03d}" for n in range(1, 21)]
HOME, OTHER = f"{STATION}003", f"{STATION}004"
COURIERS = 80
SURNAMES = "赵钱孙李周吴郑王冯陈卫蒋沈韩杨朱秦许何吕张孔曹严华金魏陶姜"
GIVEN = ("志强", "建国", "海涛", "晓东", "立新", "文博", "春生", "永刚", "少华", "国庆", "家乐", "玉林", "德胜", "宏伟", "振东", "学军")
ELDERS = ("陈桂兰", "李秀英", "王淑珍", "张凤琴", "刘玉梅", "赵文海", "孙福来", "杨宝珠", "马永年", "郭素芬", "何长庚", "徐月娥")
NEEDS = (
    ("medicine", "代取降压药", "urgent", "社区医院药房窗口已缴费，报姓名取药"),
    ("groceries", "买鸡蛋、小白菜和豆腐", "today", "门铃坏了，请敲门，耳背，多等一会儿"),
    ("parcel", "驿站取件送上门", "today", "取件码在门口贴着"),
    ("meal", "社区食堂取午饭", "urgent", "糖尿病餐，请别拿错"),
    ("repair", "换厨房灯泡", "routine", "灯泡已经买好"),
    ("bill", "代缴电费", "routine", "电卡在桌上"),
    ("company", "陪着说说话", "routine", "喜欢下象棋"),
    ("clinic", "陪同去社区医院量血压", "today", "坐轮椅，需要两个人"),
)


def load(*, hazards: bool = True) -> bool:
    """Enter the demo street; returns False where it is already.

    Args:
        hazards: with what couriers have seen on its stairs.
    """
    if person_by_login(reading(), "coordinator"):
        return False
    chance = random.Random(20261124)  # noqa: S311 - the same street every time, nothing secret
    with transaction() as work, resources.files(__package__).joinpath("street.csv").open(encoding="utf-8") as rows:
        import_units(work, rows)
        _people(work, chance)
    _duty(chance)
    care.fill(_actor("coordinator"), {HOME: 32, OTHER: 6, COMMUNITIES[0]: 4, COMMUNITIES[4]: 3})
    _morning(chance)
    with transaction() as work:
        live_through(work, STATION, DISTRICT, [_actor(f"courier{n}").id for n in (1, 2, 3)], chance)
    book()
    count()
    _weekly(chance)
    if hazards:
        corners.fill(_actor, COMMUNITIES, chance)
    return True


def _people(work: Work, chance: random.Random) -> None:
    staff = (
        ("clerk", Role.CLERK, HOME, "王敏"), ("clerk2", Role.CLERK, OTHER, "刘芳"), ("coordinator", Role.COORDINATOR, STATION, "李红梅"),
        ("coordinator2", Role.COORDINATOR, NEIGHBOUR, "高秀云"),
        ("supervisor", Role.SUPERVISOR, DISTRICT, "周建华"), ("admin", Role.ADMIN, DISTRICT, "管理员"),
    )  # fmt: skip
    for login, role, unit, name in staff:
        add_person(work, login=login, role=role, unit_id=unit, name=name)
    for n in range(1, COURIERS + 1):
        depot, name = f"{STATION}D{(n - 1) % 20 + 1:02d}", SURNAMES[n % len(SURNAMES)] + GIVEN[n % len(GIVEN)]
        skills = sorted({"medicine", *chance.sample(SKILLS, 2)})
        phone = f"138{n:08d}"
        add_person(work, login=f"courier{n}", role=Role.COURIER, unit_id=depot, name=name, phone=phone, skills=skills)
    add_person(work, login="neighbour", role=Role.COURIER, unit_id=f"{NEIGHBOUR}D01", name="孙立军", phone="13800000999")


def _actor(login: str) -> Actor:
    actor = locked_actor(reading(), person_by_login(reading(), login).id)
    if actor is None:
        raise LookupError(login)
    return actor


def _duty(chance: random.Random) -> None:
    for n in [1, 2, *sorted(chance.sample(range(3, COURIERS + 1), 36))]:
        set_duty(_actor(f"courier{n}"), True)


def _once(actor: Actor) -> Once:
    return Once(actor.id, str(uuid.uuid4()), "demo", {})


def _need(chance: random.Random, community: str, number: int) -> dict[str, Any]:
    kind, summary, urgency, note = NEEDS[number % len(NEEDS)]
    building = f"{chance.randint(1, 30)}号楼"
    door = f"{chance.randint(1, 4)}单元{chance.randint(1, 6)}0{chance.randint(1, 3)}"
    resident = {"name": ELDERS[number % len(ELDERS)], "phone": f"1390000{chance.randint(0, 9999):04d}", "door": door,
                "groups": chance.sample(["living_alone", "childless", "disabled", "low_income"], 1)}  # fmt: skip
    return {
        "kind": kind, "summary": summary, "urgency": urgency, "private_note": note, "building": building, "resident": resident,
        "community_id": community, "slots": 2 if kind == "clinic" else 1, "money_limit": 5000 if kind == "groceries" else None,
        "window_end": now() + timedelta(hours=6),
    }  # fmt: skip


def _morning(chance: random.Random) -> None:
    """Sixteen errands in the clerks' own communities and around, taken as far as each state."""
    coordinator, first, second = _actor("coordinator"), _actor("courier1"), _actor("courier2")
    on_duty = [login for login in (f"courier{n}" for n in range(3, COURIERS + 1)) if _actor(login).on_duty]
    reach = [0, 0, 1, 2, 3, 4, 0, 0, 5, 6, 1, 0, 2, 4, 7, 0, 0, 0]
    for number, far in enumerate(reach):
        community = HOME if number % 3 == 0 else chance.choice(COMMUNITIES)
        order_id = posting.post(coordinator, _need(chance, community, number), _once(coordinator))["order_id"]
        _take_as_far(far, order_id, _actor(on_duty[number]), coordinator)
    if not first.on_duty or not second.on_duty:
        raise LookupError("courier1 and courier2 begin on duty")


def _weekly(chance: random.Random) -> None:
    """What comes back every week in the clerk's own community, from tomorrow on."""
    clerk, tomorrow = _actor("clerk"), now().astimezone(SHANGHAI).date() + timedelta(days=1)
    for number, (weekdays, opens, on_holidays) in enumerate(
        [([1, 4], time(9), "move"), ([2, 5], time(15), "skip"), ([6], time(10), "keep")]
    ):
        plan = {"weekdays": weekdays, "first_day": tomorrow, "opens": opens, "closes": time(opens.hour + 2), "on_holidays": on_holidays}
        standing.make(clerk, _need(chance, HOME, number) | plan, _once(clerk))


def _take_as_far(far: int, order_id: str, courier: Actor, coordinator: Actor) -> None:
    """0 open · 1 claimed · 2 picked up · 3 delivered · 4 closed · 5 cancelled · 6 failed · 7 expired."""
    if far == 5:
        closing.cancel(coordinator, order_id, "resident_changed", _once(coordinator))
        return
    if far == 7:
        with transaction() as work:
            work.execute(update(ORDERS).where(ORDERS.c.id == order_id).values(window_end=now()))
        closing.by_the_clock("expire", order_id)
        return
    if far == 0:
        return
    claiming.assign(coordinator, order_id, courier.id, _once(coordinator))
    full = reading().execute(select(ORDERS.c.status).where(ORDERS.c.id == order_id)).scalar_one() == "claimed"
    if far == 1 or not full:
        return
    if far == 6:
        delivering.fail(courier, order_id, "nobody_home", _once(courier))
        return
    delivering.pick_up(courier, order_id, _once(courier))
    if far >= 3:
        code = reading().execute(select(ORDERS.c.code).where(ORDERS.c.id == order_id)).scalar_one()
        delivering.deliver(courier, order_id, _once(courier), code=code)
    if far >= 4:
        closing.confirm(coordinator, order_id, _once(coordinator))
