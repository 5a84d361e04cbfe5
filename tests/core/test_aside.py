"""What takes long to make is made beside the event loop, one at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from flask import Flask

from dispatch.core.aside import aside
from dispatch.core.sheets import xlsx
from tests.core.visitors import Visitor


def in_a_thread(make: Callable[[], Any]) -> Any:
    """As the server's pool does."""
    made: list[Any] = []
    thread = threading.Thread(target=lambda: made.append(make()), name="aside")
    thread.start()
    thread.join()
    return made[0]


def test_it_is_made_elsewhere_and_where_there_is_no_elsewhere_here(app: Flask) -> None:
    def where() -> str:
        return threading.current_thread().name

    assert aside(where) == where()
    app.extensions["writers"].elsewhere = in_a_thread
    assert aside(where) == "aside"


def test_two_at_once_are_made_one_after_the_other(app: Flask) -> None:
    app.extensions["writers"].elsewhere = in_a_thread
    under_way, most, gate = [0], [0], threading.Barrier(4)

    def make() -> None:
        under_way[0] += 1
        most[0] = max(most[0], under_way[0])
        threading.Event().wait(0.02)
        under_way[0] -= 1

    def ask() -> None:
        with app.app_context():
            gate.wait()
            aside(make)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1]


def test_a_workbook_is_made_there(app: Flask) -> None:
    asked: list[Any] = []

    def elsewhere(make: Callable[[], Any]) -> Any:
        asked.append(getattr(make, "func", None))
        return in_a_thread(make)

    app.extensions["writers"].elsewhere = elsewhere
    answer = Visitor(app, "supervisor").ask("GET", "/overview/120116/counts.xlsx")
    assert answer.data.startswith(b"PK")
    assert xlsx in asked
