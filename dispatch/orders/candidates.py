"""Who may be asked for an order now, and why somebody may not: read once for all open orders of a station."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil, cos, pi, sqrt
from typing import Any

from sqlalchemy import Connection, Select, func, select

from dispatch.core.breathing import breathing, in_parts
from dispatch.core.clock import SHANGHAI
from dispatch.core.geo import KM_PER_DEGREE, Point, flat_km
from dispatch.orders.alert_models import Alert, AlertWishes, Belief
from dispatch.orders.alert_rules import quiet_until
from dispatch.orders.models import Claim
from dispatch.orders.predicting import (
    RECENT_AT_FIRST,
    Circumstances,
    Own,
    Shared,
    likelihood,
    newcomer,
    own_from_row,
    prior,
    recent_now,
    shared_from_row,
    unanswered_now,
)  # fmt: skip
from dispatch.orders.waves import Candidate, share_of
from dispatch.people.choosing import settings_at
from dispatch.people.models import Person, Role, Trusted, Unit
from dispatch.people.serving import serves_at_one_of

#: Of a crowd so many of the nearest are looked at: nobody farther away was ever the better choice.
NEAREST = 150
#: Whoever says that he is busy is taken to be on a trip of his own for so long: his employer's errands are not known here.
BUSY_FOR = timedelta(minutes=15)
#: How far somebody is taken to be of whom, or of whose depot, no place is known.
UNKNOWN_KM = 1.5
#: The sides of the squares in which the nearest are looked for, in degrees: about half a kilometre.
_SQUARE = 0.005
#: So many squares outwards is as far as anybody is looked for, one by one; then all are.
_OUTWARDS = 20

_persons, _units, _claims, _trusted = Person.__table__, Unit.__table__, Claim.__table__, Trusted.__table__
_alerts, _beliefs, _wishes = Alert.__table__, Belief.__table__, AlertWishes.__table__


@dataclass(slots=True)
class Phone:
    """A courier on duty, as far as it matters to whether his phone should speak; no name."""

    id: str
    on_duty: bool
    skills: frozenset[str]
    place: Point | None
    holding: int
    own: Own
    recent: float
    unanswered: float
    claims: float
    answers: int
    wishes: Any
    #: Alerts since midnight, where he wants no more than so many.
    today: int = 0
    #: He has said so a moment ago.
    busy: bool = False

    def circumstances(self, goal: Point | None) -> Circumstances:
        return self.from_afar(self.km_to(goal))

    def from_afar(self, km: float) -> Circumstances:
        return Circumstances(km, self.busy or self.holding > 0, self.recent, self.unanswered)

    def km_to(self, goal: Point | None) -> float:
        return flat_km(self.place, goal) if self.place and goal else UNKNOWN_KM


#: Somebody with his degrees at hand.
Placed = tuple[float, float, Phone]


@dataclass(slots=True)
class Told:
    """What has become of one order so far: who was asked this time, who holds it or does not want it, who knows the resident."""

    asked: dict[str, Any] = field(default_factory=dict)
    not_him: dict[str, str] = field(default_factory=dict)
    #: Until the head start is over it is for these alone; None: for all.
    familiar: frozenset[str] | None = None


@dataclass(slots=True)
class Pool:
    """Everybody on duty at a station at one moment."""

    moment: datetime
    cap: int
    shared: Shared
    phones: dict[str, Phone]
    average: float
    _grids: dict[frozenset[str], dict[tuple[int, int], list[Placed]]] = field(default_factory=dict)

    def why_not(self, phone: Phone, order: Any, told: Told, skills: frozenset[str] | None = None) -> str | None:
        """Why somebody is not asked for an order; None where he may be. `skills` are the order's, where they are at hand."""
        if not (frozenset(order.skills or ()) if skills is None else skills) <= phone.skills:
            return "skills"
        if phone.id in told.not_him:
            return told.not_him[phone.id]
        if phone.id in told.asked:
            return "asked"
        if phone.holding >= self.cap:
            return "full"
        if told.familiar is not None and phone.id not in told.familiar:
            return "familiar_first"
        return self._against_his_wish(phone, order) if phone.wishes is not None else None

    def _against_his_wish(self, phone: Phone, order: Any) -> str | None:
        wishes = phone.wishes
        if wishes.not_until is not None and wishes.not_until > self.moment:
            return "not_until"
        if quiet_until(wishes.quiet_from, wishes.quiet_to, self.moment):
            return "quiet"
        if wishes.kinds is not None and order.kind not in wishes.kinds:
            return "kind"
        if wishes.per_day is not None and phone.today >= wishes.per_day:
            return "enough_today"
        if wishes.most_m is not None and phone.km_to(goal_of(order)) * 1000 > wishes.most_m:
            return "far"
        return None

    def candidates(self, order: Any, told: Told) -> list[Candidate]:
        """Those who may be asked, of a crowd the nearest of them."""
        skills = frozenset(order.skills or ())
        nearest = self._around(goal_of(order), skills)
        return [self._candidate(phone, km) for km, phone in nearest if self.why_not(phone, order, told, skills) is None]

    def candidate(self, phone: Phone, goal: Point | None) -> Candidate:
        """Somebody as he looks from where an order is to go."""
        return self._candidate(phone, phone.km_to(goal))

    def _candidate(self, phone: Phone, km: float) -> Candidate:
        seen = phone.from_afar(km)
        return Candidate(phone.id, likelihood(self.shared, phone.own, seen), km, share_of(phone.claims, self.average), seen.busy)

    def _around(self, goal: Point | None, skills: frozenset[str]) -> Iterable[tuple[float, Phone]]:
        """With the kilometres to each."""
        if goal is None or len(self.phones) <= NEAREST:
            return [(phone.km_to(goal), phone) for phone in self.phones.values()]
        grid = self._grid(skills)
        row, column = _square(goal.lat, goal.lon)
        found: list[Placed] = list(grid.get((row, column), ()))
        for out in range(1, _OUTWARDS):
            # One ring more than has enough: the corner of a square is farther than the side of the next.
            enough = len(found) >= NEAREST
            for north in range(-out, out + 1):
                for east in range(-out, out + 1) if abs(north) == out else (-out, out):
                    found += grid.get((row + north, column + east), ())
            if enough:
                break
        if len(found) < NEAREST:
            found = [placed for square in grid.values() for placed in square]
        lat, lon, narrow = goal.lat, goal.lon, cos(goal.lat * pi / 180) ** 2
        nearest = sorted([((north - lat) ** 2 + narrow * (east - lon) ** 2, one.id, one) for north, east, one in found])
        return [(sqrt(apart) * KM_PER_DEGREE, one) for apart, _, one in nearest[:NEAREST]]

    def _grid(self, skills: frozenset[str]) -> dict[tuple[int, int], list[Placed]]:
        if skills not in self._grids:
            grid: dict[tuple[int, int], list[Placed]] = defaultdict(list)
            for phone in self.phones.values():
                if skills <= phone.skills and phone.place is not None:
                    lat, lon = phone.place
                    grid[_square(lat, lon)].append((lat, lon, phone))
            self._grids[skills] = dict(grid)
        return self._grids[skills]


def _square(lat: float, lon: float) -> tuple[int, int]:
    return ceil(lat / _SQUARE), ceil(lon / _SQUARE)


def goal_of(order: Any) -> Point | None:
    """Where an order is to go: its building, else its community."""
    lat, lon = (order.lat, order.lon) if order.lat is not None else (order.unit_lat, order.unit_lon)
    return Point(lat, lon) if lat is not None else None


def _phones(station_ids: Collection[str], moment: datetime) -> Select[Any]:
    held = select(func.count()).where(_claims.c.person_id == _persons.c.id, _claims.c.ended_at.is_(None)).correlate(_persons)
    names = ("id", "station_id", "serving_station_id", "serving_until", "skills", "on_duty", "last_lat", "last_lon")
    columns = [*(_persons.c[name] for name in names), _units.c.lat, _units.c.lon, held.scalar_subquery().label("holding")]
    columns += [column for column in _beliefs.c if column.name != "whose"]
    columns += [_wishes.c.person_id.label("wishes"), *(column for column in _wishes.c if column.name != "person_id")]
    found = select(*columns).join(_units, _units.c.id == _persons.c.unit_id).outerjoin(_beliefs, _beliefs.c.whose == _persons.c.id)
    found = found.outerjoin(_wishes, _wishes.c.person_id == _persons.c.id)
    return found.where(serves_at_one_of(station_ids, moment), _persons.c.role == Role.COURIER, _persons.c.active)


def pool_of(connection: Connection, station_id: str, moment: datetime, *, off_duty: bool = False, only: str | None = None) -> Pool:
    """Everybody who serves at a station and is on duty at a moment.

    Args:
        off_duty: those too who are not on duty: a coordinator may ring them.
        only: one person, for what he reads of himself; his share is then not known.
    """
    found = _phones([station_id], moment)
    found = found if off_duty else found.where(_persons.c.on_duty)
    return _pools(connection, found.where(_persons.c.id == only) if only else found, [station_id], moment)[station_id]


def pools_of(connection: Connection, station_ids: Collection[str], moment: datetime) -> dict[str, Pool]:
    """For each of these stations everybody who serves there and is on duty at a moment."""
    return _pools(connection, _phones(station_ids, moment).where(_persons.c.on_duty), sorted(station_ids), moment)


def _pools(connection: Connection, found: Select[Any], station_ids: Sequence[str], moment: datetime) -> dict[str, Pool]:
    today = moment.astimezone(SHANGHAI).date()
    over: dict[str, set[str]] = defaultdict(set)
    for row in connection.execute(select(_trusted.c.person_id, _trusted.c.skill).where(_trusted.c.until < today)):
        over[row.person_id].add(row.skill)
    phones: dict[str, dict[str, Phone]] = {station_id: {} for station_id in station_ids}
    everybody: dict[str, Phone] = {}
    for row in breathing(connection.execute(found).all()):
        lent = row.serving_until is not None and row.serving_until > moment
        phone = everybody[row.id] = _phone(row, over.get(row.id), moment)
        phones[row.serving_station_id if lent else row.station_id][row.id] = phone
    counted = [phone.id for phone in everybody.values() if phone.wishes is not None and phone.wishes.per_day is not None]
    for person_id, many in _alerts_today(connection, counted, moment).items():
        everybody[person_id].today = many
    for station_id, person_id in _busy(connection, station_ids, moment):
        if person_id in phones[station_id]:
            phones[station_id][person_id].busy = True
    believed = connection.execute(select(_beliefs.c.whose, _beliefs.c.numbers).where(_beliefs.c.whose.in_(station_ids)))
    numbers, settings = {row.whose: row.numbers for row in believed}, settings_at(connection, station_ids)
    return {
        one: Pool(
            moment, settings[one].claim_cap, shared_from_row(numbers[one]) if one in numbers else prior(), phones[one],
            sum(phone.claims for phone in phones[one].values()) / len(phones[one]) if phones[one] else 0.0,
        )
        for one in station_ids
    }  # fmt: skip


def _phone(row: Any, over: set[str] | None, moment: datetime) -> Phone:
    lat, lon = (row.last_lat, row.last_lon) if row.last_lat is not None else (row.lat, row.lon)
    counts = counts_now(row, moment) if row.numbers else (RECENT_AT_FIRST, 0.0, 0.0)
    own, skills = own_from_row(row.numbers) if row.numbers else newcomer(), frozenset(row.skills or ())
    wishes = row if row.wishes is not None else None
    place = Point(lat, lon) if lat is not None else None
    return Phone(row.id, row.on_duty, skills - over if over else skills, place, row.holding, own, *counts, row.answers or 0, wishes)


def counts_now(row: Any, moment: datetime) -> tuple[float, float, float]:
    """The counts of a belief that fade (alerts, silences, claims), as they are at a moment."""
    since = [(moment - at).total_seconds() for at in (row.recent_at, row.unanswered_at, row.claims_at)]
    return recent_now(row.recent, since[0]), unanswered_now(row.unanswered, since[1]), recent_now(row.claims, since[2])


def _busy(connection: Connection, station_ids: Sequence[str], moment: datetime) -> set[tuple[str, str]]:
    """Who has answered an alert of which of these stations with “busy” a moment ago."""
    lately = (_alerts.c.sent_at > moment - 2 * BUSY_FOR, _alerts.c.answered_at > moment - BUSY_FOR)
    said = (_alerts.c.outcome == "declined", _alerts.c.reason == "busy", _alerts.c.person_id.is_not(None))
    found = select(_alerts.c.station_id, _alerts.c.person_id).where(_alerts.c.station_id.in_(station_ids), *lately, *said)
    return {(row.station_id, row.person_id) for row in connection.execute(found)}


def _alerts_today(connection: Connection, persons: Sequence[str], moment: datetime) -> Mapping[str, int]:
    midnight = moment.astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
    counts: dict[str, int] = {}
    for some in in_parts(persons):
        found = select(_alerts.c.person_id, func.count()).where(_alerts.c.person_id.in_(some), _alerts.c.sent_at >= midnight)
        counts |= {row[0]: row[1] for row in connection.execute(found.group_by(_alerts.c.person_id))}
    return counts
