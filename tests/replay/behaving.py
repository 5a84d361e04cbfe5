"""How couriers behave in the replay: what they say, how soon, how long an errand takes, and when they put the phone away."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log

from dispatch.orders.predicting import RECENT_AT_FIRST, recent_now, unanswered_now
from tests.replay.chance import exponential, uniform
from tests.replay.world import HANDLING_S, WHILE_BUSY_S, Order, World, apart_km, ride_s

#: So many of those who do not accept say so.
ALOUD = 0.69
#: Of those who say no aloud so many say “busy”: on a trip of his own it is the reason, else at times the politest excuse. Nobody has
#: measured either.
BUSY_IS_SAID, BUSY_IS_AN_EXCUSE = 0.8, 0.2
_REPLY_S, _REPLY_GAMMA_S = 15.0, 15.0
_MUTE_MEAN_S = 8 * 3600.0


@dataclass(frozen=True)
class Assumed:
    """What nobody has measured; the replay is run at half and twice each."""

    km: float = 0.9
    busy: float = 1.5
    mute: float = 0.01
    tires: float = 0.25


ASSUMED = Assumed()


class Phone:
    """What alerts have done to one courier lately.

    Counts that lose half their weight after a time are kept as they would weigh at the first midnight, so that reading one is a product.
    """

    def __init__(self) -> None:
        self.on_errand_until = self.muted_until = 0.0
        #: Alerts, and silences in a row: multiply by `recent_now(1, at)` and `unanswered_now(1, at)`.
        self.recent, self.silent = RECENT_AT_FIRST, 0.0
        #: He has said that he is busy: until then it is believed.
        self.busy_until = 0.0
        #: The orders that he is asked for and has not answered.
        self.standing: set[int] = set()

    def alerted(self, at: float) -> None:
        self.recent += 1 / recent_now(1.0, at)

    def said(self, at: float, *, silent: bool) -> None:
        self.silent = self.silent + 1 / unanswered_now(1.0, at) if silent else 0.0


def chance_of_yes(will: float, km: float, busy: bool, recent: float, tiring: float, assumed: Assumed) -> float:
    """The truth that policies do not know."""
    logit = will - assumed.km * (km - 0.5) - assumed.busy * busy - assumed.tires * tiring * log((1 + recent) / 11)
    return 1 / (1 + exp(-logit))


def reply_s(seed: int, number: int, courier: int) -> float:
    """How long he needs to look and tap: the sum of two exponentials is a Gamma(2)."""
    return _REPLY_S + sum(exponential(_REPLY_GAMMA_S, seed, "reply", number, courier, n) for n in range(2))


def says_busy(seed: int, number: int, courier: int, *, busy: bool) -> bool:
    """Whether he gives that for his reason when he says no."""
    return uniform(seed, "says busy", number, courier) < (BUSY_IS_SAID if busy else BUSY_IS_AN_EXCUSE)


def errand_s(order: Order, km: float, busy: bool) -> float:
    """To the pick-up, to the door, what has to be done there, and first the end of his own trip."""
    return ride_s(km + apart_km(order.pick_up, order.drop_off)) + HANDLING_S + (WHILE_BUSY_S if busy else 0)


def puts_away(world: World, number: int, courier: int, assumed: Assumed) -> bool:
    """Whether an alert for nothing makes him turn the sound off."""
    return uniform(world.seed, "mutes", number, courier) < assumed.mute * world.tiring


def puts_away_s(seed: int, number: int, courier: int) -> float:
    return exponential(_MUTE_MEAN_S, seed, "muted for", number, courier)
