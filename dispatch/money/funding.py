"""How money comes into a community's cash box and is given back: nobody can pay out of it what is not in it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, NamedTuple

from dispatch.accounts.booking import Whose, book, counter
from dispatch.accounts.models import Kind
from dispatch.accounts.queries import one_transfer
from dispatch.core.errors import Invalid, NotEligible, NotFound
from dispatch.core.idempotency import Once
from dispatch.core.permits import permitted
from dispatch.core.unit_of_work import Work, reading, transaction
from dispatch.journal.appending import append
from dispatch.money.policy import PERMITS
from dispatch.money.queries import communities_of
from dispatch.orders.advancing import LIMIT_MOST
from dispatch.orders.settling import REASONS, check_payment
from dispatch.people.identity import Actor, locked_actor

#: Which way → what it does to the box.
DIRECTIONS = {"in": 1, "out": -1}
#: The most at once, in fen: a hundred of the largest errands.
FUND_MOST = 100 * LIMIT_MOST


class Community(NamedTuple):
    """A community whose book somebody may look into."""

    community_id: str
    name: str
    station_id: str


def community_for(actor: Actor, verb: str, community_id: str | None) -> Community:
    """The community that somebody asks for; the clerk's own, or the coordinator's first, where none is named.

    Args:
        verb: a key of `policy.PERMITS`.
    Raises:
        NotFound: none that they may see.
        NotEligible: they may look, and not do this; or have nothing to do with books.
    """
    there = {row.id: Community(row.id, row.name, row.parent_id) for row in communities_of(reading(), actor)}
    if not there:
        raise NotEligible()
    if community_id is not None and community_id not in there:
        raise NotFound()
    community = there[community_id or next(iter(there))]
    _refuse(actor, verb, community)
    return community


def _refuse(actor: Actor, verb: str, community: Community) -> None:
    if not permitted(PERMITS, "see", actor, community):
        raise NotFound()
    if not permitted(PERMITS, verb, actor, community):
        raise NotEligible()


def fund(actor: Actor, community_id: str | None, once: Once, *, amount: int, direction: str, how: str, paid_on: date | None) -> str:
    """Money was put into the box, or taken out of it and given back; returns the transfer's id.

    Args:
        community_id: whose box; the clerk's own by default.
        amount: fen.
        direction: a key of DIRECTIONS.
        how: one of settling.HOW.
        paid_on: on which day; by default today.
    Raises:
        Invalid: an amount, direction, day or way that is none; or there is not so much in the box.
        NotFound, NotEligible: not her community; not a clerk.
    """
    if direction not in DIRECTIONS:
        raise Invalid("direction")
    if not 0 < amount <= FUND_MOST:
        raise Invalid("amount")
    said = check_payment(how, paid_on)
    community = community_for(actor, "fund", community_id)

    def act(work: Work) -> str:
        signed = DIRECTIONS[direction] * amount
        lines = {Whose(Kind.CASH, community.community_id): signed, Whose(Kind.FUND, community.community_id): -signed}
        transfer_id = book(work, community.community_id, lines, what="funded", person_id=actor.id, way=direction, **said)
        _tell(work, community, "money.funded", amount=signed, transfer_id=transfer_id)
        return transfer_id

    return _once(actor, community, once, act)


def take_back(actor: Actor, transfer_id: str, reason: str, once: Once) -> str:
    """Money put into the box was none: its opposite is entered; returns the counter-transfer's id.

    Raises:
        Invalid: the reason is none, or the money has been paid out of the box already.
        NotFound, NotEligible: no such transfer of her community's box; not a clerk.
        TooLate: it was taken back already.
    """
    if reason not in REASONS:
        raise Invalid("reason")
    old = one_transfer(reading(), transfer_id)
    if old is None or old.what != "funded":
        raise NotFound()
    community = community_for(actor, "fund", old.community_id)

    def act(work: Work) -> str:
        countered = counter(work, transfer_id, person_id=actor.id, reason=reason)
        _tell(work, community, "money.corrected", reason=reason, transfer_id=countered, counters=transfer_id)
        return countered

    return _once(actor, community, once, act)


def _tell(work: Work, community: Community, entry_type: str, **said: Any) -> None:
    append(work, community.station_id, entry_type, community_id=community.community_id, **said)


def _once(actor: Actor, community: Community, once: Once, act: Callable[[Work], str]) -> str:
    with once.running(), transaction() as work:
        once.lock(work)
        outcome = once.earlier(work.connection)
        if outcome is None:
            me = locked_actor(work.connection, actor.id)
            if me is None:
                raise NotEligible()
            _refuse(me, "fund", community)
            outcome = {"transfer_id": act(work)}
            once.keep(work, outcome)
    return str(outcome["transfer_id"])
