"""The ways of alerting that are compared: what everybody does, what is published, and the product's own choosing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from heapq import nsmallest
from typing import ClassVar

from dispatch.orders.candidates import BUSY_FOR
from dispatch.orders.predicting import HALF_LIFE_S, Own, learned, likelihood, newcomer, prior, tiring
from dispatch.orders.waves import SCHEDULES, Candidate, Schedule, eased, enough, next_look_s, share_of, spared, whom_to_ask
from tests.replay.simulating import Look, Policy, Seen
from tests.replay.world import Order

_SLACK_S = 0.5


class Simple:
    """A rule that believes nothing: it learns from nobody."""

    name = ""
    busy_for_s: float | None = None
    looks_s: tuple[float, ...] = ()

    def next_look_s(self, order: Order, age_s: float) -> float | None:
        return next((at - age_s for at in self.looks_s if at > age_s + _SLACK_S), None)

    def answered(self, seen: Seen, at: float, accepted: bool) -> None:
        """It does not listen."""

    def ended(self, order: Order, claimed: bool) -> None:
        """It does not look back."""


class Broadcast(Simple):
    """Everybody at once, and whoever comes free later every two minutes."""

    name, looks_s = "broadcast", tuple(120.0 * n for n in range(1, 15))

    def choose(self, order: Order, at: float, look: Look, standing: dict[int, float], asked: int) -> list[tuple[int, float]]:
        return [(one.courier, 0.0) for one in look()]


class Rings(Simple):
    """Wider and wider: .5 km, 1 km, 2 km, everybody, after 0, 3, 6, 15 minutes."""

    name, looks_s = "rings", (180.0, 360.0, 900.0)
    _RINGS = ((900.0, float("inf")), (360.0, 2.0), (180.0, 1.0), (0.0, 0.5))

    def choose(self, order: Order, at: float, look: Look, standing: dict[int, float], asked: int) -> list[tuple[int, float]]:
        within = next(km for after, km in self._RINGS if at - order.at >= after - _SLACK_S)
        return [(one.courier, 0.0) for one in look() if one.known.km <= within]


class Nearest3(Simple):
    """The three nearest, and every two minutes the next three."""

    name, looks_s = "nearest-3", tuple(120.0 * n for n in range(1, 15))

    def __init__(self) -> None:
        self._rounds: dict[str, int] = {}

    def choose(self, order: Order, at: float, look: Look, standing: dict[int, float], asked: int) -> list[tuple[int, float]]:
        # Refusals replace nobody here: only a new round asks.
        this_round = int((at - order.at + _SLACK_S) // 120)
        if self._rounds.get(order.id, -1) >= this_round:
            return []
        self._rounds[order.id] = this_round
        return [(one.courier, 0.0) for one in nsmallest(3, look(), key=_nearest)]


class Nearest7(Simple):
    """Seven are asked at any time, each refusal and each silence is replaced by the next nearest (GoodSAM)."""

    name, looks_s = "nearest-7", tuple(120.0 * n for n in range(1, 15))

    def choose(self, order: Order, at: float, look: Look, standing: dict[int, float], asked: int) -> list[tuple[int, float]]:
        return [(one.courier, 0.0) for one in (nsmallest(7 - len(standing), look(), key=_nearest) if len(standing) < 7 else [])]


class Learning:
    """What both policies that learn have in common: beliefs, and who has had how much."""

    busy_for_s: float | None = None

    def __init__(self) -> None:
        self.shared, self.owns = prior(), dict[int, Own]()
        #: His claims by weight: each weighs twice as much as one half a life before. Only their ratio is ever asked for.
        self._claims: dict[int, float] = {}

    def likelihood(self, one: Seen) -> float:
        return likelihood(self.shared, self.owns.get(one.courier) or newcomer(), one.known)

    def answered(self, seen: Seen, at: float, accepted: bool) -> None:
        own = self.owns.get(seen.courier) or newcomer()
        self.shared, self.owns[seen.courier] = learned(self.shared, own, seen.known, accepted)
        if accepted:
            self._claims[seen.courier] = self._claims.get(seen.courier, 0.0) + 2 ** (at / HALF_LIFE_S)

    def ended(self, order: Order, claimed: bool) -> None:
        """Nothing, unless communities are compared."""

    def shares(self, seen: list[Seen]) -> dict[int, float]:
        had = [self._claims.get(one.courier, 0.0) for one in seen]
        average = sum(had) / len(had) if had else 0.0
        return {one.courier: share_of(mine, average) for one, mine in zip(seen, had, strict=True)}


class Decay(Learning):
    """The policy to beat: the smallest set that makes a claim likely enough, from a price that falls with the order's age."""

    name = "decay"
    _REACH: ClassVar = {True: (0.8, 0.9, 0.95, 0.97), False: (0.6, 0.75, 0.9, 0.95)}
    _PRICE: ClassVar = {True: (0.05, 0.95, 0.02), False: (0.12, 0.93, 0.03)}
    _WAVE_S, _MOST = 75.0, 30

    def choose(self, order: Order, at: float, look: Look, standing: dict[int, float], asked: int) -> list[tuple[int, float]]:
        wave = int((at - order.at + _SLACK_S) // self._WAVE_S)
        first, falls, floor = self._PRICE[order.urgent]
        price, reach = max(floor, first * falls**wave), self._REACH[order.urgent][min(wave, 3)]
        nobody = 1.0
        for chance in standing.values():
            nobody *= 1 - chance
        if 1 - nobody >= reach or asked >= self._MOST:
            return []
        seen = look()
        shares = self.shares(seen)
        ranked = sorted(
            ((self.likelihood(one), one) for one in seen),
            key=lambda pair: (0.03 * pair[1].known.km + 0.1 * shares[pair[1].courier] - pair[0], pair[1].courier),
        )
        chosen: list[tuple[int, float]] = []
        for chance, one in ranked:
            if 1 - nobody >= reach or asked + len(chosen) >= self._MOST:
                break
            if chance >= price:
                chosen.append((one.courier, chance))
                nobody *= 1 - chance
        return chosen

    def next_look_s(self, order: Order, age_s: float) -> float | None:
        return (int((age_s + _SLACK_S) // self._WAVE_S) + 1) * self._WAVE_S - age_s


@dataclass
class _Served:
    """How many orders ended, and how many of them somebody took."""

    ended: float = 0.0
    claimed: float = 0.0


@dataclass
class Product(Learning):
    """The product's own: `waves.whom_to_ask` on `predicting.likelihood`, nothing of it copied."""

    name: str = "product"
    schedules: dict[bool, Schedule] = field(default_factory=lambda: {True: SCHEDULES["urgent"], False: SCHEDULES["routine"]})
    #: A community's own figures count like so many more of the station's, until it has enough of its own.
    doubt: float = 20.0

    def __post_init__(self) -> None:
        super().__init__()
        self._station, self._communities = _Served(), dict[int, _Served]()

    def choose(self, order: Order, at: float, look: Look, standing: dict[int, float], asked: int) -> list[tuple[int, float]]:
        schedule = spared(eased(self.schedules[order.urgent], self.behind(order.community)), tiring(self.shared))
        if enough(schedule, at - order.at, list(standing.values()), asked):
            return []
        seen = look()
        shares = self.shares(seen)
        candidates = [Candidate(str(one.courier), self.likelihood(one), one.known.km, shares[one.courier], one.known.busy) for one in seen]
        chosen = whom_to_ask(schedule, at - order.at, candidates, list(standing.values()), asked)
        return [(int(one.person_id), one.likelihood) for one in chosen]

    def next_look_s(self, order: Order, age_s: float) -> float | None:
        return next_look_s(self.schedules[order.urgent], age_s)

    def ended(self, order: Order, claimed: bool) -> None:
        for served in (self._station, self._communities.setdefault(order.community, _Served())):
            served.ended += 1
            served.claimed += claimed

    def behind(self, community: int) -> float:
        """How much worse the community is served than the station; few orders prove little."""
        own, everywhere = self._communities.get(community, _Served()), self._station
        if not everywhere.ended:
            return 0.0
        usual = everywhere.claimed / everywhere.ended
        return usual - (own.claimed + self.doubt * usual) / (own.ended + self.doubt)


class Unseen(Product):
    """The product where it sees nobody's trips: it knows of them for a while from who has said “busy”."""

    def __init__(self, busy_for_s: float = BUSY_FOR.total_seconds()) -> None:
        super().__init__(name="product, trips unseen")
        self.busy_for_s = busy_for_s


def priced(times: float = 1.0, *, share_weight: float | None = None) -> Product:
    """The product at so many times its prices and floors, with another weight of fairness."""
    schedules = {}
    for urgent, name in ((True, "urgent"), (False, "routine")):
        usual = SCHEDULES[name]
        weight = usual.share_weight if share_weight is None else share_weight
        schedules[urgent] = replace(usual, price=usual.price * times, floor=usual.floor * times, share_weight=weight)
    return Product(schedules=schedules)


#: By name; each run has a new one, that has learned nothing yet.
POLICIES: dict[str, Callable[[], Policy]] = {
    "broadcast": Broadcast,
    "rings": Rings,
    "nearest-3": Nearest3,
    "nearest-7": Nearest7,
    "decay": Decay,
    "product": Product,
}
#: Run only where it is asked for.
VARIANTS: dict[str, Callable[[], Policy]] = {"unseen": Unseen, "unheard": partial(Unseen, 0.0)}
#: What is given for what.
CURVE: dict[str, Callable[[], Policy]] = {
    **{f"price ×{times:g}": partial(priced, times) for times in (0.5, 0.7, 1.0, 1.4, 2.0)},
    **{f"fairness {weight:g}": partial(priced, share_weight=weight) for weight in (0.0, 2.0)},
}


def _nearest(one: Seen) -> tuple[float, int]:
    return one.known.km, one.courier
