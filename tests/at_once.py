"""Several things at the same moment, each in a thread and a context of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from flask import Flask

from dispatch.core.errors import Refused
from dispatch.core.unit_of_work import look_again


def at_once(app: Flask, *acts: Callable[[], Any]) -> list[Any]:
    """Do them all at the same moment; what each gives, or the code by which it was refused."""
    said: list[Any] = [None] * len(acts)
    start = threading.Barrier(len(acts))
    look_again()

    def act(n: int) -> None:
        with app.app_context():
            start.wait()
            try:
                said[n] = acts[n]()
            except Refused as refused:
                said[n] = refused.code

    threads = [threading.Thread(target=act, args=(n,)) for n in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return said
