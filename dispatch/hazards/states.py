"""The states of a hazard and every move between them. What is not in this table cannot happen."""

from __future__ import annotations

from enum import StrEnum

from dispatch.core.moves import Move


class Status(StrEnum):
    REPORTED = "reported"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    DUPLICATE = "duplicate"
    ASSIGNED = "assigned"
    SUSPENDED = "suspended"
    FIXED = "fixed"
    VERIFIED = "verified"
    VOID = "void"


S = Status


def _move(leaves: set[Status], enters: Status) -> Move[Status]:
    return Move(frozenset(leaves), enters)


#: Verb → the states it may leave and the one it enters.
MOVES: dict[str, Move[Status]] = {
    "accept": _move({S.REPORTED}, S.ACCEPTED),
    "decline": _move({S.REPORTED}, S.DECLINED),
    "merge": _move({S.REPORTED, S.ACCEPTED, S.ASSIGNED, S.SUSPENDED}, S.DUPLICATE),
    "unmerge": _move({S.DUPLICATE}, S.REPORTED),  # into the state that it was merged from
    "assign": _move({S.ACCEPTED, S.ASSIGNED}, S.ASSIGNED),  # to whom it concerns, or to somebody else instead
    "send_back": _move({S.ASSIGNED}, S.ACCEPTED),  # 回退: not ours
    "suspend": _move({S.ACCEPTED, S.ASSIGNED}, S.SUSPENDED),  # 挂账: until a day, for a reason; its clock stands still
    "resume": _move({S.SUSPENDED}, S.ACCEPTED),  # assigned where somebody is responsible already
    "fix": _move({S.ASSIGNED}, S.FIXED),
    "verify": _move({S.FIXED}, S.VERIFIED),  # somebody has seen that it is gone
    "reopen": _move({S.FIXED, S.VERIFIED}, S.ASSIGNED),  # it is there again, or was never gone
    "void": _move({S.ACCEPTED, S.ASSIGNED, S.SUSPENDED, S.FIXED}, S.VOID),  # 作废: it should not have been accepted
}

#: A hazard of these has been judged to be one, and is nobody's mistake: what is known beyond the station.
KNOWN = frozenset({S.ACCEPTED, S.ASSIGNED, S.SUSPENDED, S.FIXED, S.VERIFIED})
#: It is being dealt with.
ALIVE = frozenset({S.ACCEPTED, S.ASSIGNED, S.SUSPENDED})
#: Its clock runs.
RUNNING = frozenset({S.ACCEPTED, S.ASSIGNED})
#: Nothing more is done about it.
ENDED = frozenset({S.DECLINED, S.VERIFIED, S.VOID})
#: What another one can be merged into: it has been accepted, so nobody learns of an unjudged report by following it.
SURVIVES = frozenset({S.ACCEPTED, S.ASSIGNED, S.SUSPENDED, S.FIXED})

#: Verb → the states in which it may be done, of what changes no status.
EDITS: dict[str, frozenset[Status]] = {
    "hold": frozenset({S.REPORTED}),
    "let_go": frozenset({S.REPORTED}),
    "join": ALIVE | {S.REPORTED},  # before it is accepted only who has reported it knows of it
    "extend": RUNNING,
    "correct": ALIVE | {S.FIXED},
    "show_photo": KNOWN,
    "black_out": frozenset(S),  # somebody's face is nobody's business in any state
    "answer": frozenset({S.FIXED}),
}
#: Verb → the states in which it is possible.
POSSIBLE = {**{verb: move.leaves for verb, move in MOVES.items()}, **EDITS}

#: Status → what its reporter reads, in four plain words or a refusal; that of a duplicate is the survivor's.
PUBLIC_WORDS = {
    S.REPORTED: "waiting",
    S.ACCEPTED: "accepted",
    S.SUSPENDED: "accepted",
    S.ASSIGNED: "in_hand",
    S.FIXED: "in_hand",
    S.VERIFIED: "done",
    S.DECLINED: "declined",
    S.VOID: "declined",
}
