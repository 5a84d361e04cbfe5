"""How a policy fares in a world: asks go out, phones are looked at or not, somebody comes or nobody does."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from math import hypot
from typing import NamedTuple, Protocol

from dispatch.orders.predicting import Circumstances, recent_now, unanswered_now
from tests.replay.behaving import ALOUD, ASSUMED, Assumed, Phone, chance_of_yes, errand_s, puts_away, puts_away_s, reply_s, says_busy
from tests.replay.chance import uniform
from tests.replay.world import Order, World, apart_km

#: Nobody came by then: the coordinator phones.
MISSED_S = 1800.0
SILENT_S = 90.0


class Seen(NamedTuple):
    """A courier as a policy may see him when it chooses for an order."""

    courier: int
    known: Circumstances


Look = Callable[[], list[Seen]]


class Policy(Protocol):
    """A way of alerting."""

    name: str
    #: For how long somebody is taken to be on a trip of his own who has said that he is busy; None: trips are seen as they are.
    busy_for_s: float | None

    def choose(self, order: Order, at: float, look: Look, standing: dict[int, float], asked: int) -> list[tuple[int, float]]:
        """Whom to ask now, each with what is believed of his answer. `look` finds who may be asked, if that is of interest."""

    def next_look_s(self, order: Order, age_s: float) -> float | None:
        """In how many seconds to look again, beside refusals and silences."""

    def answered(self, seen: Seen, at: float, accepted: bool) -> None:
        """What somebody said."""

    def ended(self, order: Order, claimed: bool) -> None:
        """What became of an order."""


@dataclass
class Outcome:
    """What became of an order."""

    order: Order
    taken_s: float | None = None
    courier: int | None = None
    km: float = 0.0
    alerts: int = 0


@dataclass
class Run:
    """All that is needed for the figures."""

    world: World
    outcomes: list[Outcome]
    alerts: list[int]
    lost_races: int = 0
    #: (courier, from, until) of each errand.
    errands: list[tuple[int, float, float]] = field(default_factory=list)


class _Case:
    """An order and who is asked for it."""

    def __init__(self, order: Order) -> None:
        self.outcome = Outcome(order)
        self.open = False
        self.asked: dict[int, Seen] = {}
        self.standing: dict[int, float] = {}


class Simulation:
    """One policy in one world. What happens is taken from a heap in order of time, and equal times in order of coming."""

    def __init__(self, world: World, policy: Policy, assumed: Assumed = ASSUMED) -> None:
        self.world, self.policy, self.assumed = world, policy, assumed
        self.phones = [Phone() for _ in world.couriers]
        self.cases = [_Case(order) for order in world.orders]
        self.run = Run(world, [case.outcome for case in self.cases], [0] * len(world.couriers))
        self._heap: list[tuple[float, int, Callable[..., None], tuple[int, ...]]] = []
        self._count = 0

    def replay(self) -> Run:
        for number, order in enumerate(self.world.orders):
            self._later(order.at, self._posted, number)
        while self._heap:
            at, _, happens, numbers = heapq.heappop(self._heap)
            happens(at, *numbers)
        return self.run

    def _later(self, at: float, happens: Callable[..., None], *numbers: int) -> None:
        self._count += 1
        heapq.heappush(self._heap, (at, self._count, happens, numbers))

    def _posted(self, at: float, number: int) -> None:
        self.cases[number].open = True
        self._later(at + MISSED_S, self._missed, number)
        self._wave(at, number)

    def _missed(self, at: float, number: int) -> None:
        if self.cases[number].open:
            self._closed(number, claimed=False)

    def _closed(self, number: int, *, claimed: bool) -> None:
        case = self.cases[number]
        case.open = False
        for courier in case.standing:
            self.phones[courier].standing.discard(number)
        case.standing.clear()
        self.policy.ended(case.outcome.order, claimed)

    def _wave(self, at: float, number: int) -> None:
        case = self.cases[number]
        if case.open:
            self._ask(at, number)
            again = self.policy.next_look_s(case.outcome.order, at - case.outcome.order.at)
            if again is not None:
                self._later(at + again, self._wave, number)

    def _ask(self, at: float, number: int) -> None:
        case = self.cases[number]
        chosen = self.policy.choose(case.outcome.order, at, lambda: self._seen(at, case), case.standing, len(case.asked))
        for courier, believed in chosen:
            self._alert(at, number, courier, believed)

    def _seen(self, at: float, case: _Case) -> list[Seen]:
        phones, asked = self.phones, case.asked
        free = [number for number in self.world.serving(at) if number not in asked and phones[number].on_errand_until <= at]
        return [self._known(at, seen) for seen in self._sights(at, case.outcome.order, free)]

    def _known(self, at: float, seen: Seen) -> Seen:
        """What of it the policy knows."""
        if self.policy.busy_for_s is None:
            return seen
        return seen._replace(known=seen.known._replace(busy=self.phones[seen.courier].busy_until > at))

    def _sights(self, at: float, order: Order, numbers: list[int]) -> list[Seen]:
        """Written for speed: most of a replay is spent here."""
        (x, y), seen = order.pick_up, []
        still, silence = recent_now(1.0, at), unanswered_now(1.0, at)
        for number in numbers:
            (east, north), busy = self.world.couriers[number].whereabouts(at)
            phone = self.phones[number]
            seen.append(Seen(number, Circumstances(hypot(east - x, north - y), busy, phone.recent * still, phone.silent * silence)))
        return seen

    def _alert(self, at: float, number: int, courier: int, believed: float) -> None:
        """He is asked, and what he will do is settled: yes, no aloud, or nothing."""
        case, phone = self.cases[number], self.phones[courier]
        (seen,) = self._sights(at, case.outcome.order, [courier])
        case.asked[courier], case.standing[courier] = self._known(at, seen), believed
        case.outcome.alerts += 1
        self.run.alerts[courier] += 1
        phone.standing.add(number)
        hears = phone.muted_until <= at
        yes = hears and uniform(self.world.seed, "yes", number, courier) < self.true_chance(seen)
        phone.alerted(at)
        aloud = hears and uniform(self.world.seed, "aloud", number, courier) < ALOUD
        replies = at + reply_s(self.world.seed, number, courier)
        self._later(at + SILENT_S, self._silent, number, courier)
        if yes:
            self._later(replies, self._yes, number, courier)
        elif aloud and replies < at + SILENT_S:
            self._later(replies, self._no, number, courier)
        if not yes:
            self._later(replies, self._worn, number, courier)

    def true_chance(self, seen: Seen) -> float:
        will = self.world.couriers[seen.courier].will
        return chance_of_yes(will, seen.known.km, seen.known.busy, seen.known.recent, self.world.tiring, self.assumed)

    def _yes(self, at: float, number: int, courier: int) -> None:
        case, phone = self.cases[number], self.phones[courier]
        if not case.open:
            self.run.lost_races += 1
            self._worn(at, number, courier)
        elif phone.on_errand_until > at:
            # He has taken another order meanwhile; this one was withdrawn from him then.
            self._worn(at, number, courier)
        else:
            self._claimed(at, number, courier)

    def _claimed(self, at: float, number: int, courier: int) -> None:
        """Late taps too: an order that is open is free for whoever takes it."""
        case, phone, order = self.cases[number], self.phones[courier], self.cases[number].outcome.order
        place, busy = self.world.couriers[courier].whereabouts(at)
        outcome = case.outcome
        outcome.taken_s, outcome.courier, outcome.km = at - order.at, courier, apart_km(place, order.pick_up)
        phone.on_errand_until = at + errand_s(order, outcome.km, busy)
        phone.said(at, silent=False)
        self.run.errands.append((courier, at, phone.on_errand_until))
        self.policy.answered(case.asked[courier], at, True)
        self._closed(number, claimed=True)
        for other in sorted(phone.standing):
            self.cases[other].standing.pop(courier, None)
            self._ask(at, other)
        phone.standing.clear()

    def _no(self, at: float, number: int, courier: int) -> None:
        _, busy = self.world.couriers[courier].whereabouts(at)
        if self.policy.busy_for_s is not None and says_busy(self.world.seed, number, courier, busy=busy):
            self.phones[courier].busy_until = at + self.policy.busy_for_s
        self._refused(at, number, courier, silent=False)

    def _silent(self, at: float, number: int, courier: int) -> None:
        self._refused(at, number, courier, silent=True)

    def _refused(self, at: float, number: int, courier: int, *, silent: bool) -> None:
        """He says no, or nothing for too long: learned, and replaced at once. Nothing is learned of what was withdrawn."""
        case, phone = self.cases[number], self.phones[courier]
        if case.standing.pop(courier, None) is None:
            return
        phone.standing.discard(number)
        phone.said(at, silent=silent)
        self.policy.answered(case.asked[courier], at, False)
        self._ask(at, number)

    def _worn(self, at: float, number: int, courier: int) -> None:
        """An alert for nothing: now and then somebody turns the sound off."""
        phone = self.phones[courier]
        if phone.muted_until <= at and puts_away(self.world, number, courier, self.assumed):
            phone.muted_until = at + puts_away_s(self.world.seed, number, courier)
