"""How likely it is that a courier says yes to an alert, and what each answer teaches.

A logistic model that learns answer by answer: the shared weights (how much distance, a trip of his own, many alerts and silence count)
belong to a station; one intercept belongs to each courier. Every weight is a mean and a variance, so that a newcomer is judged by the
prior and a hundred answers outweigh it. Nothing here is a score of a person: it is the chance that a phone that speaks now is of use.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log, pi, sqrt
from typing import NamedTuple

#: What is believed before anybody has answered: mean and variance of each shared weight, in the order of `_features`.
#: A station's couriers may be far more willing or reluctant than .35, so the first is wide; the others may be half or twice.
PRIOR = (
    (log(0.35 / 0.65), 1.0),  # half a kilometre away, idle, ten alerts lately
    (-0.9, 0.15),  # each kilometre more
    (-1.5, 0.3),  # on a trip of his own
    (-0.25, 0.05),  # alerts lately, as ln((1 + recent) / 11)
    (-0.8, 0.1),  # asks in a row without any answer, as ln(1 + unanswered)
)
#: How much couriers of one station differ.
NEWCOMER = (0.0, 1.0)
#: Nobody is ever so well known that he could not change.
LEAST_VARIANCE = 0.03
#: An alert weighs half after so long.
HALF_LIFE_S = 3.5 * 86_400
#: A silence weighs half after so long: whoever has put his phone away takes it out again.
SILENCE_HALF_LIFE_S = 5.5 * 3_600
#: Where the count of a courier who has just come starts.
RECENT_AT_FIRST = 10.0
#: Half a kilometre, where the intercept is read.
HERE_KM = 0.5
#: Beyond this a logit says nothing more, and its exponential would only run over.
_STEEPEST = 30.0
#: Which weight says how alerts tire.
_OFTEN = 3

_Five = tuple[float, float, float, float, float]


class Circumstances(NamedTuple):
    """What is known at the moment of asking. A plain tuple: it is made for every courier at every look."""

    #: To the pick-up, as the crow flies.
    km: float
    #: On a trip of his own, or at another errand.
    busy: bool
    #: Alerts lately, see `recent_now`.
    recent: float
    #: Asks in a row that he neither took nor declined, see `unanswered_now`.
    unanswered: float = 0.0


@dataclass(frozen=True, slots=True)
class Shared:
    """What a station's couriers have in common."""

    means: _Five
    variances: _Five


@dataclass(frozen=True, slots=True)
class Own:
    """How much more (or less) willing one courier is than that, as a logit."""

    mean: float
    variance: float


def prior() -> Shared:
    """What is believed at a station where nobody has answered yet."""
    return Shared(_five([mean for mean, _ in PRIOR]), _five([variance for _, variance in PRIOR]))


def newcomer() -> Own:
    """What is believed of a courier who has not answered yet."""
    return Own(*NEWCOMER)


def likelihood(shared: Shared, own: Own, circumstances: Circumstances) -> float:
    """The chance, between 0 and 1, that he takes it. What is not known well is drawn towards one half."""
    return _chance(*_judged(shared, own, _features(circumstances)))


def learned(shared: Shared, own: Own, circumstances: Circumstances, accepted: bool) -> tuple[Shared, Own]:
    """What is believed after one more answer.

    One step of an extended Kalman filter on the logit: whatever was least certain moves most, and no variance grows.

    Args:
        circumstances: as they were when he was asked.
        accepted: he took it; silence and refusal are both no. Of an alert that was withdrawn nothing is learned.
    """
    features = _features(circumstances)
    mean, variance = _judged(shared, own, features)
    chance = _chance(mean, variance)
    spread = chance * (1 - chance)
    step = (float(accepted) - chance) / (1 + spread * variance)
    gain = spread / (1 + spread * variance)
    means = [m + v * x * step for m, v, x in zip(shared.means, shared.variances, features, strict=True)]
    variances = [v - v * v * x * x * gain for v, x in zip(shared.variances, features, strict=True)]
    own_variance = max(LEAST_VARIANCE, own.variance - own.variance * own.variance * gain)
    return Shared(_five(means), _five(variances)), Own(own.mean + own.variance * step, own_variance)


def recent_now(recent: float, since_s: float) -> float:
    """What a count of alerts weighs so many seconds later. After one more alert it is one more."""
    return recent * 0.5 ** (max(0.0, since_s) / HALF_LIFE_S)


def unanswered_now(unanswered: float, since_s: float) -> float:
    """What a run of silences weighs so many seconds later. One more silence is one more; any answer, yes or no, makes it none."""
    return unanswered * 0.5 ** (max(0.0, since_s) / SILENCE_HALF_LIFE_S)


def tiring(shared: Shared) -> float:
    """How much more alerts tire this station's couriers than is believed beforehand; 1 for as much or less."""
    return max(1.0, shared.means[_OFTEN] / PRIOR[_OFTEN][0])


def as_row(belief: Shared | Own) -> list[float]:
    """As plain numbers for the database."""
    return [*belief.means, *belief.variances] if isinstance(belief, Shared) else [belief.mean, belief.variance]


def shared_from_row(row: Sequence[float]) -> Shared:
    """The reverse of `as_row` for what a station has in common."""
    return Shared(_five(row[: len(PRIOR)]), _five(row[len(PRIOR) :]))


def own_from_row(row: Sequence[float]) -> Own:
    """The reverse of `as_row` for one courier."""
    return Own(float(row[0]), float(row[1]))


def from_row(row: Sequence[float]) -> Shared | Own:
    """The reverse of `as_row`: two numbers are one courier's, more are a station's."""
    return own_from_row(row) if len(row) == len(NEWCOMER) else shared_from_row(row)


def _five(numbers: Sequence[float]) -> _Five:
    first, second, third, fourth, fifth = map(float, numbers)
    return first, second, third, fourth, fifth


def _features(circumstances: Circumstances) -> _Five:
    return (
        1.0,
        circumstances.km - HERE_KM,
        1.0 if circumstances.busy else 0.0,
        log((1 + circumstances.recent) / (1 + RECENT_AT_FIRST)),
        log(1 + circumstances.unanswered),
    )


def _judged(shared: Shared, own: Own, features: _Five) -> tuple[float, float]:
    """Mean and variance of the logit, written out: it is asked for every courier at every look."""
    _, km, busy, often, silent = features
    m0, m1, m2, m3, m4 = shared.means
    v0, v1, v2, v3, v4 = shared.variances
    mean = own.mean + m0 + m1 * km + m2 * busy + m3 * often + m4 * silent
    return mean, own.variance + v0 + v1 * km * km + v2 * busy + v3 * often * often + v4 * silent * silent


def _chance(mean: float, variance: float) -> float:
    logit = mean / sqrt(1 + pi * variance / 8)
    return 1 / (1 + exp(-max(-_STEEPEST, min(_STEEPEST, logit))))
