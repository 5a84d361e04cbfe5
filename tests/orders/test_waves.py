"""Whose phones speak for an order now: the fewest that make somebody's coming likely."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dispatch.orders.waves import SCHEDULES, Candidate, Schedule, eased, enough, next_look_s, share_of, wave_at, whom_to_ask

PLAIN = Schedule(price=0.1, falls=0.5, floor=0.02, reach=(0.6, 0.9), most=5, km_weight=0.03, share_weight=0.1)


def people(*likelihoods: float, km: float = 1.0, share: float = 0.5) -> list[Candidate]:
    return [Candidate(f"p{n}", likelihood, km, share) for n, likelihood in enumerate(likelihoods)]


def names(chosen: list[Candidate]) -> list[str]:
    return [one.person_id for one in chosen]


@pytest.mark.parametrize(
    ("candidates", "age_s", "standing", "asked", "chosen", "why"),
    [
        (people(0.7, 0.6), 0, (), 0, ["p0"], "one who is likely enough is enough"),
        (people(0.3, 0.4, 0.35), 0, (), 0, ["p1", "p2"], "the likeliest first, until the chance is reached"),
        (people(0.3, 0.4, 0.35), 75, (), 0, ["p1", "p2", "p0"], "the second wave wants more certainty"),
        (people(0.06, 0.03), 0, (), 0, [], "nobody who adds less than seven tenths of the price while nobody is asked"),
        (people(0.16), 0, (0.5,), 1, [], "nor less than nearly the whole when one is asked who is likely to come"),
        (people(0.04, 0.02), 75, (), 0, ["p0"], "the price falls"),
        (people(0.01), 75 * 100, (), 0, [], "but never below the floor"),
        (people(0.7), 0, (0.4, 0.4), 0, [], "those who are asked and have not answered count"),
        (people(0.5), 0, (0.4,), 1, ["p0"], "and a refusal is replaced at once"),
        (people(0.5, 0.5), 0, (), 4, ["p0"], "so many for one order, and no more"),
        (people(0.5, 0.5), 0, (), 5, [], "none beyond that"),
        ([], 0, (), 0, [], "nobody there"),
    ],
)
def test_who_is_asked(
    candidates: list[Candidate], age_s: float, standing: tuple[float, ...], asked: int, chosen: list[str], why: str
) -> None:
    assert names(whom_to_ask(PLAIN, age_s, candidates, standing, asked)) == chosen, why
    # Where it is said that enough are asked, nobody is chosen whoever there is.
    assert not (enough(PLAIN, age_s, standing, asked) and whom_to_ask(PLAIN, age_s, people(1.0), standing, asked)), why


@pytest.mark.parametrize(
    ("age_s", "standing", "asked", "so", "why"),
    [
        (0, (), 0, False, "nobody is asked"),
        (0, (0.5, 0.5), 2, True, "those who are asked are likely enough to come"),
        (75, (0.5, 0.5), 2, False, "the second wave wants more"),
        (75, (0.5,) * 4, 4, True, "and has it"),
        (0, (), 5, True, "so many for one order"),
    ],
)
def test_when_enough_are_asked(age_s: float, standing: tuple[float, ...], asked: int, so: bool, why: str) -> None:
    assert enough(PLAIN, age_s, standing, asked) is so, why


def test_of_two_as_likely_the_nearer_is_asked_and_then_who_has_had_less() -> None:
    far, near = Candidate("far", 0.6, 3.0), Candidate("near", 0.6, 0.4)
    assert names(whom_to_ask(PLAIN, 0, [far, near])) == ["near"]
    often, seldom = Candidate("often", 0.6, 1.0, share=0.8), Candidate("seldom", 0.6, 1.0, share=0.1)
    assert names(whom_to_ask(PLAIN, 0, [often, seldom])) == ["seldom"]


def test_whoever_is_busy_counts_half_as_he_comes_more_likely_when_he_is_idle() -> None:
    idle, busy = Candidate("idle", 0.1, 1.0), Candidate("busy", 0.1, 1.0, busy=True)
    assert names(whom_to_ask(PLAIN, 0, [busy, idle])) == ["idle"]
    assert names(whom_to_ask(PLAIN, 75, [busy])) == ["busy"]


def test_the_same_people_in_any_order_give_the_same_answer() -> None:
    crowd = people(*[0.2] * 20)
    assert whom_to_ask(PLAIN, 300, crowd) == whom_to_ask(PLAIN, 300, crowd[::-1])


@pytest.mark.parametrize(("age_s", "wave", "next_s"), [(0, 0, 75), (74.4, 0, 0.6), (74.6, 1, 75.4), (75, 1, 75), (150, 2, 75), (-9, 0, 75)])
def test_waves_come_every_seventy_five_seconds_and_each_only_once(age_s: float, wave: int, next_s: float) -> None:
    assert wave_at(PLAIN, age_s) == wave
    assert next_look_s(PLAIN, age_s) == pytest.approx(next_s)


@pytest.mark.parametrize("wave_s", [75.0, 0.1 * 3, 7.3, 30.000001])
def test_looking_when_told_to_always_comes_to_the_next_wave(wave_s: float) -> None:
    schedule, age_s = replace(PLAIN, wave_s=max(wave_s, 1.0)), 0.0
    for wave in range(200):
        assert wave_at(schedule, age_s) == wave
        age_s += next_look_s(schedule, age_s)


def test_the_more_urgent_the_wider_is_asked() -> None:
    crowd = people(*[0.15] * 40)
    asked = [len(whom_to_ask(SCHEDULES[urgency], 0, crowd)) for urgency in ("urgent", "today", "routine")]
    assert asked == sorted(asked, reverse=True)
    assert asked[0] > asked[2]


def test_a_community_that_is_behind_is_asked_for_at_a_lower_price() -> None:
    crowd = people(*[0.06] * 10)
    assert whom_to_ask(PLAIN, 0, crowd) == []
    assert len(whom_to_ask(eased(PLAIN, 0.1), 0, crowd)) > 0
    assert eased(PLAIN, 0) == eased(PLAIN, -0.2) == PLAIN


def test_a_share_lies_between_nothing_and_everything() -> None:
    assert [share_of(0, 4), share_of(4, 4), share_of(0, 0)] == [0, 0.5, 0.5]
    assert 0.9 < share_of(100, 4) < 1
