"""How an accepted hazard is put right: its category, place, title or deadline were other than was thought."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _

from dispatch.core.errors import Invalid
from dispatch.core.idempotency import Once
from dispatch.core.unit_of_work import Work
from dispatch.hazards.categorising import categories, find_category
from dispatch.hazards.commanding import Outcome, carry_out, edit, tell
from dispatch.hazards.moderating import community_of, until
from dispatch.hazards.queries import Row
from dispatch.hazards.states import RUNNING
from dispatch.people.identity import Actor

_PLACE = ("title", "building", "lat", "lon")


def correct(actor: Actor, hazard_id: str, said: Mapping[str, Any], version: int | None, once: Once) -> Outcome:
    """What everybody reads is put right. Its clock goes on as it runs, unless she names another end.

    Args:
        said: what is to be different, of `category`, `title`, `building`, `lat` and `lon`, `community_id`, `deadline`.
        version: the one that the coordinator saw.
    Raises:
        NotFound, NotEligible, TooLate, Edited: as for every command.
        Invalid: no such category, not a community of the station, a deadline that has passed, or one where no clock runs.
    """

    def act(work: Work, me: Actor, hazard: Row) -> None:
        values = {name: said[name] for name in _PLACE if said.get(name) is not None}
        if said.get("community_id"):
            values["community_id"] = community_of(work.connection, hazard, said["community_id"])
        values |= _category(work, hazard, said.get("category"))
        values |= _clock(work, hazard, values, said)
        changed = [
            name for name in (*_PLACE, "community_id", "category") if values.get(name, getattr(hazard, name)) != getattr(hazard, name)
        ]
        changed += ["deadline"] if said.get("deadline") else []
        if not changed:
            return
        edit(work, hazard, me.id, "correct", said={"changed": changed}, **values)
        public = values.get("public", hazard.public)
        # Who looks after the community that it has left hears it as well as who looks after it from now on.
        for community_id in dict.fromkeys((hazard.community_id, values.get("community_id", hazard.community_id))):
            tell(work, hazard, "hazard.corrected", public=public, community_id=community_id, fields=changed)

    return carry_out("correct", actor, hazard_id, once, act, version=version)


def _category(work: Work, hazard: Row, said: str | None) -> dict[str, Any]:
    """The columns of another category; one that is no longer in use stays as long as nobody names another."""
    if not said or said == hazard.category:
        return {}
    category = find_category(categories(work.connection, hazard.station_id), said)
    values = {"category": category.id, "family": category.family, "urgent": category.urgent, "public": category.public}
    return values | {"hours": category.hours, "always": category.always}


def _clock(work: Work, hazard: Row, values: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    if not said.get("deadline"):
        return {}
    if hazard.status not in RUNNING:
        raise Invalid("deadline", _("现在没有期限在走。"))
    hours, always = values.get("hours", hazard.hours), values.get("always", hazard.always)
    return until(work.connection, hazard.station_id, said["deadline"], hours, always)
