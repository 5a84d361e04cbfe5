"""What can happen to a newcomer's vouching, to a loan, and to one courier's part in it. What is not here cannot happen."""

from __future__ import annotations

from enum import StrEnum

from dispatch.core.moves import Move


class Vouched(StrEnum):
    PENDING = "pending"
    CONFIRMED = "confirmed"
    DECLINED = "declined"


class LoanStatus(StrEnum):
    PROPOSED = "proposed"
    RUNNING = "running"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    ENDED = "ended"


class LentStatus(StrEnum):
    NAMED = "named"
    SERVING = "serving"
    REFUSED = "refused"
    DROPPED = "dropped"
    HOME = "home"


V, L, P = Vouched, LoanStatus, LentStatus

#: Verb → the states it may leave and the one it enters.
VOUCHING: dict[str, Move[Vouched]] = {
    "confirm": Move(frozenset({V.PENDING}), V.CONFIRMED),
    "decline": Move(frozenset({V.PENDING}), V.DECLINED),
}
LOAN: dict[str, Move[LoanStatus]] = {
    "accept": Move(frozenset({L.PROPOSED}), L.RUNNING),
    "decline": Move(frozenset({L.PROPOSED}), L.DECLINED),
    "withdraw": Move(frozenset({L.PROPOSED}), L.WITHDRAWN),
    "lapse": Move(frozenset({L.PROPOSED}), L.LAPSED),  # its end came before the answer
    "end": Move(frozenset({L.RUNNING}), L.ENDED),
}
LENT: dict[str, Move[LentStatus]] = {
    "start": Move(frozenset({P.NAMED}), P.SERVING),
    "refuse": Move(frozenset({P.NAMED}), P.REFUSED),
    "drop": Move(frozenset({P.NAMED}), P.DROPPED),  # the loan came to nothing, or he was not free when it began
    "return": Move(frozenset({P.SERVING}), P.HOME),
}
