"""How many photos one person may send in a day, on either database."""

from __future__ import annotations

import io
import threading
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from dispatch import jobs
from dispatch.core import photo_quota, photos
from dispatch.core.errors import RateLimited
from dispatch.core.photo_quota import PhotoDay, Quota, take
from dispatch.core.photos import PhotoRefused, store
from dispatch.core.unit_of_work import look_again, reading
from dispatch.orders import photographing
from tests.core.photo_corpus import saved, scene
from tests.core.visitors import Visitor

Visit = Callable[[str], Visitor]
#: Eleven at night in Shanghai, so that a day has an hour left.
LATE = datetime(2026, 11, 3, 15, 0, tzinfo=UTC)
WIDE = 10**9


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    def set_to(moment: datetime) -> None:
        monkeypatch.setattr(photo_quota, "now", lambda: moment)

    set_to(LATE)
    return set_to


@pytest.mark.slow
def test_a_day_has_so_many_photos_and_so_many_bytes_for_each_person(either_app: Flask, at: Callable[[datetime], None]) -> None:
    with either_app.app_context():
        for _ in range(3):
            take("one", 10, Quota(3, WIDE))
        with pytest.raises(RateLimited) as refused:
            take("one", 10, Quota(3, WIDE))
        assert refused.value.extra == {"retry_after": 3601}
        take("two", 10, Quota(3, WIDE))
        take("two", 90, Quota(9, 100))
        with pytest.raises(RateLimited):
            take("two", 1, Quota(9, 100))
        # What was refused has not been counted, and the next day is another.
        look_again()
        assert [tuple(row) for row in reading().execute(select(PhotoDay.__table__).order_by("person_id"))] == [
            ("one", "2026-11-03", 3, 30),
            ("two", "2026-11-03", 2, 100),
        ]
        at(LATE.replace(hour=16))
        take("one", 10, Quota(1, 10))
        with pytest.raises(RateLimited):
            take("one", 10, Quota(1, WIDE))


@pytest.mark.slow
@pytest.mark.parametrize("quota", [Quota(0, WIDE), Quota(9, 9)])
def test_the_first_of_a_day_can_be_too_much_already(either_app: Flask, quota: Quota) -> None:
    with either_app.app_context(), pytest.raises(RateLimited):
        take("one", 10, quota)


@pytest.mark.slow
def test_of_many_at_the_same_moment_no_more_get_through_than_may(either_app: Flask, at: Callable[[datetime], None]) -> None:
    through: list[bool] = []

    def send() -> None:
        with either_app.app_context():
            try:
                take("one", 10, Quota(5, WIDE))
            except RateLimited:
                through.append(False)
            else:
                through.append(True)

    senders = [threading.Thread(target=send) for _ in range(12)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join(60)
    assert sorted(through) == [False] * 7 + [True] * 5


@pytest.mark.slow
def test_yesterdays_count_is_forgotten_by_the_clock(either_app: Flask, at: Callable[[datetime], None]) -> None:
    with either_app.app_context():
        take("one", 10, Quota(5, WIDE))
        at(LATE.replace(day=4))
        take("two", 10, Quota(5, WIDE))
    jobs.tidy(either_app)
    with either_app.app_context():
        assert list(reading().execute(select(PhotoDay.__table__.c.person_id)).scalars()) == ["two"]


def test_what_is_sent_counts_for_its_sender_whether_or_not_it_is_kept_and_for_nobody_else(app: Flask) -> None:
    with pytest.raises(PhotoRefused, match="damaged"):
        store(saved(scene(), "JPEG")[:5000], photographing.folder(), "one", Quota(2, WIDE))
    store(saved(scene(), "JPEG"), photographing.folder(), "one", Quota(2, WIDE))
    with pytest.raises(RateLimited):
        store(saved(scene(), "JPEG"), photographing.folder(), "one", Quota(2, WIDE))
    # What its header alone refuses has cost nothing.
    with pytest.raises(PhotoRefused, match="not_an_image"):
        store(b"hello", photographing.folder(), "one", Quota(2, WIDE))
    store(saved(scene(), "JPEG"), photographing.folder())
    assert len(list(photographing.folder().iterdir())) == 2


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_at_the_door_too_many_are_told_when_to_come_again(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(photos, "DAILY", Quota(1, WIDE))
    courier, clerk = visit("courier1"), visit("clerk")
    order = next(item["id"] for item in courier.get("/orders", status="open").json["items"] if item["slots"] == 1)
    for verb in ("claim", "pick-up"):
        assert courier.say(verb, order).status_code == 200

    def send(who: Visitor) -> Any:
        form = {"receipt": (io.BytesIO(saved(scene(), "JPEG")), "receipt.jpg")}
        path = f"/api/v1/orders/{order}/receipt"
        return who.ask("POST", path, data=form, content_type="multipart/form-data", key=str(uuid.uuid4()))

    assert send(courier).status_code == 200
    answer = send(courier)
    assert (answer.status_code, answer.json["code"]) == (429, "rate_limited")
    assert 0 < int(answer.headers["Retry-After"]) <= 86_401
    assert "照片太多" in answer.json["detail"]
    assert send(clerk).status_code == 200
