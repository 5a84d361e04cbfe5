"""Who leaves the care list: for a reason or because she takes her consent back; what is known of her is forgotten, unless it is needed."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from dispatch.core.clock import now
from dispatch.core.errors import Invalid
from dispatch.core.idempotency import Once
from dispatch.core.unit_of_work import transaction
from dispatch.orders import posting
from dispatch.orders.forgetting import KEPT, forget_finished
from dispatch.people.identity import Actor
from dispatch.residents import keeping
from dispatch.residents.models import Consent, Resident
from tests.residents.care import CONSENT, enter, head, kept, once, rows, told_since

Cast = Callable[[str], Actor]
_residents, _consents = Resident.__table__, Consent.__table__


LEAVES: dict[str, Callable[[Actor, str], Any]] = {
    "take_off": lambda actor, resident: keeping.take_off(actor, resident, "moved", once(actor)),
    "withdraw": lambda actor, resident: keeping.withdraw(actor, resident, once(actor)),
}


def aged(resident_id: str, **values: Any) -> None:
    """Change what time would have changed."""
    with transaction() as work:
        work.execute(update(_residents).where(_residents.c.id == resident_id).values(**values))


def sweep() -> int:
    with transaction() as work:
        return forget_finished(work)


def test_the_same_key_takes_her_off_once_and_is_answered_twice(app: Flask, cast: Cast) -> None:
    clerk, key = cast("clerk"), str(uuid.uuid4())
    resident = enter(clerk)
    before = head()
    for _ in range(2):
        assert keeping.take_off(clerk, resident, "moved", Once(clerk.id, key, "off", {})) == {"resident_id": resident}
    assert len(told_since(before)) == 1


def test_there_must_be_a_reason(app: Flask, cast: Cast) -> None:
    with pytest.raises(Invalid):
        keeping.take_off(cast("clerk"), enter(cast("clerk")), "because", once(cast("clerk")))


def test_who_takes_her_consent_back_leaves_the_list_and_it_is_written_down(app: Flask, cast: Cast) -> None:
    clerk = cast("clerk")
    resident = enter(clerk)
    keeping.change(clerk, resident, {"consent": {**CONSENT, "how": "written"}}, once(clerk))
    keeping.withdraw(cast("coordinator"), resident, once(cast("coordinator")))
    consents = rows(_consents, resident_id=resident)
    assert [(one["withdrawn_by"], one["withdrawn_at"] is None) for one in consents] == [(cast("coordinator").id, False)] * 2
    found = kept(resident)
    assert found is not None
    assert not found["on_care_list"]


def test_a_consent_anew_puts_her_on_the_list_again_and_stops_the_clock(app: Flask, cast: Cast) -> None:
    clerk = cast("clerk")
    resident = enter(clerk)
    keeping.withdraw(clerk, resident, once(clerk))
    keeping.change(clerk, resident, {"consent": CONSENT}, once(clerk))
    found = kept(resident)
    assert found is not None
    assert (found["on_care_list"], found["off_list_at"]) == (True, None)


@pytest.mark.parametrize("verb", LEAVES)
def test_leaving_the_list_starts_the_thirty_days(app: Flask, cast: Cast, verb: str) -> None:
    clerk = cast("clerk")
    resident = enter(clerk)
    aged(resident, created_at=now() - timedelta(days=900))
    sweep()
    assert kept(resident)
    LEAVES[verb](clerk, resident)
    sweep()
    assert kept(resident)
    aged(resident, off_list_at=now() - KEPT + timedelta(minutes=1))
    sweep()
    assert kept(resident)
    aged(resident, off_list_at=now() - KEPT - timedelta(minutes=1))
    sweep()
    assert kept(resident) is None
    assert rows(_consents, resident_id=resident) == []


def test_who_has_an_errand_under_way_is_kept_until_it_is_over(app: Flask, cast: Cast, need: dict[str, Any]) -> None:
    clerk = cast("clerk")
    resident = enter(clerk)
    posting.post(clerk, {**need, "resident": None, "resident_id": resident}, once(clerk))
    keeping.take_off(clerk, resident, "moved", once(clerk))
    aged(resident, created_at=now() - timedelta(days=900), off_list_at=now() - timedelta(days=90))
    sweep()
    assert kept(resident)
