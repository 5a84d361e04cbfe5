"""Which category fits what somebody writes: words that speak for it, and for those that are easily confused words that speak against it.

Offline, by a table (`keywords.csv`); nothing that is typed leaves the house.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Sequence
from functools import lru_cache
from importlib import resources
from typing import NamedTuple

#: More than so many are no help to a thumb.
MOST = 3


class Keyword(NamedTuple):
    """A word, how much it speaks for a category, and words beside which it does not."""

    category: str
    word: str
    weight: int
    unless: tuple[str, ...]


class Suggestion(NamedTuple):
    """A category, and the words for it: the likeliest first."""

    category: str
    words: tuple[str, ...]


def suggest(text: str, keywords: Sequence[Keyword], known: Collection[str]) -> list[Suggestion]:
    """The categories that a note and a place speak for.

    Args:
        text: what was typed.
        keywords: the table.
        known: the categories that there are; others are left out.
    """
    said = text.lower()
    weights: dict[str, int] = {}
    words: dict[str, list[str]] = {}
    for keyword in keywords:
        if keyword.category in known and keyword.word in said and not any(word in said for word in keyword.unless):
            weights[keyword.category] = weights.get(keyword.category, 0) + keyword.weight
            words.setdefault(keyword.category, []).append(keyword.word)
    likeliest = sorted(weights, key=lambda category: (-weights[category], category))
    return [Suggestion(category, tuple(words[category])) for category in likeliest[:MOST]]


@lru_cache
def house_keywords() -> tuple[Keyword, ...]:
    """The table that comes with the house."""
    rows = resources.files(__package__).joinpath("keywords.csv").read_text(encoding="utf-8").splitlines()
    return tuple(
        Keyword(row["category"], row["word"].lower(), int(row["weight"]), tuple(word for word in row["unless"].lower().split(";") if word))
        for row in csv.DictReader(rows)
    )
