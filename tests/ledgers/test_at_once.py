"""Two ledgers at the same moment, and a ledger beside single needs, on either database."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from dispatch.core.unit_of_work import look_again, reading
from dispatch.ledgers.transcribing import transcribe
from dispatch.orders.commanding import ORDERS
from dispatch.orders.posting import post
from tests.at_once import at_once
from tests.conftest import one_of_the_cast
from tests.ledgers.test_ledgers import COMMUNITY, THREE, entries, line
from tests.orders.play import once

pytestmark = pytest.mark.slow


def orders() -> int:
    look_again()
    return int(reading().execute(select(func.count()).select_from(ORDERS)).scalar_one())


def test_the_same_ledger_from_two_desks_is_posted_once(either: Flask) -> None:
    clerk, coordinator = one_of_the_cast("clerk"), one_of_the_cast("coordinator")
    before = orders()
    acts = [partial(transcribe, who, entries(*THREE), once(who), COMMUNITY) for who in (clerk, coordinator, clerk, coordinator)]
    said = at_once(either, *acts)
    assert sorted("posted" if isinstance(one, dict) else one for one in said) == ["invalid"] * 3 + ["posted"]
    assert orders() == before + len(THREE)


def test_a_ledger_and_single_needs_at_once_do_not_wait_in_a_circle(either: Flask, need: dict[str, Any]) -> None:
    """The first line names no number, so that its order is counted before anybody is looked up by one."""
    clerk = one_of_the_cast("clerk")
    before = orders()
    for n in range(10):
        lines = [
            line(2, name=f"李德{'一二三四五六七八九十'[n]}", phone="", need="取快递", time=""),
            *(line(3 + m, name=f"孙秀英{m}") for m in range(5)),
        ]
        ledger = entries(*lines, again=True)
        acts = [partial(transcribe, clerk, ledger, once(clerk)), *(partial(post, clerk, need, once(clerk)) for _ in range(4))]
        assert all(isinstance(one, dict) for one in at_once(either, *acts))
    assert orders() == before + 10 * (6 + 4)
