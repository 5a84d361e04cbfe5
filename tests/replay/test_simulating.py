"""A replay is the same each time, the same for every policy, and keeps to what couriers can do."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from functools import cache
from math import exp, log

import pytest

from dispatch.orders.predicting import Circumstances
from tests.replay.behaving import ASSUMED, chance_of_yes
from tests.replay.bound import Chance, _solved, bound
from tests.replay.figures import figures, gini, utility, within
from tests.replay.policies import POLICIES, Learning, Product, Unseen
from tests.replay.simulating import MISSED_S, Run, Seen, Simulation
from tests.replay.world import SCENARIOS, World, drawn

NAMES = list(POLICIES)


@cache
def tiny(scenario: str = "S3", seed: int = 1) -> World:
    return drawn(replace(SCENARIOS[scenario], orders=25), seed, days=2, couriers=16)


@cache
def replayed(policy: str, scenario: str = "S3") -> Run:
    return Simulation(tiny(scenario), POLICIES[policy]()).replay()


@pytest.mark.parametrize("policy", NAMES)
def test_the_same_seed_gives_the_same_answer(policy: str) -> None:
    again = Simulation(tiny(), POLICIES[policy]()).replay()
    assert again.outcomes == replayed(policy).outcomes
    assert again.alerts == replayed(policy).alerts


def test_every_policy_meets_the_same_orders_and_couriers() -> None:
    before = [vars(courier) | {"_leg": 0} for courier in tiny().couriers]
    orders = {policy: [one.order for one in replayed(policy).outcomes] for policy in NAMES}
    assert all(one == orders["product"] for one in orders.values())
    assert [vars(courier) | {"_leg": 0} for courier in tiny().couriers] == before


@pytest.mark.parametrize("policy", NAMES)
def test_no_courier_does_two_errands_at_once_and_no_order_is_taken_twice_or_too_late(policy: str) -> None:
    run, errands = replayed(policy), defaultdict(list)
    for courier, begin, end in run.errands:
        errands[courier].append((begin, end))
    for mine in errands.values():
        assert all(end <= begin for (_, end), (begin, _) in zip(sorted(mine), sorted(mine)[1:], strict=False))
    claimed = [one for one in run.outcomes if one.taken_s is not None]
    assert 0 < len(claimed) == len(run.errands)
    assert all(15 < one.taken_s < MISSED_S for one in claimed)
    assert sum(one.alerts for one in run.outcomes) == sum(run.alerts)
    assert all(one.alerts <= len(tiny().couriers) for one in run.outcomes), "nobody is asked twice for one order"


@pytest.mark.parametrize("scenario", list(SCENARIOS))
def test_the_product_makes_fewer_phones_speak_than_asking_the_nearest(scenario: str) -> None:
    assert sum(replayed("product", scenario).alerts) < sum(replayed("nearest-7", scenario).alerts)


def test_the_truth_is_what_is_stated() -> None:
    will = log(0.35 / 0.65)
    assert chance_of_yes(will, 0.5, False, 10, 1, ASSUMED) == pytest.approx(0.35)
    assert chance_of_yes(will, 1.5, True, 10, 1, ASSUMED) == pytest.approx(1 / (1 + exp(0.9 + 1.5 - will)))
    assert chance_of_yes(will, 0.5, False, 21, 3, ASSUMED) == pytest.approx(1 / (1 + exp(0.75 * log(2) - will)))


def test_what_a_policy_believes_comes_near_the_truth() -> None:
    world, policy = drawn(SCENARIOS["S1"], 2, days=4, couriers=20), Product()
    Simulation(world, policy).replay()
    asked = [number for number, own in policy.owns.items() if own.variance < 0.2]
    assert len(asked) > 5
    off = [abs(policy.shared.means[0] + policy.owns[number].mean - world.couriers[number].will) for number in asked]
    assert sum(off) / len(off) < 0.6


def test_a_share_is_a_half_for_everybody_until_somebody_has_had_something() -> None:
    policy, seen = Learning(), [Seen(number, Circumstances(1.0, False, 10)) for number in range(3)]
    assert set(policy.shares(seen).values()) == {0.5}
    policy.answered(seen[1], 40_000, True)
    assert policy.shares(seen)[0] == 0
    assert policy.shares(seen)[1] > 0.5


def test_where_trips_are_not_seen_nothing_is_learned_of_them() -> None:
    policy = Unseen(0.0)
    Simulation(tiny(), policy).replay()
    assert policy.owns
    assert policy.shared.means[2] == Product().shared.means[2]


def test_whoever_says_that_he_is_busy_is_known_to_be_for_a_quarter_of_an_hour() -> None:
    simulation = Simulation(tiny(), Unseen())
    (courier,) = simulation.world.serving(40_000)[:1]
    simulation.phones[courier].busy_until = 40_000 + 900
    known = [{one.courier: one.known.busy for one in simulation._seen(at, simulation.cases[0])} for at in (40_000, 40_000 + 901)]
    assert known[0][courier] is True
    assert not any(known[1].values())
    simulation.replay()
    assert any(phone.busy_until > 0 for phone in simulation.phones)
    assert simulation.policy.shared.means[2] != Product().shared.means[2]  # type: ignore[attr-defined]


def test_a_community_with_few_orders_is_hardly_called_behind() -> None:
    policy, orders = Product(), tiny().orders
    assert policy.behind(0) == 0
    for n in range(40):
        policy.ended(replace(orders[0], community=n % 2), claimed=n % 2 == 0)
    policy.ended(replace(orders[0], community=2), claimed=False)
    assert policy.behind(1) > policy.behind(2) > 0 > policy.behind(0)


def test_figures_of_a_run_that_can_be_counted_by_hand() -> None:
    run = replayed("nearest-7")
    some = run.outcomes[:4]
    some = [replace(one, taken_s=taken, km=1.0) for one, taken in zip(some, (60.0, 600.0, 1700.0, None), strict=True)]
    by_hand = Run(run.world, some, [5] * 4, errands=[(0, 0, 1), (0, 1, 2), (1, 0, 1)])
    assert [within(some, seconds) for seconds in (300, 900, 1800)] == [0.25, 0.5, 0.75]
    assert utility(by_hand) == pytest.approx((sum(exp(-t / 900) for t in (60, 600, 1700)) - 3 * 0.02 - 20 * 0.005) / 4)
    assert figures(by_hand, bound=1.0)["U / bound"] == pytest.approx(utility(by_hand))
    assert figures(by_hand)["alerts a claim"] == pytest.approx(20 / 3)


def test_gini_is_nothing_where_all_have_the_same_and_nearly_one_where_one_has_everything() -> None:
    world = tiny("S1")
    serving = [number for number, courier in enumerate(world.couriers) if courier.shifts]
    same = Run(world, [], [], errands=[(number, 0, 1) for number in serving])
    all_to_one = Run(world, [], [], errands=[(serving[0], 0, 1)] * 9)
    assert gini(same) == pytest.approx(0)
    assert gini(all_to_one) == pytest.approx(1 - 1 / len(serving))


@pytest.mark.parametrize("scenario", list(SCENARIOS))
def test_the_bound_is_never_beaten(scenario: str) -> None:
    most = bound(tiny(scenario))
    assert all(utility(replayed(policy, scenario)) <= most for policy in NAMES)


def test_one_courier_cannot_do_two_errands_at_once_in_the_bound_either() -> None:
    at_once = [Chance(0, 0, 0.9, (0, 1200)), Chance(1, 0, 0.8, (0, 1200))]
    one_after_the_other = [Chance(0, 0, 0.9, (0, 1200)), Chance(1, 0, 0.8, (1300, 2400))]
    assert _solved(at_once) == pytest.approx(0.9)
    assert _solved(one_after_the_other) == pytest.approx(1.7)
