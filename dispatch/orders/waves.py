"""Whom to ask for an open order now, and when to look again: the fewest phones that make somebody's coming likely.

One phone more is asked while it adds at least a price to the chance that somebody takes the order. The price falls as the order ages, so
that an order that nobody wants reaches wider wave by wave, and it never falls below a floor: beyond that a phone is worn out for nothing.
It is lower while nobody is asked, and whole when somebody is nearly sure to come: only then may one phone more prove needless.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Schedule:
    """How hard is tried, by the age of the order. Every number can be set by a station."""

    #: What one phone more must add to the chance of a claim, at first, when somebody is nearly sure to come already …
    price: float
    #: … how much of that is left with each wave …
    falls: float
    #: … and what it must always add.
    floor: float
    #: The chance of a claim at which nobody more is asked, by wave; the last holds on.
    reach: tuple[float, ...]
    #: So many are asked for one order, whatever happens.
    most: int
    #: Seconds from wave to wave.
    wave_s: float = 75.0
    #: An ask that has not been answered by then is over.
    silent_s: float = 90.0
    #: What a kilometre counts, as a chance, when two are as likely to come.
    km_weight: float = 0.03
    #: What it counts that somebody has had much more than his share lately.
    share_weight: float = 0.7


#: By urgency, as orders are posted.
SCHEDULES: Mapping[str, Schedule] = MappingProxyType(
    {
        "urgent": Schedule(price=0.03, falls=0.95, floor=0.02, reach=(0.8, 0.9, 0.95, 0.97), most=40),
        "today": Schedule(price=0.06, falls=0.93, floor=0.03, reach=(0.6, 0.75, 0.9, 0.95), most=40),
        "routine": Schedule(price=0.08, falls=0.93, floor=0.03, reach=(0.6, 0.75, 0.9, 0.95), most=40),
    }
)
#: The part of the price that is for the chance that somebody else comes, and this phone spoke for nothing.
FOR_NOTHING = 0.3
#: What a phone counts whose owner is on a trip of his own or at another errand: each is asked once for an order, and a little later,
#: when he is idle, he comes more likely.
WHILE_BUSY = 0.5
#: A community that is this far behind its station (a share of orders taken in time) is asked for at half the price.
BEHIND = 0.1
#: Where couriers tire quickly, a phone costs up to so many times as much.
DEAREST = 2.0
#: Clocks and sums of seconds are not exact: what is due within so much is due.
_SLACK_S = 0.5


class Candidate(NamedTuple):
    """A courier who may be asked: on duty, eligible, within his own limits, not asked for this order before."""

    person_id: str
    #: See `predicting.likelihood`.
    likelihood: float
    km: float
    #: What he has had lately, between 0 and 1, one half for the average: see `share_of`.
    share: float = 0.5
    #: On a trip of his own, or at another errand, as far as is known.
    busy: bool = False


def whom_to_ask(
    schedule: Schedule, age_s: float, candidates: Sequence[Candidate], standing: Sequence[float] = (), asked: int = 0
) -> list[Candidate]:
    """Those whose phones should speak now, the first choice first; none where enough are asked already.

    Args:
        schedule: by the order's urgency, and the station's settings.
        age_s: seconds since the order came on the board.
        candidates: everybody who may be asked for it.
        standing: the likelihoods of those who are asked and have not answered.
        asked: how many were asked for it until now, whatever they said.
    """
    price, reach = _at_this_age(schedule, age_s)
    nobody_comes = _nobody_comes(standing)
    chosen: list[Candidate] = []
    # Whoever adds too little now adds less in any more company, and has to add more.
    worth_it = [one for one in candidates if nobody_comes * _counts(one) >= _must_add(schedule, price, nobody_comes)]
    for candidate in sorted(worth_it, key=_wish(schedule)):
        if asked + len(chosen) >= schedule.most or 1 - nobody_comes >= reach:
            break
        if nobody_comes * _counts(candidate) >= _must_add(schedule, price, nobody_comes):
            chosen.append(candidate)
            nobody_comes *= 1 - candidate.likelihood
    return chosen


def enough(schedule: Schedule, age_s: float, standing: Sequence[float], asked: int) -> bool:
    """Whether nobody more is asked now, whoever there is: then nobody need be looked for."""
    price, reach = _at_this_age(schedule, age_s)
    nobody_comes = _nobody_comes(standing)
    return asked >= schedule.most or 1 - nobody_comes >= reach or nobody_comes < _must_add(schedule, price, nobody_comes)


def wave_at(schedule: Schedule, age_s: float) -> int:
    """Which wave an order of this age is in; the first is 0."""
    return max(0, int((age_s + _SLACK_S) // schedule.wave_s))


def next_look_s(schedule: Schedule, age_s: float) -> float:
    """In how many seconds the next wave is due. A refusal and a silence are looked at when they happen, and need no wave."""
    return (wave_at(schedule, age_s) + 1) * schedule.wave_s - max(0.0, age_s)


def share_of(mine: float, average: float) -> float:
    """What he has had lately beside his station's average: 0 for nothing, one half for the average, towards 1 for much more.

    Args:
        mine: his claims, each weighing half after `predicting.HALF_LIFE_S`.
        average: the same for the couriers of his station, the mean.
    """
    return mine / (mine + average) if mine + average > 0 else 0.5


def eased(schedule: Schedule, behind: float) -> Schedule:
    """The schedule for a community that is less well served than its station: the price for its orders is lower.

    Args:
        behind: the share of orders taken in time at the station, less the same in the community; below 0 changes nothing.
    """
    if behind <= 0:
        return schedule
    eased_by = 0.5 ** (behind / BEHIND)
    return replace(schedule, price=schedule.price * eased_by, floor=schedule.floor * eased_by)


def spared(schedule: Schedule, tiring: float) -> Schedule:
    """The schedule for a station whose couriers tire of alerts more than usual: one more must add more.

    Args:
        tiring: see `predicting.tiring`; beyond twice as much nothing is gained, and orders wait too long.
    """
    dearer = min(max(tiring, 1.0), DEAREST)
    return replace(schedule, price=schedule.price * dearer, floor=schedule.floor * dearer)


def _at_this_age(schedule: Schedule, age_s: float) -> tuple[float, float]:
    """The price, and the chance that is enough."""
    wave = wave_at(schedule, age_s)
    return max(schedule.floor, schedule.price * schedule.falls**wave), schedule.reach[min(wave, len(schedule.reach) - 1)]


def _must_add(schedule: Schedule, price: float, nobody_comes: float) -> float:
    """What one more must add: a part of the price is for the chance that somebody else comes anyway."""
    return max(schedule.floor, price * (1 - FOR_NOTHING * nobody_comes))


def _counts(candidate: Candidate) -> float:
    return candidate.likelihood * (WHILE_BUSY if candidate.busy else 1.0)


def _nobody_comes(standing: Sequence[float]) -> float:
    chance = 1.0
    for likelihood in standing:
        chance *= 1 - likelihood
    return chance


def _wish(schedule: Schedule) -> Callable[[Candidate], tuple[float, str]]:
    """The order of asking: the likeliest first, unless he is farther or has had more than others. Ids settle what is equal."""
    return lambda one: (one.km * schedule.km_weight + one.share * schedule.share_weight - one.likelihood, one.person_id)
