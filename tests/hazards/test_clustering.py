"""What counts as coming back, to the metre and the day, and which of it is one corner."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from itertools import pairwise, permutations

import pytest

from dispatch.hazards.clustering import COMES_BACK_WITHIN, RECENT, Return, Sighting, all_returns, came_back, corners, returns_with
from tests.hazards.planting import DAY, moved

START = datetime(2026, 9, 1, 8, tzinfo=UTC)
HERE = (39.0391, 117.7012)
SECOND = timedelta(seconds=1)


def seen(
    name: str, after: timedelta, north: float | None = 0, *, closed: tuple[timedelta, ...] = (), again: tuple[timedelta, ...] = (),
    radius: int = 50, family: str = "waste", building: str = "", community: str | None = "C",
) -> Sighting:  # fmt: skip
    """Seen so long after the start, so many metres north of here; without metres it has no point."""
    lat, lon = (None, None) if north is None else moved(*HERE, north, 0)
    closed_at, opened_at = (tuple(START + one for one in times) for times in (closed, again))
    return Sighting(name, family, radius, lat, lon, building, community, START + after, closed_at, opened_at)


CLOSED = seen("a", -DAY, closed=(timedelta(0),))


@pytest.mark.parametrize(
    ("later", "back"),
    [
        (seen("b", SECOND), True),
        (seen("b", COMES_BACK_WITHIN), True),
        (seen("b", COMES_BACK_WITHIN + SECOND), False),  # too late: another one
        (seen("b", timedelta(0)), False),  # seen before it was gone: the same one
        (seen("b", -SECOND), False),
        (seen("b", DAY, 49), True),
        (seen("b", DAY, 51), False),
        (seen("b", DAY, 29, radius=30), True),
        (seen("b", DAY, 31, radius=30), False),  # each must lie within the other's radius
        (seen("b", DAY, family="lamp"), False),
        (seen("a", DAY), False),  # itself
    ],
)
def test_it_comes_back_at_the_same_place_soon_after_it_was_closed(later: Sighting, back: bool) -> None:
    expected = Return(later.id, "a", START, later.seen_at) if back else None
    assert came_back(CLOSED, later) == expected


def test_what_was_never_closed_cannot_come_back() -> None:
    assert came_back(seen("a", -DAY), seen("b", DAY)) is None


def test_the_closing_that_counts_is_the_last_one_before_and_only_while_it_stands() -> None:
    twice = seen("a", -DAY, closed=(timedelta(0), 40 * DAY), again=(20 * DAY,))
    assert came_back(twice, seen("b", 10 * DAY)) == Return("b", "a", START, START + 10 * DAY)
    assert came_back(twice, seen("b", 25 * DAY)) is None, "it was open at the time: the same one"
    assert came_back(twice, seen("b", 50 * DAY)) == Return("b", "a", START + 40 * DAY, START + 50 * DAY)


def test_opened_again_it_has_come_back_itself_unless_that_was_much_later() -> None:
    again = seen("a", -DAY, closed=(timedelta(0), 40 * DAY), again=(20 * DAY, 80 * DAY))
    assert returns_with(again, []) == [Return("a", "a", START, START + 20 * DAY)]


@pytest.mark.parametrize(
    ("building", "other", "community", "back"),
    [("3号楼", "3号楼", "C", True), ("3号楼", "4号楼", "C", False), ("", "", "C", False), ("3号楼", "3号楼", None, False)],
)
def test_without_a_point_the_building_decides(building: str, other: str, community: str | None, back: bool) -> None:
    closed = seen("a", -DAY, None, closed=(timedelta(0),), building=building, community=community)
    assert (came_back(closed, seen("b", DAY, building=other, community=community)) is not None) == back


def test_with_two_points_the_building_s_name_makes_no_place() -> None:
    closed = seen("a", -DAY, closed=(timedelta(0),), building="3号楼")
    assert came_back(closed, seen("b", DAY, 300, building="3号楼")) is None


def chain() -> list[Sighting]:
    """Five, each closed and back 40 m further on: the ends are 160 m from each other; and one that has nothing to do with them."""
    steps = [seen(f"{n}", n * 10 * DAY, n * 40, closed=(n * 10 * DAY + 2 * DAY,)) for n in range(5)]
    return [*steps, seen("x", 5 * DAY, 900, closed=(6 * DAY,))]


def test_what_hangs_together_is_one_corner_named_by_what_was_closed_there_first() -> None:
    (shape,) = corners(all_returns(chain()), START + 60 * DAY)
    assert (shape.id, shape.hazard_ids, shape.returns) == ("0", ("0", "1", "2", "3", "4"), 4)


def test_neither_order_nor_repetition_changes_anything() -> None:
    moment = START + 60 * DAY
    expected = corners(all_returns(chain()), moment)
    for order in list(permutations(chain()))[::37]:
        returns = all_returns(order)
        assert corners([*reversed(returns), *returns][: len(returns)], moment) == expected


def test_several_that_were_closed_there_are_one_return_and_not_several() -> None:
    closed = [seen(f"{n}", -DAY, closed=(timedelta(0),)) for n in range(3)]
    (shape,) = corners(all_returns([*closed, seen("b", DAY)]), START)
    assert (shape.returns, len(shape.hazard_ids)) == (1, 4)


def test_what_came_back_long_ago_is_not_recent_and_it_is_known_when_the_next_will_not_be() -> None:
    returns = all_returns(chain())
    came = [START + n * 10 * DAY for n in range(1, 5)]
    for moment, recent in [(came[3], 4), (came[0] + RECENT, 3), (came[3] + RECENT, 0)]:
        (shape,) = corners(returns, moment)
        assert (shape.recent, shape.stale_at) == (recent, came[-recent] + RECENT if recent else None)


@pytest.mark.parametrize("seed", range(5))
def test_looking_along_the_squares_finds_what_comparing_all_with_all_finds(seed: int) -> None:
    draw = random.Random(seed)
    many = []
    for n in range(250):
        after = timedelta(days=draw.uniform(0, 90))
        closed = (after + timedelta(days=draw.uniform(0, 20)),) if draw.random() < 0.7 else ()
        again = (closed[0] + timedelta(days=draw.uniform(0, 40)),) if closed and draw.random() < 0.3 else ()
        north = None if draw.random() < 0.1 else draw.uniform(-300, 300)
        more = {"building": f"{draw.randrange(3)}号楼", "radius": draw.choice([30, 50]), "family": draw.choice(["waste", "lamp"])}
        many.append(seen(f"{n:03}", after, north, closed=closed, again=again, **more))  # type: ignore[arg-type]
    one_by_one = sorted({back for one in many for back in returns_with(one, many)})
    assert all_returns(many) == one_by_one
    assert one_by_one
    shapes = corners(one_by_one, START)
    ids = [one for shape in shapes for one in shape.hazard_ids]
    assert len(ids) == len(set(ids)), "a hazard is in one corner"
    assert all(one.id < other.id for one, other in pairwise(shapes))
