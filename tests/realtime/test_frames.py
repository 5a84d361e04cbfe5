"""What happens together reaches a browser together: fewer frames than entries, each entry once and in order."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from tests.house import ROOT
from tests.realtime.conftest import Serve
from tests.realtime.ear import Ear

pytestmark = pytest.mark.slow
STATION = "120116014"
MANY = 450
#: Another process writes so many entries in a few transactions, as the clock does after a standstill.
BURST = """
import sys
from wsgi import app
from dispatch.core.unit_of_work import transaction
from dispatch.journal.appending import append
with app.app_context():
    for part in range(3):
        with transaction() as work:
            for n in range(int(sys.argv[2]) // 3):
                append(work, sys.argv[1], "duty.changed", person_id=f"{part}.{n}", on=True)
"""


def test_a_burst_arrives_in_few_frames_whole_and_in_order(serve: Serve, database: str) -> None:
    house = serve(database, ["coordinator", "courier1"])
    ears, frames = [], {}
    for login in ("coordinator", "courier1"):
        caller = house[login].connect()
        frames[login] = counted(caller)
        ears.append(Ear(caller, STATION))
    subprocess.run([sys.executable, "-c", BURST, STATION, str(MANY)], cwd=ROOT, env=house.house.environ, check=True, timeout=120)
    for ear in ears:
        ear.wait_for(ear.first + MANY)
        ear.assert_whole()
        assert ear.asked == 0
    for sizes in frames.values():
        assert sum(sizes) == MANY
        # Three transactions, each of 150 entries: at most a frame for each look, and never one for each entry.
        assert len(sizes) <= 3
        assert max(sizes) <= 200


def counted(caller: Any) -> list[int]:
    """How many entries each frame brings, from now on."""
    sizes: list[int] = []
    take_in = caller._take_in

    def count(entries: list[dict[str, Any]]) -> None:
        sizes.append(len(entries))
        take_in(entries)

    caller.line.on("journal", count)
    # The client would hand each frame to a thread of its own, and they might overtake each other there.
    caller.line.eio.start_background_task = lambda target, *args, **kwargs: target(*args, **kwargs)
    return sizes
