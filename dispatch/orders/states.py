"""The states of an order and every move between them. What is not in this table cannot happen."""

from __future__ import annotations

from enum import StrEnum

from dispatch.core.moves import Move


class Status(StrEnum):
    WAITING = "waiting"
    OPEN = "open"
    CLAIMED = "claimed"
    PICKED_UP = "picked_up"
    DELIVERED = "delivered"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    FAILED = "failed"


S = Status


def _move(leaves: set[Status], enters: Status) -> Move[Status]:
    return Move(frozenset(leaves), enters)


#: Verb → the states it may leave and the one it enters.
MOVES: dict[str, Move[Status]] = {
    "open": _move({S.WAITING}, S.OPEN),  # the station has looked and lets it on the board
    "claim": _move({S.OPEN}, S.CLAIMED),  # stays open while fewer have claimed than are needed
    "assign": _move({S.WAITING, S.OPEN}, S.CLAIMED),  # by hand, for somebody who phoned in
    "reassign": _move({S.OPEN, S.CLAIMED, S.PICKED_UP}, S.CLAIMED),  # to other hands, which fetch anew; open while others are needed
    "split": _move({S.OPEN, S.CLAIMED}, S.OPEN),  # more persons, or fewer again; claimed where nobody more is needed
    "no_show": _move({S.OPEN, S.CLAIMED, S.PICKED_UP}, S.OPEN),  # one of its holders did not come
    "release": _move({S.OPEN, S.CLAIMED}, S.OPEN),  # open: one of several holders of an order not yet full
    "lapse": _move({S.CLAIMED}, S.OPEN),  # not picked up in time
    "pick_up": _move({S.CLAIMED}, S.PICKED_UP),
    "deliver": _move({S.PICKED_UP}, S.DELIVERED),
    "confirm": _move({S.DELIVERED}, S.CLOSED),
    "not_reached": _move({S.DELIVERED}, S.DELIVERED),  # called back in vain; tried again later
    "fail": _move({S.CLAIMED, S.PICKED_UP}, S.FAILED),  # cannot be done: straight back to the station
    "reopen": _move({S.CLAIMED, S.PICKED_UP, S.FAILED, S.EXPIRED}, S.OPEN),  # the coordinator puts it back on the board
    "cancel": _move({S.WAITING, S.OPEN, S.CLAIMED, S.PICKED_UP, S.FAILED, S.EXPIRED}, S.CANCELLED),
    "expire": _move({S.WAITING, S.OPEN}, S.EXPIRED),  # the time in which it was of use has passed
}

#: Verb → the states in which it may be done, of what changes no status.
EDITS: dict[str, frozenset[Status]] = {
    "correct": frozenset({S.WAITING, S.OPEN, S.CLAIMED, S.PICKED_UP, S.FAILED, S.EXPIRED}),
    "queue": frozenset({S.CLAIMED}),  # full; an open one can be claimed
    "push": frozenset({S.OPEN}),  # the next wave of alerts now
    "widen": frozenset({S.OPEN}),  # everybody's phone now
    "ring_up": frozenset({S.OPEN}),  # by telephone
}
#: Verb → the states in which it is possible; a verb that is in neither table is possible in every state.
POSSIBLE = {**{verb: move.leaves for verb, move in MOVES.items()}, **EDITS}

#: An order of these needs nothing more from anybody.
FINISHED = frozenset({S.CLOSED, S.CANCELLED})
#: An order of these is on somebody's way.
UNDER_WAY = frozenset({S.CLAIMED, S.PICKED_UP})
#: What only the clock does; everything else has a permit in `policy`.
SYSTEM_MOVES = frozenset({"lapse", "expire"})


class MoneyStatus(StrEnum):
    """How far what a courier has laid out is settled."""

    OPEN = "open"  # he waits for his money
    OWED = "owed"  # he has it; the resident has not paid the community yet
    SETTLED = "settled"
    VOID = "void"  # corrected to nothing


M = MoneyStatus
#: Verb → the states of an advance that it may leave and the usual one it enters; which it is, the amounts left decide.
MONEY_MOVES: dict[str, Move[MoneyStatus]] = {
    "settle": Move(frozenset({M.OPEN, M.OWED}), M.SETTLED),
    "reverse": Move(frozenset({M.OPEN, M.OWED, M.SETTLED}), M.OPEN),
    "correct": Move(frozenset({M.OPEN, M.OWED, M.SETTLED}), M.OPEN),
    "enter": Move(frozenset({M.VOID}), M.OPEN),  # for the first time there is no row yet
}
#: After these the clerk may enter what a courier forgot to say, laid out for nothing, or had paid before he gave the order back.
ENTERED_LATE = frozenset({S.DELIVERED, S.CLOSED, S.FAILED, S.CANCELLED, S.EXPIRED})


class Standing(StrEnum):
    """A need that comes back every week."""

    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"


def _standing(leaves: set[Standing], enters: Standing) -> Move[Standing]:
    return Move(frozenset(leaves), enters)


STANDING_MOVES: dict[str, Move[Standing]] = {
    "pause": _standing({Standing.ACTIVE}, Standing.PAUSED),
    "resume": _standing({Standing.PAUSED}, Standing.ACTIVE),
    "end": _standing({Standing.ACTIVE, Standing.PAUSED}, Standing.ENDED),
    "stop": _standing({Standing.ACTIVE}, Standing.PAUSED),  # by the clock: the resident or the community is no longer there
    "run_out": _standing({Standing.ACTIVE}, Standing.ENDED),  # by the clock: its last day has been
}
