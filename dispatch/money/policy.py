"""Who may look into a community's book and put money into its cash box. The subject is the community."""

from __future__ import annotations

from dispatch.core.permits import Permits
from dispatch.orders.policy import is_clerk, is_coordinator, same_community, same_station

_CLERK = (is_clerk, same_community)

PERMITS: Permits = {
    "see": [_CLERK, (is_coordinator, same_station)],
    "fund": [_CLERK],
    "find": [_CLERK],
    "export": [_CLERK, (is_coordinator, same_station)],
}
