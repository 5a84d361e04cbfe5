"""How a table of permits is read: any one line of conditions, all of whose conditions hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

Predicate = Callable[[Any, Any], bool]
Permits = Mapping[str, Sequence[tuple[Predicate, ...]]]


def permitted(permits: Permits, verb: str, actor: Any, subject: Any) -> bool:
    """Whether `actor` may do `verb` to `subject`.

    Args:
        permits: verb → alternatives; an alternative is a tuple of predicates of which each must hold.
        verb: a key of `permits`; an unknown one is a KeyError, never a silent no.
        actor: who asks.
        subject: what it is asked of.
    """
    # Plain loops: this is asked a dozen times for every command, and generators would cost more than the predicates.
    for alternative in permits[verb]:
        for holds in alternative:
            if not holds(actor, subject):
                break
        else:
            return True
    return False
