"""Several of the people at the same moment, and one of them as he is now."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from flask import Flask

from dispatch.core.errors import Refused
from dispatch.core.unit_of_work import look_again, reading
from dispatch.people.identity import Actor, actor_by_id
from dispatch.people.queries import person_by_login


def at_once(app: Flask, *acts: Callable[[], Any]) -> list[str]:
    """Everybody at the same moment; what each was told."""
    said, start = [""] * len(acts), threading.Barrier(len(acts))

    def run(n: int) -> None:
        with app.app_context():
            start.wait()
            try:
                acts[n]()
                said[n] = "ok"
            except Refused as refused:
                said[n] = refused.code

    threads = [threading.Thread(target=run, args=(n,)) for n in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return said


def someone(login: str) -> Actor:
    """One of the cast, as he is now."""
    look_again()
    actor = actor_by_id(reading(), person_by_login(reading(), login).id)
    assert actor is not None
    return actor
