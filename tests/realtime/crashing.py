"""Claims in processes that are killed with -9 at a chosen place; run as a program, prints one JSON line per trial.

The parent only forks: every look at the database is a process of its own, as after a power cut.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
import uuid
from collections.abc import Callable
from typing import Any

from flask import Flask
from sqlalchemy import event, func, select

from config import settings
from dispatch import create_app
from dispatch.core import unit_of_work
from dispatch.core.errors import Refused
from dispatch.core.idempotency import Idempotency, Once
from dispatch.core.unit_of_work import reading
from dispatch.core.writers import Writers
from dispatch.extensions import db
from dispatch.journal import appending
from dispatch.journal.models import Entry
from dispatch.orders import posting
from dispatch.orders.claiming import claim
from dispatch.orders.delivering import release
from dispatch.orders.models import Claim
from dispatch.people.identity import Actor, locked_actor
from dispatch.people.queries import person_by_login

NEED = {"kind": "medicine", "building": "3号楼", "urgency": "urgent", "resident": {"name": "陈桂兰"}}


def die(*_: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def before(module: Any, name: str) -> None:
    setattr(module, name, die)


def after(module: Any, name: str) -> None:
    real = getattr(module, name)

    def then_die(*arguments: Any) -> None:
        real(*arguments)
        die()

    setattr(module, name, then_die)


def before_the_commit() -> None:
    """SQLite's writers commit together, by the driver; PostgreSQL's each by itself."""
    before(Writers, "_make_it_last")
    event.listen(db.engine, "commit", die)


#: Six places around the commit, in their order, and `anywhere`: whenever the parent strikes.
PLACES: dict[str, Callable[[], None]] = {
    "before the lock": lambda: before(unit_of_work, "look_again"),
    "with the lock": lambda: after(unit_of_work, "Work"),
    "written, not in the journal": lambda: before(appending, "_hold_head"),
    "in the journal, not committed": before_the_commit,
    "committed, nobody told": lambda: before(appending, "announce"),
    "told, not answered": lambda: after(appending, "announce"),
    "anywhere": lambda: None,
}
#: From here on the change must stand although nobody was answered.
STANDS = {"committed, nobody told", "told, not answered"}


def in_a_process(app: Flask, work: Callable[[], Any], strike_after: float | None = None) -> Any:
    """What `work` returned in a process of its own, or None if that was killed before it could say."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(ours)
        with app.app_context():
            os.write(theirs, json.dumps(work()).encode())
        os._exit(0)
    os.close(theirs)
    if strike_after is not None:
        time.sleep(strike_after)
        os.kill(child, signal.SIGKILL)
    said = b""
    while part := os.read(ours, 65536):
        said += part
    os.close(ours)
    _, ended = os.waitpid(child, 0)
    if not said and not os.WIFSIGNALED(ended):
        raise SystemExit("a process failed by itself, not by our hand")
    return json.loads(said) if said else None


def actor(login: str) -> Actor:
    found = locked_actor(reading(), person_by_login(reading(), login).id)
    if found is None:
        raise LookupError(login)
    return found


def post() -> str:
    clerk = actor("clerk")
    return str(posting.post(clerk, NEED, Once(clerk.id, str(uuid.uuid4()), "post", {}))["order_id"])


def grab(order_id: str, key: str) -> str:
    courier = actor("courier1")
    try:
        return str(claim(courier, order_id, Once(courier.id, key, "claim", {"order_id": order_id}))["order_id"])
    except Refused as refused:
        return refused.code


def facts(order_id: str, key: str) -> dict[str, int]:
    """How often the claim stands in each of the places where it must stand once or not at all."""
    claims, entries, kept = Claim.__table__, Entry.__table__, Idempotency.__table__
    told = [row for row in reading().execute(select(entries.c.data).where(entries.c.type == "order.claimed")).scalars()]
    return {
        "claims": reading().execute(select(func.count()).select_from(claims).where(claims.c.order_id == order_id)).scalar_one(),
        "entries": sum(data["order_id"] == order_id for data in told),
        "answers": reading().execute(select(func.count()).select_from(kept).where(kept.c.key == key)).scalar_one(),
    }


def give_back(order_id: str) -> None:
    courier = actor("courier1")
    release(courier, order_id, "busy", Once(courier.id, str(uuid.uuid4()), "release", {}))


def trial(app: Flask, place: str, chance: random.Random) -> dict[str, Any]:
    order_id, key = in_a_process(app, post), str(uuid.uuid4())

    def doomed() -> str:
        db.engine.connect().close()
        PLACES[place]()
        return grab(order_id, key)

    answer = in_a_process(app, doomed, chance.uniform(0.0, 0.03) if place == "anywhere" else None)
    left = in_a_process(app, lambda: facts(order_id, key))
    again = in_a_process(app, lambda: grab(order_id, key))
    finally_ = in_a_process(app, lambda: facts(order_id, key))
    in_a_process(app, lambda: give_back(order_id))
    return {"place": place, "order": order_id, "answer": answer, "left": left, "again": again, "finally": finally_}


def main() -> None:
    app, chance = create_app(settings()), random.Random(0)
    for number in range(int(sys.argv[1])):
        sys.stdout.write(json.dumps(trial(app, list(PLACES)[number % len(PLACES)], chance)) + "\n")


if __name__ == "__main__":
    main()
