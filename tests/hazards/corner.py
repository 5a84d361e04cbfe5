"""The cast at a street corner where something should not be: small verbs for tests that read as sentences."""

from __future__ import annotations

import io
import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from PIL import Image
from sqlalchemy import insert, select, update

from dispatch.core.clock import now
from dispatch.core.idempotency import Once
from dispatch.core.ids import new_id
from dispatch.core.unit_of_work import look_again, reading, transaction
from dispatch.hazards import assigning, handling, merging, moderating, photographing, reporting
from dispatch.hazards.commanding import HAZARDS
from dispatch.hazards.models import HazardQuestion, HazardStep
from dispatch.hazards.presenting import present_one
from dispatch.hazards.queries import followers
from dispatch.journal.reading import entries_since
from dispatch.people.enrolling import add_person
from dispatch.people.identity import Actor
from dispatch.people.models import Role, StationSettings

STATION, NEIGHBOUR, DISTRICT = "120116014", "120116015", "120116"
HOME, OTHER = f"{STATION}003", f"{STATION}004"
#: A corner of the clerk's own community, and how it looks.
CORNER = {"lat": 39.0391, "lon": 117.7012}
RUBBISH, CLUTTER, GAS, ELDER = (
    "gb47678-event-06010",
    "local-event-stairwell_clutter",
    "local-event-gas_smell",
    "local-event-elder_in_trouble",
)


def once(actor: Actor, verb: str = "x", **body: Any) -> Once:
    """A fresh key."""
    return Once(actor.id, str(uuid.uuid4()), verb, body)


def jpeg(colour: str = "green") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(out, "JPEG")
    return out.getvalue()


class Corner:
    """Report, judge, deal with: by login."""

    def __init__(self, cast: Callable[[str], Actor]) -> None:
        self.cast = cast

    def second_coordinator(self) -> str:
        """Another coordinator of the same station; returns her login."""
        with transaction() as work:
            add_person(work, login="colleague", role=Role.COORDINATOR, unit_id=STATION, name="赵同事")
        return "colleague"

    def photo(self, login: str, colour: str = "green") -> str:
        actor = self.cast(login)
        return photographing.keep_photo(actor, jpeg(colour), once(actor)).id

    def report(self, login: str = "courier1", *, photos: int = 0, **other: Any) -> str:
        actor = self.cast(login)
        said = {"category": RUBBISH, **CORNER, "community_id": HOME, "note": "三楼拐角的垃圾，王大爷家门口", **other}
        sent = [self.photo(login) for _ in range(photos)]
        return str(reporting.report(actor, said, sent, once(actor))["hazard_id"])

    def join(self, login: str, hazard_id: str, *, photos: int = 0) -> None:
        actor = self.cast(login)
        reporting.join(actor, hazard_id, [self.photo(login) for _ in range(photos)], once(actor))

    def accept(self, hazard_id: str, login: str = "coordinator", *, version: int | None = None, **said: Any) -> None:
        actor = self.cast(login)
        moderating.accept(actor, hazard_id, said, version, once(actor))

    def decline(self, hazard_id: str, login: str = "coordinator", reason: str = "not_found", text: str | None = None) -> None:
        actor = self.cast(login)
        moderating.decline(actor, hazard_id, reason, text, None, once(actor))

    def merge(self, hazard_id: str, into: str) -> None:
        actor = self.cast("coordinator")
        merging.merge(actor, hazard_id, into, None, once(actor))

    def unmerge(self, hazard_id: str) -> None:
        actor = self.cast("coordinator")
        merging.unmerge(actor, hazard_id, None, once(actor))

    def assign(self, hazard_id: str, responsible: str | None = None) -> None:
        actor = self.cast("coordinator")
        assigning.assign(actor, hazard_id, responsible, None, once(actor))

    def fix(self, hazard_id: str, login: str = "clerk", reason: str = "已清运，没有拍照") -> None:
        actor = self.cast(login)
        handling.fix(actor, hazard_id, [], reason, None, once(actor))

    def verify(self, hazard_id: str, login: str = "coordinator") -> None:
        actor = self.cast(login)
        handling.verify(actor, hazard_id, None, once(actor))

    def void(self, hazard_id: str) -> None:
        actor = self.cast("coordinator")
        handling.void(actor, hazard_id, "mistake", None, None, once(actor))

    def reopen(self, hazard_id: str, login: str = "courier1") -> None:
        actor = self.cast(login)
        handling.reopen(actor, hazard_id, "still_there", None, once(actor))

    def accepted(self, login: str = "courier1", **other: Any) -> str:
        hazard_id = self.report(login, **other)
        self.accept(hazard_id)
        return hazard_id

    def fixed(self, login: str = "courier1", **other: Any) -> str:
        hazard_id = self.accepted(login, **other)
        self.assign(hazard_id)
        self.fix(hazard_id)
        return hazard_id

    def seen(self, login: str, hazard_id: str) -> dict[str, Any]:
        actor = self.cast(login)
        return present_one(reading(), actor, hazard_id)

    def row(self, hazard_id: str) -> Any:
        look_again()
        return reading().execute(select(HAZARDS).where(HAZARDS.c.id == hazard_id)).one()

    def set(self, hazard_id: str, **values: Any) -> None:
        """Change what time or chance would have changed."""
        with transaction() as work:
            work.execute(update(HAZARDS).where(HAZARDS.c.id == hazard_id).values(**values))

    def settings(self, **choices: Any) -> None:
        with transaction() as work:
            work.execute(insert(StationSettings.__table__).values(station_id=STATION, choices=choices))

    def ask(self, login: str, hazard_id: str, at: datetime | None = None) -> None:
        """He came by and was asked."""
        row = {"id": new_id(), "hazard_id": hazard_id, "person_id": self.cast(login).id, "asked_at": at or now()}
        with transaction() as work:
            work.execute(insert(HazardQuestion.__table__), row)

    def followers(self, hazard_id: str) -> set[str]:
        """Whose report it is, by login."""
        look_again()
        names = {self.cast(login).id: login for login in ("courier1", "courier2", "courier3", "courier4", "clerk", "coordinator")}
        return {names[person_id] for person_id in followers(reading(), hazard_id)}

    def told(self, hazard_id: str) -> list[tuple[str, dict[str, Any]]]:
        """What the journal says of a hazard, in order."""
        look_again()
        entries = entries_since(reading(), STATION, 0, 100_000)
        return [(entry["type"], entry["data"]) for entry in entries if entry["data"].get("hazard_id") == hazard_id]

    def history(self, hazard_id: str) -> list[str]:
        """The verbs of its history."""
        look_again()
        steps = HazardStep.__table__
        found = select(steps.c.verb).where(steps.c.hazard_id == hazard_id).order_by(steps.c.version)
        return list(reading().execute(found).scalars())
