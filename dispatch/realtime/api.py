"""The HTTP door beside the socket: who am I, the journal for who cannot open a socket, duty."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from dispatch.core.clock import iso
from dispatch.core.doors import Door
from dispatch.core.unit_of_work import reading
from dispatch.journal.reading import heads
from dispatch.orders.forms import place_in
from dispatch.orders.presenting import present
from dispatch.orders.queries import my_orders
from dispatch.people.clocking import set_duty
from dispatch.people.identity import Actor, asker
from dispatch.people.models import Level, Person, Role, Unit
from dispatch.realtime import answers
from dispatch.realtime.audience import streams_of
from dispatch.realtime.catching_up import DutyForm, JournalQuery, catch_up

blueprint = Door("live_api", __name__, url_prefix="/api/v1", description="我与动态 me and the journal")
_persons, _units = Person.__table__, Unit.__table__


def who(actor: Actor) -> dict[str, Any]:
    """What a person is told about themselves."""
    found = select(_persons.c.name, _persons.c.duty_since, _units.c.name.label("unit"), _units.c.level)
    row = reading().execute(found.join(_units, _units.c.id == _persons.c.unit_id).where(_persons.c.id == actor.id)).one()
    now_at = heads(reading(), streams_of(reading(), actor))
    mine = present(reading(), actor, my_orders(reading(), actor)) if actor.role == Role.COURIER else []
    return {
        "id": actor.id,
        "name": row.name,
        "role": actor.role,
        "unit": {"id": actor.unit_id, "name": row.unit, "level": row.level},
        "station_id": actor.station_id,
        "streams": [{"station_id": station_id, "head": head} for station_id, head in now_at.items()],
        "duty": {"on": actor.on_duty, "since": iso(row.duty_since)},
        "open_claims": mine,
        "claim_cap": actor.settings.claim_cap,
    }


@blueprint.get("/me")
@blueprint.answers(answers.Me)
def me() -> dict[str, Any]:
    """Who I am, which streams I follow, what I hold."""
    return who(asker())


@blueprint.put("/me/duty")
@blueprint.arguments(DutyForm)
@blueprint.answers(answers.On)
def duty(body: dict[str, Any]) -> dict[str, Any]:
    """开工/收工."""
    actor = asker()
    set_duty(actor, body["on"], place_in(body))
    return {"on": body["on"]}


@blueprint.get("/journal")
@blueprint.arguments(JournalQuery, location="query")
@blueprint.answers(answers.Journal)
def journal(query: dict[str, Any]) -> dict[str, Any]:
    """What happened at a station after a number."""
    return catch_up(asker(), query["station_id"], query["since"], query["limit"])


@blueprint.get("/communities")
@blueprint.answers(answers.Communities)
def communities() -> dict[str, Any]:
    """The communities that I may post for."""
    actor = asker()
    mine = _units.c.id == actor.unit_id if actor.role == Role.CLERK else _units.c.parent_id == actor.station_id
    rows = reading().execute(select(_units.c.id, _units.c.name).where(mine, _units.c.level == Level.COMMUNITY).order_by(_units.c.id))
    items = [dict(row._mapping) for row in rows]
    return {"items": items, "page": 1, "pages": 1, "total": len(items)}
