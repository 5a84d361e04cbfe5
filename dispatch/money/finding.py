"""How an earlier errand is found again, to enter late what was laid out for it: by its number, or by whom it was for."""

from __future__ import annotations

import re
from typing import Any

from dispatch.core.unit_of_work import reading
from dispatch.money.funding import community_for
from dispatch.money.queries import ended_orders
from dispatch.orders.presenting import present
from dispatch.orders.queries import full_order
from dispatch.people.identity import Actor
from dispatch.residents.finding import normal, search

#: So many errands are shown, and of so many residents: who finds more types more.
SHOWN_MOST = 20
RESIDENTS_MOST = 50
#: A number as it is said on the telephone, with or without its dash: day and running number.
_NUMBER = re.compile(r"(\d{4})-?(\d{3,4})")


def find_ended(actor: Actor, typed: str) -> dict[str, Any]:
    """The errands of the clerk's community that somebody has had and that are over, as a list, the newest first.

    A number begins anew each year, so one may find several; she sees the day and the name beside it.

    Args:
        typed: an order's number, or what finds a resident: name, pinyin, initials, building.
    Raises:
        NotEligible: it is somebody else's to enter late.
    """
    community = community_for(actor, "find", None).community_id
    number = _NUMBER.fullmatch(re.sub(r"\s", "", normal(typed)))
    if number:
        rows, total = ended_orders(reading(), community, SHOWN_MOST, number="-".join(number.groups()))
    else:
        residents = search(reading(), [community], typed)[:RESIDENTS_MOST] if typed.strip() else []
        rows, total = ended_orders(reading(), community, SHOWN_MOST, residents=residents)
    found = [full_order(reading(), actor, row.id) for row in rows]
    return {"items": present(reading(), actor, found), "page": 1, "pages": 1, "total": total}
