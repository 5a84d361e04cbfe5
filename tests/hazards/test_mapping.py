"""The map shows what its reader may see and asks for, by whichever way it is found; and the ways are those of an index."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select

from dispatch.core.clock import now
from dispatch.core.unit_of_work import look_again, reading
from dispatch.extensions import db
from dispatch.hazards import mapping
from dispatch.hazards.listing import hazards_listing
from dispatch.hazards.mapping import hazards_in, map_features
from dispatch.hazards.models import Hazard
from dispatch.hazards.pattern_listing import corners_listing
from dispatch.hazards.pattern_queries import AskedCorners
from dispatch.hazards.queries import Asked, Box, conditions, inside
from tests.conftest import one_of_the_cast
from tests.hazards.corner import CORNER, HOME, RUBBISH, STATION
from tests.hazards.planting import DAY, KINDS, Planted, moved, plant, plant_past

HAZARDS = Hazard.__table__
EVERYWHERE = Box(117.0, 38.5, 118.5, 39.5)
ASKED = [
    Asked(), Asked("alive"), Asked("overdue"), Asked("queue"), Asked("verified"), Asked("declined"), Asked(category=RUBBISH),
    Asked(community_id=HOME), Asked(newer_days=20), Asked(older_days=20), Asked("verified", RUBBISH, HOME, 60, 5),
]  # fmt: skip


def box_around(north: float, east: float, metres: float) -> Box:
    (south_lat, west_lon), (north_lat, east_lon) = (moved(**CORNER, north_m=north + d, east_m=east + d) for d in (-metres, metres))
    return Box(west_lon, south_lat, east_lon, north_lat)


@pytest.fixture
def strewn(either: Flask) -> Flask:
    """Six hundred in every state, over ninety days and four kilometres; some have no point."""
    draw, reports = random.Random(3), []
    for n in range(600):
        lat, lon = moved(CORNER["lat"], CORNER["lon"], draw.uniform(-2000, 2000), draw.uniform(-2000, 2000))
        status = draw.choice(["reported", "accepted", "assigned", "fixed", "verified", "verified", "declined", "void", "duplicate"])
        community = f"{STATION}{draw.randrange(1, 6):03}"
        point = (None, None) if n % 20 == 0 else (lat, lon)
        seen = now() - draw.uniform(0, 90) * DAY
        reports.append(Planted(f"{n:032x}", *point, seen, None, -1, KINDS[n % 3], status, building="3号楼", community_id=community))
    plant(reports)
    return either


@pytest.mark.parametrize("login", ["coordinator", "clerk", "courier1", "supervisor", "admin", "neighbour"])
def test_whichever_way_it_is_found_it_is_what_is_there(strewn: Flask, login: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mapping, "BOX_MOST", 60)
    actor, ways = one_of_the_cast(login), set()
    for newest, worth in [(2000, 100), (100, 10), (100, 90), (1, 0)]:
        monkeypatch.setattr(mapping, "NEWEST", newest)
        monkeypatch.setattr(mapping, "WORTH", worth)
        for asked in ASKED:
            for box in (EVERYWHERE, box_around(0, 0, 800), box_around(500, -500, 200), box_around(9000, 0, 10)):
                rows, more = hazards_in(reading(), actor, asked, box)
                plain = select(HAZARDS.c.id, HAZARDS.c.sent_at).where(*conditions(actor, asked), inside(box))
                there = [row.id for row in reading().execute(plain.order_by(HAZARDS.c.sent_at.desc()))]
                assert ([row.id for row in rows], more) == (there[:60], len(there) > 60), (asked, box)
                ways.add(more)
    assert ways == ({False} if login in ("supervisor", "neighbour") else {True, False})


def test_a_feature_says_what_a_mark_needs_and_nothing_of_anybody(strewn: Flask) -> None:
    said = map_features(one_of_the_cast("coordinator"), Asked("overdue"), EVERYWHERE)
    assert said["more"] is False
    assert {feature["properties"]["overdue"] for feature in said["features"]} == {True}
    assert {name for feature in said["features"] for name in feature["properties"]} == {
        "number", "status", "category", "category_name", "title", "building", "community_id", "urgent", "sent_at", "deadline", "overdue",
    }  # fmt: skip


@pytest.mark.parametrize("login", ["clerk", "courier1", "supervisor", "neighbour"])
def test_what_has_not_been_accepted_is_on_nobody_else_s_map(strewn: Flask, login: str) -> None:
    actor = one_of_the_cast(login)
    for asked in ASKED:
        rows, _more = hazards_in(reading(), actor, asked, EVERYWHERE)
        assert not {row.status for row in rows} & {"reported", "declined", "void", "duplicate"}


@contextmanager
def asked_of_the_database() -> Iterator[list[tuple[str, Any]]]:
    """Each statement with what it was given."""
    seen: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        seen.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", note)
    yield seen
    event.remove(db.engine, "before_cursor_execute", note)


def plans_of(look: Callable[[], Any]) -> list[str]:
    """How the database goes about each question of `look` about hazards or corners."""
    look_again()
    with asked_of_the_database() as seen:
        look()
    word = "EXPLAIN QUERY PLAN " if db.engine.dialect.name == "sqlite" else "EXPLAIN "
    about = [(statement, given) for statement, given in seen if "FROM hazards" in statement or "hazard_corners" in statement]
    assert about, "nothing was asked"
    plans = []
    for statement, given in about:
        rows = reading().exec_driver_sql(word + statement, given).all()
        plans.append("\n".join(str(row[-1]) for row in rows))
    return plans


#: What reads a table from its beginning to its end.
WHOLE = ("SCAN hazards", "SCAN hazard_corners", "Seq Scan on hazards", "Seq Scan on hazard_corners", "Seq Scan on hazard_returns")
LOOKS: dict[str, tuple[Callable[[], Any], str]] = {
    "the map of what is dealt with": (
        lambda: map_features(one_of_the_cast("coordinator"), Asked("alive"), EVERYWHERE), "ix_hazards_station_status"),
    "the map of everything": (lambda: map_features(one_of_the_cast("coordinator"), Asked(), EVERYWHERE), "ix_hazards_station_sent"),
    "a small part of the map": (
        lambda: map_features(one_of_the_cast("coordinator"), Asked(), box_around(0, 0, 300)), "ix_hazards_box"),
    "a clerk's map": (lambda: map_features(one_of_the_cast("clerk"), Asked(), EVERYWHERE), "ix_hazards_community_sent"),
    "a courier's map": (lambda: map_features(one_of_the_cast("courier1"), Asked(), EVERYWHERE), "ix_hazards_station_sent"),
    "the queue": (lambda: hazards_listing(one_of_the_cast("coordinator"), Asked("queue"), 1), "ix_hazards_station_status"),
    "the corners": (lambda: corners_listing(one_of_the_cast("coordinator"), AskedCorners(), 1), "ix_hazard_corners_station"),
    "a clerk's corners": (lambda: corners_listing(one_of_the_cast("clerk"), AskedCorners(), 1), "ix_hazard_corners_community"),
}  # fmt: skip


@pytest.mark.slow
def test_among_a_hundred_thousand_map_queue_and_corners_are_found_by_an_index(either: Flask) -> None:
    plant_past(100_000)
    for name, (look, index) in LOOKS.items():
        plans = plans_of(look)
        assert not [plan for plan in plans if any(word in plan for word in WHOLE)], (name, plans)
        assert any(index in plan for plan in plans), (name, plans)
