"""Where chance comes from: each draw has a name, so that what one policy does moves no draw that another one meets.

A stream of random numbers would give a different world as soon as a policy asks one courier more. Here a draw is a function of the seed,
its name and its numbers (which order, which courier), mixed by splitmix64.
"""

from __future__ import annotations

from functools import cache
from math import cos, exp, log, pi, sqrt
from zlib import crc32

_MASK = (1 << 64) - 1
_GOLDEN = 0x9E3779B97F4A7C15


def _mixed(number: int) -> int:
    number = (number + _GOLDEN) & _MASK
    number = ((number ^ (number >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    number = ((number ^ (number >> 27)) * 0x94D049BB133111EB) & _MASK
    return number ^ (number >> 31)


@cache
def _begun(seed: int, name: str) -> int:
    return _mixed(_mixed(seed) ^ crc32(name.encode()))


def uniform(seed: int, name: str, *numbers: int) -> float:
    """Between 0 and 1, neither of them."""
    state = _begun(seed, name)
    for number in numbers:
        state = _mixed(state ^ number)
    return ((state >> 11) + 0.5) / (1 << 53)


def normal(seed: int, name: str, *numbers: int) -> float:
    """Mean 0, deviation 1."""
    return sqrt(-2 * log(uniform(seed, name, *numbers, 1))) * cos(2 * pi * uniform(seed, name, *numbers, 2))


def exponential(mean: float, seed: int, name: str, *numbers: int) -> float:
    return -mean * log(uniform(seed, name, *numbers))


def poisson(mean: float, seed: int, name: str, *numbers: int) -> int:
    """How often something happens that happens `mean` times on average."""
    many, left = 0, uniform(seed, name, *numbers, 0)
    least = exp(-mean)
    while left > least:
        many += 1
        left *= uniform(seed, name, *numbers, many)
    return many
