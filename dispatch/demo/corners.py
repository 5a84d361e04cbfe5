"""The demo street's hazards: one in every state, and corners that kept coming back in the past two months."""

from __future__ import annotations

import random
import secrets
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import insert, select, update

from dispatch.core import photos
from dispatch.core.clock import SHANGHAI, now
from dispatch.core.geo import Point
from dispatch.core.idempotency import Once
from dispatch.core.ids import new_id
from dispatch.core.unit_of_work import Work, reading, transaction
from dispatch.demo.pictures import picture
from dispatch.hazards import asking, assigning, handling, merging, moderating, pausing, reporting
from dispatch.hazards.commanding import HAZARDS
from dispatch.hazards.models import HazardPhoto, HazardQuestion, HazardReport, HazardStep
from dispatch.hazards.photographing import folder
from dispatch.people.identity import Actor
from dispatch.people.models import Unit

RUBBISH, OVERFLOW, PILES = "gb47678-event-06010", "gb47678-event-06042", "gb47678-event-06036"
PASSAGE, CHARGING, CLUTTER = "local-event-fire_passage", "local-event-flying_wire_charging", "local-event-stairwell_clutter"
LAMP, MANHOLE, WATER, ELDER = "local-part-street_lamp", "local-part-manhole", "local-event-standing_water", "local-event-elder_in_trouble"


class Seen(NamedTuple):
    """One thing somebody saw: so many hours ago, in the n-th community; `far`: how far it has come, a key of _WAYS."""

    hours_ago: float
    community: int
    building: str
    category: str
    note: str
    scene: str | None
    far: str


STANDING = (
    Seen(0.2, 3, "3号楼2单元门口", RUBBISH, "门后堆了七八袋垃圾，有味了", "rubbish", "reported"),
    Seen(0.6, 4, "12号楼东侧", CHARGING, "二楼窗户拉下一根线在充电", None, "reported"),
    Seen(1.1, 6, "7号楼南", LAMP, "连着两盏不亮，老人晚上下楼看不见", "night", "reported"),
    Seen(5, 3, "9号楼1单元三楼", CLUTTER, "纸箱一直堆到三楼，推车过不去", "boxes", "accepted"),
    Seen(7, 8, "2号楼北口", WATER, "下水返上来，一踩一脚水", "water", "accepted"),
    Seen(26, 3, "5号楼西侧", OVERFLOW, "桶满了，地上都是", "rubbish", "assigned"),
    Seen(30, 4, "紫云小学后门", MANHOLE, "井盖翘起来一个角", None, "overdue"),
    Seen(75, 5, "18号楼4单元", CLUTTER, "旧柜子占了半个楼道", "boxes", "suspended"),
    Seen(29, 3, "11号楼门口", PASSAGE, "电动车把消防通道占满了", "bicycles", "fixed"),
    Seen(50, 2, "1号楼2单元", RUBBISH, "楼道里一袋垃圾", "rubbish", "declined"),
    Seen(54, 7, "6号楼", PILES, "楼前堆着木板", None, "void"),
    Seen(96, 3, "14号楼", ELDER, "敲了两回没人应，窗帘也没拉", None, "verified"),
)


class Corner(NamedTuple):
    """A place where it comes back: how many days ago each time, and how many hours until it was gone."""

    community: int
    building: str
    category: str
    note: str
    scene: str
    days_ago: tuple[int, ...]
    took_h: tuple[int, ...]


COMING_BACK = (
    Corner(3, "6号楼1单元楼梯下", RUBBISH, "楼梯下面又堆上了", "rubbish", (55, 41, 24, 9), (7, 20, 5, 6)),
    Corner(4, "20号楼消防通道", PASSAGE, "又有人把车停在消防通道里", "bicycles", (47, 30, 12), (3, 4, 10)),
    Corner(1, "8号楼四楼拐角", CLUTTER, "清过的纸箱又回来了", "boxes", (38, 19), (28, 9)),
)

Way = Callable[["Street", str, Actor], None]


class Street:
    """Who reports, judges and deals with it."""

    def __init__(self, who: Callable[[str], Actor], communities: list[str], chance: random.Random) -> None:
        self.who, self.communities, self.chance = who, communities, chance
        self.coordinator = who("coordinator")
        self.places = _places(communities)
        self.drawn: dict[str, bytes] = {}
        self.number = 0

    def once(self, actor: Actor) -> Once:
        return Once(actor.id, str(uuid.uuid4()), "demo", {})

    def report(self, courier: Actor, seen: Seen) -> str:
        """What one courier saw, with its photo."""
        community = self.communities[seen.community - 1]
        middle = self.places[community]
        # A building is always at the same place.
        spread = random.Random(f"{community} {seen.building}")  # noqa: S311
        said: dict[str, Any] = {
            "category": seen.category, "note": seen.note, "building": seen.building, "community_id": community,
            "lat": middle.lat + spread.uniform(-0.0012, 0.0012), "lon": middle.lon + spread.uniform(-0.0015, 0.0015),
        }  # fmt: skip
        sent = [self.photo(courier, seen.scene)] if seen.scene else []
        return str(reporting.report(courier, said, sent, self.once(courier), quota=False)["hazard_id"])

    def photo(self, courier: Actor, scene: str) -> str:
        """Drawn and made anew once for each scene, as every photo is; further ones are copies of what came of it."""
        name = f"{secrets.token_hex(16)}.jpg"
        if scene in self.drawn:
            photos.put_back(folder(), name, self.drawn[scene])
        else:
            name = photos.store(picture(scene, self.chance), folder()).name
            self.drawn[scene] = photos.existing(folder(), name).read_bytes()
        row = {"id": new_id(), "person_id": courier.id, "name": name, "width": 960, "height": 720, "caption": "report", "at": now()}
        with transaction() as work:
            work.execute(insert(HazardPhoto.__table__), row)
        return str(row["id"])

    def accept(self, hazard_id: str) -> None:
        moderating.accept(self.coordinator, hazard_id, {}, None, self.once(self.coordinator))

    def assign(self, hazard_id: str) -> None:
        self.accept(hazard_id)
        assigning.assign(self.coordinator, hazard_id, None, None, self.once(self.coordinator))

    def fix(self, hazard_id: str, photo: bool = True) -> None:
        self.assign(hazard_id)
        boss = self.coordinator
        after = [self.photo(boss, "clean")] if photo else []
        handling.fix(boss, hazard_id, after, None if photo else "已上门看过", None, self.once(boss))

    def verify(self, hazard_id: str, courier: Actor) -> None:
        """Somebody came by, was asked, and has seen that it is gone."""
        self.fix(hazard_id)
        with transaction() as work:
            row = {"id": new_id(), "hazard_id": hazard_id, "person_id": courier.id, "asked_at": now()}
            work.execute(insert(HazardQuestion.__table__), row)
        asking.answer(courier, hazard_id, True, [], self.once(courier))


def _places(communities: list[str]) -> dict[str, Point]:
    units = Unit.__table__
    rows = reading().execute(select(units.c.id, units.c.lat, units.c.lon).where(units.c.id.in_(communities)))
    return {row.id: Point(row.lat, row.lon) for row in rows}


def _overdue(street: Street, hazard_id: str, _other: Actor) -> None:
    street.assign(hazard_id)
    with transaction() as work:
        work.execute(update(HAZARDS).where(HAZARDS.c.id == hazard_id).values(due_at=now() - timedelta(hours=3)))


def _suspend(street: Street, hazard_id: str, _other: Actor) -> None:
    street.assign(hazard_id)
    boss = street.coordinator
    pausing.suspend(boss, hazard_id, now() + timedelta(days=12), "needs_money", "等清运经费批下来", None, street.once(boss))


def _decline(street: Street, hazard_id: str, _other: Actor) -> None:
    boss = street.coordinator
    moderating.decline(boss, hazard_id, "collected_today", None, None, street.once(boss))


def _void(street: Street, hazard_id: str, _other: Actor) -> None:
    street.accept(hazard_id)
    handling.void(street.coordinator, hazard_id, "not_ours", None, None, street.once(street.coordinator))


def _verify_by_staff(street: Street, hazard_id: str, _other: Actor) -> None:
    street.fix(hazard_id, photo=False)
    clerk = street.who("clerk")
    handling.verify(clerk, hazard_id, None, street.once(clerk))


#: How far → what is done after the report.
_WAYS: Mapping[str, Way] = {
    "reported": lambda _street, _hazard, _other: None,
    "accepted": lambda street, hazard, _other: street.accept(hazard),
    "assigned": lambda street, hazard, _other: street.assign(hazard),
    "overdue": _overdue,
    "suspended": _suspend,
    "fixed": lambda street, hazard, _other: street.fix(hazard),
    "declined": _decline,
    "void": _void,
    "verified": _verify_by_staff,
}
#: How long after it was seen each step came, in minutes; what fixes it takes as long as it takes.
_PACE = {"report": 2, "accept": 14, "decline": 16, "merge": 18, "assign": 27, "suspend": 40, "void": 60}


def fill(who: Callable[[str], Actor], communities: list[str], chance: random.Random) -> None:
    """Enter them all.

    Args:
        who: somebody of the street by login.
        communities: the station's, in their order.
        chance: of the street.
    """
    street = Street(who, communities, chance)
    for n, seen in enumerate(STANDING):
        courier, other = who(f"courier{21 + n % 4}"), who(f"courier{31 + n % 3}")
        hazard_id = street.report(courier, seen)
        _WAYS[seen.far](street, hazard_id, other)
        _lived(street, hazard_id, now() - timedelta(hours=seen.hours_ago), timedelta(hours=min(4, seen.hours_ago / 2)))
        if seen.far == "assigned":
            _reported_twice(street, hazard_id, seen, other)
    for corner in COMING_BACK:
        _came_back(street, corner)


def _reported_twice(street: Street, hazard_id: str, seen: Seen, other: Actor) -> None:
    """Another courier saw it too, and his report was merged into the first."""
    double = street.report(other, seen._replace(scene=None, note="这里的垃圾桶满出来了"))
    merging.merge(street.coordinator, double, hazard_id, None, street.once(street.coordinator))
    _lived(street, double, now() - timedelta(hours=seen.hours_ago - 2), timedelta(hours=1))


def _came_back(street: Street, corner: Corner) -> None:
    for n, (days, took) in enumerate(zip(corner.days_ago, corner.took_h, strict=True)):
        courier, other = street.who(f"courier{21 + n}"), street.who(f"courier{31 + n % 3}")
        seen = Seen(days * 24, corner.community, corner.building, corner.category, corner.note, corner.scene if n < 2 else None, "")
        hazard_id = street.report(courier, seen)
        street.verify(hazard_id, other)
        _lived(street, hazard_id, now() - timedelta(days=days, minutes=street.chance.randint(0, 300)), timedelta(hours=took))


def _lived(street: Street, hazard_id: str, seen: datetime, took: timedelta) -> None:
    """Put everything of a hazard back to when it was: its own moments, its steps, who reported it."""
    street.number += 1
    steps, reports, shots = HazardStep.__table__, HazardReport.__table__, HazardPhoto.__table__
    with transaction() as work:
        row = work.execute(select(HAZARDS).where(HAZARDS.c.id == hazard_id)).one()
        at = dict.fromkeys(("fix", "reopen"), seen + took) | {"verify": seen + took + timedelta(hours=2)}
        at |= {verb: seen + timedelta(minutes=minutes) for verb, minutes in _PACE.items()}
        last = seen
        for step in work.execute(select(steps.c.version, steps.c.verb).where(steps.c.hazard_id == hazard_id).order_by(steps.c.version)):
            last = at[step.verb]
            mine = (steps.c.hazard_id == hazard_id, steps.c.version == step.version)
            work.execute(update(steps).where(*mine).values(at=last))
        for table, column in ((reports, "hazard_id"), (shots, "hazard_id")):
            work.execute(update(table).where(table.c[column] == hazard_id).values(at=at["report"]))
        work.execute(update(reports).where(reports.c.hazard_id == hazard_id).values(seen_at=seen))
        _put_back(work, row, seen, last, at, street.number)


def _put_back(work: Work, row: Any, seen: datetime, last: datetime, at: Mapping[str, datetime], number: int) -> None:
    values: dict[str, Any] = {"seen_at": seen, "sent_at": at["report"], "changed_at": last}
    if seen.astimezone(SHANGHAI).date() != now().astimezone(SHANGHAI).date():
        values["number"] = f"H{seen.astimezone(SHANGHAI):%m%d}-{number:03d}"
    if row.assigned_at:
        values["assigned_at"] = at["assign"]
    if row.fixed_at:
        values["fixed_at"] = at["fix"]
    # A clock that ran is put back with the rest; one that still runs stays, so that the street looks the same at any hour.
    if row.status not in ("accepted", "assigned"):
        values |= {name: getattr(row, name) - (now() - seen) for name in ("due_at", "district_due_at") if getattr(row, name)}
    work.execute(update(HAZARDS).where(HAZARDS.c.id == row.id).values(**values))
