"""The station's alarms as they go out, and what comes at the door."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import insert, select, update

from dispatch.channels import connecting
from dispatch.channels.announcing import announce
from dispatch.channels.models import Channel, Notice
from dispatch.channels.sending import send
from dispatch.core.clock import now
from dispatch.core.ids import new_id
from dispatch.core.unit_of_work import look_again, reading, transaction
from dispatch.journal.appending import append
from dispatch.orders.alert_models import Alert
from tests.channels.door import Door
from tests.conftest import one_of_the_cast
from tests.orders.play import STATION, Street

CHANNELS, NOTICES, ALERTS = Channel.__table__, Notice.__table__, Alert.__table__


class Outside:
    """The station's alarms and what comes at the door."""

    def __init__(self, play: Street, door: Door) -> None:
        self.play, self.door = play, door

    def connect(self, login: str = "coordinator", *, lang: str = "zh", tested: bool = True) -> str:
        made = connecting.add(one_of_the_cast(login), "webhook", self.door.url, "", ["orders", "hazards"], lang)
        if tested:
            assert send() == 1
            self.door.messages.clear()
            self.rested()
        return made

    def ring(self, order: str, why: str = "unclaimed", **said: Any) -> None:
        with transaction() as work:
            append(work, STATION, "order.escalated", order_id=order, community_id="c", was="open", why=why, district_id="d", **said)

    def alert(self, order: str, *logins: str) -> None:
        persons = [one_of_the_cast(login).id for login in logins]
        with transaction() as work:
            for person_id in persons:
                row = {
                    "id": new_id(), "order_id": order, "station_id": STATION, "person_id": person_id, "round": 1, "wave": 0,
                    "urgency": "urgent", "sent_at": now(), "expires_at": now() + timedelta(seconds=90), "km": 0.5, "busy": False,
                    "recent": 0.0, "unanswered": 0.0, "likelihood": 0.35, "share": 0.5, "asked_before": 0, "standing_before": 0,
                    "outcome": "standing",
                }  # fmt: skip
                work.execute(insert(ALERTS), row)
            append(work, STATION, "order.alerted", order_id=order, community_id="c", was="open", wave=1, persons=persons)

    def rested(self) -> None:
        """Every channel may speak again."""
        self.set(not_before=now() - timedelta(seconds=1))

    def set(self, **values: Any) -> None:
        with transaction() as work:
            work.execute(update(CHANNELS).values(**values))

    def go(self) -> int:
        announce()
        return send()

    def channel(self) -> Any:
        look_again()
        return reading().execute(select(CHANNELS)).one()

    def ended(self, what: str = "unclaimed") -> list[str | None]:
        look_again()
        return list(reading().execute(select(NOTICES.c.ended_as).where(NOTICES.c.what == what)).scalars())
