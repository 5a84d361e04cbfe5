"""What is believed of an answer before it comes, and what it teaches."""

from __future__ import annotations

import random
from math import exp, log

import pytest

from dispatch.orders.predicting import (
    Circumstances,
    as_row,
    from_row,
    learned,
    likelihood,
    newcomer,
    own_from_row,
    prior,
    recent_now,
    shared_from_row,
    unanswered_now,
)

NEAR = Circumstances(km=0.5, busy=False, recent=10)


@pytest.mark.parametrize(
    ("harder", "why"),
    [
        (Circumstances(2.0, False, 10), "farther"),
        (Circumstances(0.5, True, 10), "on a trip of his own"),
        (Circumstances(0.5, False, 60), "asked often lately"),
        (Circumstances(0.5, False, 10, unanswered=3), "silent three times"),
    ],
)
def test_what_makes_a_yes_less_likely(harder: Circumstances, why: str) -> None:
    assert likelihood(prior(), newcomer(), harder) < likelihood(prior(), newcomer(), NEAR), why


def test_a_newcomer_is_believed_to_say_yes_about_every_third_time() -> None:
    assert 0.33 < likelihood(prior(), newcomer(), NEAR) < 0.42


def test_a_yes_raises_and_a_no_lowers_what_is_believed_of_him_more_than_of_the_others() -> None:
    before = likelihood(prior(), newcomer(), NEAR)
    for accepted in (True, False):
        shared, own = learned(prior(), newcomer(), NEAR, accepted)
        his, others = likelihood(shared, own, NEAR), likelihood(shared, newcomer(), NEAR)
        assert (his > others > before) if accepted else (his < others < before)


def test_nothing_is_certain_however_far_or_however_often() -> None:
    shared, own = prior(), newcomer()
    for _ in range(2_000):
        shared, own = learned(shared, own, Circumstances(40, True, 5_000, 100), False)
    assert 0 < likelihood(shared, own, Circumstances(400, True, 5_000, 100)) < likelihood(shared, own, NEAR) < 1
    assert own.variance > 0
    assert all(variance > 0 for variance in shared.variances)


def test_the_planted_truth_is_found_from_answers_alone() -> None:
    dice = random.Random(5)
    truth, couriers = (log(0.15 / 0.85), -0.5, -2.0, -0.4), [dice.gauss(0, 1) for _ in range(60)]
    shared, owns = prior(), [newcomer()] * 60
    for _ in range(20_000):
        who = dice.randrange(60)
        asked = Circumstances(dice.uniform(0, 4), dice.random() < 0.4, dice.uniform(0, 60))
        logit = truth[0] + couriers[who] + truth[1] * (asked.km - 0.5) + truth[2] * asked.busy + truth[3] * log((1 + asked.recent) / 11)
        shared, owns[who] = learned(shared, owns[who], asked, dice.random() < 1 / (1 + exp(-logit)))
    assert shared.means[1:4] == pytest.approx(truth[1:], abs=0.15)
    # Only the sum of the station's intercept and his own can be seen in answers.
    off = [abs(shared.means[0] + own.mean - truth[0] - planted) for own, planted in zip(owns, couriers, strict=True)]
    assert sum(off) / len(off) < 0.3


def test_what_is_believed_survives_the_database() -> None:
    shared, own = learned(prior(), newcomer(), NEAR, True)
    assert shared_from_row(as_row(shared)) == from_row(as_row(shared)) == shared
    assert own_from_row(as_row(own)) == from_row(as_row(own)) == own


def test_alerts_and_silences_are_forgotten_by_halves_and_a_clock_put_back_forgets_nothing() -> None:
    assert recent_now(10, 3.5 * 86_400) == pytest.approx(5)
    assert unanswered_now(4, 11 * 3_600) == pytest.approx(1)
    assert recent_now(10, -3_600) == 10
    assert unanswered_now(4, -3_600) == 4
