"""Several of the people at the same moment, and one of them as he is now."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask

from dispatch.core.unit_of_work import look_again, reading
from dispatch.people.identity import Actor, actor_by_id
from dispatch.people.queries import person_by_login
from tests import at_once as moments


def at_once(app: Flask, *acts: Callable[[], Any]) -> list[str]:
    """Everybody at the same moment; what each was told: ok, or why not."""

    def told(act: Callable[[], Any]) -> Callable[[], str]:
        return lambda: (act(), "ok")[1]

    return moments.at_once(app, *map(told, acts))


def someone(login: str) -> Actor:
    """One of the cast, as he is now."""
    look_again()
    actor = actor_by_id(reading(), person_by_login(reading(), login).id)
    assert actor is not None
    return actor
