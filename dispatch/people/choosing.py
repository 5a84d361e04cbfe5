"""How a station's choices are kept: only what it has chosen, so that a new default reaches everybody else."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import Connection, delete, insert, select

from dispatch.core.unit_of_work import Work
from dispatch.people.models import Level, StationSettings, Unit
from dispatch.people.settings import KNOWN, Settings, settings_from, value_from

_chosen, _units = StationSettings.__table__, Unit.__table__


def choices_of(connection: Connection, station_id: str) -> dict[str, object]:
    """What a station has chosen; empty if nothing.

    Raises:
        ValueError: with a sentence: there is no such station.
    """
    found = select(_units.c.level, _chosen.c.choices).outerjoin(_chosen, _chosen.c.station_id == _units.c.id)
    row = connection.execute(found.where(_units.c.id == station_id)).first()
    if row is None or row.level != Level.STATION:
        raise ValueError(f"There is no station {station_id}.")
    return dict(row.choices or {})


def settings_of(connection: Connection, station_id: str) -> Settings:
    """What holds at a station now."""
    found = select(_chosen.c.choices).where(_chosen.c.station_id == station_id)
    return settings_from(connection.execute(found).scalar_one_or_none())


def settings_at(connection: Connection, station_ids: Collection[str]) -> dict[str, Settings]:
    """What holds at each of these stations now."""
    found = connection.execute(select(_chosen).where(_chosen.c.station_id.in_(sorted(station_ids))))
    chosen = {row.station_id: row.choices for row in found}
    return {station_id: settings_from(chosen.get(station_id)) for station_id in station_ids}


def choose(work: Work, station_id: str, said: Mapping[str, str]) -> None:
    """Set some of a station's settings; an empty value puts the default back. All are right or none is set.

    Raises:
        ValueError: with a sentence: no such station or setting, or a value that it cannot have.
    """
    choices = choices_of(work.connection, station_id)
    for name in said.keys() - KNOWN.keys():
        value_from(name, "")
    given = {name: value_from(name, text) if text.strip() else None for name, text in said.items()}
    kept = {name: value for name, value in (choices | given).items() if value is not None}
    work.execute(delete(_chosen).where(_chosen.c.station_id == station_id))
    if kept:
        work.execute(insert(_chosen), {"station_id": station_id, "choices": kept})
