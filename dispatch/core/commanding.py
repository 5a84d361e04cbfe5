"""What every command has in common: refused early where it can be, carried out once, its first outcome found again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dispatch.core.errors import Refused
from dispatch.core.idempotency import Once, SaidBefore
from dispatch.core.unit_of_work import Work, transaction

Outcome = dict[str, Any]


def carry_out_once(
    once: Once, judge: Callable[[], object], write: Callable[[Work], Outcome], shown: Callable[[Work, Outcome], Outcome]
) -> Outcome:
    """Do one command, once.

    Whatever can be refused is refused before the write lock is taken: the losers of a race cost a read.

    Args:
        once: the command's key.
        judge: raises what already stands against the command, from a plain read.
        write: judges again what is held now, writes, tells the journal; returns the outcome, of ids alone.
        shown: what its actor reads of it, while the pages of the database are still at hand; not kept, as it is personal.
    Returns:
        what `shown` makes of it, or the outcome of the first time.
    Raises:
        Refused: by `judge` or `write`, where the command has not been carried out before.
    """
    try:
        judge()
        with once.running(), transaction() as work:
            once.lock(work)
            outcome = write(work)
            once.keep(work, outcome)
            return shown(work, outcome)
    except (Refused, SaidBefore):
        # Who repeats a command is asked for only where it came to nothing: for nearly every command that is one read less.
        earlier = once.earlier()
        if earlier is None:
            raise
        return earlier
