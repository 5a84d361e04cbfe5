"""Killed with -9 at six places around the commit: nothing acknowledged is lost, nothing stands without its entry."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter

import pytest

from tests.conftest import NewHouse
from tests.house import ROOT
from tests.realtime.crashing import PLACES, STANDS

TRIALS = 119


@pytest.mark.slow
def test_killed_at_six_places_a_hundred_times(new_house: NewHouse, database: str) -> None:
    house = new_house(database)
    done = subprocess.run(
        [sys.executable, "-m", "tests.realtime.crashing", str(TRIALS)],
        cwd=ROOT, env=house.environ, capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    trials = [json.loads(line) for line in done.stdout.splitlines()]
    assert Counter(trial["place"] for trial in trials) == dict.fromkeys(PLACES, TRIALS // len(PLACES))
    nothing, once = {"claims": 0, "entries": 0, "answers": 0}, {"claims": 1, "entries": 1, "answers": 1}
    for trial in trials:
        if trial["place"] == "anywhere":
            assert trial["left"] in (nothing, once), trial
            assert trial["left"] == once or trial["answer"] is None, trial
        else:
            assert trial["answer"] is None, trial
            assert trial["left"] == (once if trial["place"] in STANDS else nothing), trial
        assert trial["again"] == trial["order"], trial
        assert trial["finally"] == once, trial
    assert "every journal holds" in house.flask("journal", "verify")
    assert "all is well" in house.flask("doctor")
