"""Every edge between two states is there, and nothing that is not an edge can happen."""

from __future__ import annotations

import pytest

from dispatch.core.errors import TooLate
from dispatch.core.unit_of_work import transaction
from dispatch.core.workflow import advance
from dispatch.hazards.commanding import HAZARDS
from dispatch.hazards.policy import PERMITS
from dispatch.hazards.states import ALIVE, EDITS, ENDED, KNOWN, MOVES, POSSIBLE, PUBLIC_WORDS, Status
from tests.hazards.corner import Corner

#: What the product promises, written down a second time: verb → from where → to where.
EDGES = {
    "accept": ({"reported"}, "accepted"),
    "decline": ({"reported"}, "declined"),
    "merge": ({"reported", "accepted", "assigned", "suspended"}, "duplicate"),
    "unmerge": ({"duplicate"}, "reported"),
    "assign": ({"accepted", "assigned"}, "assigned"),
    "send_back": ({"assigned"}, "accepted"),
    "suspend": ({"accepted", "assigned"}, "suspended"),
    "resume": ({"suspended"}, "accepted"),
    "fix": ({"assigned"}, "fixed"),
    "verify": ({"fixed"}, "verified"),
    "reopen": ({"fixed", "verified"}, "assigned"),
    "void": ({"accepted", "assigned", "suspended", "fixed"}, "void"),
}
#: What changes no status: verb → the states in which it may be done.
EDITED_IN = {
    "hold": {"reported"},
    "let_go": {"reported"},
    "join": {"reported", "accepted", "assigned", "suspended"},
    "extend": {"accepted", "assigned"},
    "correct": {"accepted", "assigned", "suspended", "fixed"},
    "show_photo": {"accepted", "assigned", "suspended", "fixed", "verified"},
    "answer": {"fixed"},
    "black_out": {"reported", "accepted", "declined", "duplicate", "assigned", "suspended", "fixed", "verified", "void"},
}


def test_the_table_has_these_verbs_and_no_others() -> None:
    assert {verb: ({state.value for state in move.leaves}, move.enters.value) for verb, move in MOVES.items()} == EDGES
    assert {verb: {state.value for state in states} for verb, states in EDITS.items()} == EDITED_IN
    assert set(POSSIBLE) == set(EDGES) | set(EDITED_IN)


def test_every_verb_that_is_possible_has_somebody_who_may() -> None:
    assert {verb for verb in PERMITS if not verb.startswith("see")} == set(POSSIBLE)


def test_every_edge_leads_where_it_says_and_every_non_edge_nowhere(corner: Corner) -> None:
    hazard = corner.report()
    for verb, (leaves, enters) in EDGES.items():
        for state in Status:
            corner.set(hazard, status=state.value)
            if state in leaves:
                with transaction() as work:
                    advance(work, HAZARDS, hazard, MOVES[verb])
                assert corner.row(hazard).status == enters, (verb, state)
            else:
                with pytest.raises(TooLate), transaction() as work:
                    advance(work, HAZARDS, hazard, MOVES[verb])
                assert corner.row(hazard).status == state, (verb, state)


def test_what_is_over_leads_back_only_where_somebody_has_seen_that_it_is_there_again() -> None:
    for over in ENDED:
        assert [verb for verb, move in MOVES.items() if over in move.leaves] == (["reopen"] if over == Status.VERIFIED else [])


def test_what_is_known_beyond_the_station_has_been_accepted() -> None:
    assert {state.value for state in KNOWN} == {"accepted", "assigned", "suspended", "fixed", "verified"}
    assert ALIVE < KNOWN
    assert set(PUBLIC_WORDS) == set(Status) - {Status.DUPLICATE}
    assert set(PUBLIC_WORDS.values()) == {"waiting", "accepted", "in_hand", "done", "declined"}
