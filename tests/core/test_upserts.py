"""A row of numbers: one after the other, each key on its own, no number twice though several count at once."""

from __future__ import annotations

import threading

import pytest
from flask import Flask

from dispatch.core.unit_of_work import transaction
from dispatch.core.upserts import counted_up, inserted
from dispatch.orders.models import DayCount

COUNTS = DayCount.__table__


def test_numbers_follow_each_other_for_each_key_alone(app: Flask) -> None:
    def following(day: str) -> int:
        with transaction() as work:
            return counted_up(work, COUNTS, station_id="120116014", day=day)

    assert [following("2031-01-01"), following("2031-01-01"), following("2031-01-02"), following("2031-01-01")] == [1, 2, 1, 3]


def test_who_inserts_first_is_told_so_and_the_second_is_not(either: Flask) -> None:
    row = {"station_id": "120116014", "day": "2031-01-03", "count": 7}
    with transaction() as work:
        assert inserted(work, COUNTS, row)
        assert not inserted(work, COUNTS, {**row, "count": 8})
    with transaction() as work:
        assert counted_up(work, COUNTS, station_id="120116014", day="2031-01-03") == 8


@pytest.mark.slow
def test_several_at_once_have_a_number_each(either_app: Flask) -> None:
    had: list[int] = []

    def count() -> None:
        with either_app.app_context():
            for _ in range(10):
                with transaction() as work:
                    had.append(counted_up(work, COUNTS, station_id="120116014", day="2031-01-01"))

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(had) == list(range(1, 41))
