"""From the pick-up to her hands: the code, the photo, giving back, and what cannot be done."""

from __future__ import annotations

import io
import uuid
from pathlib import Path
from typing import Any

import pytest
import requests
from flask import Flask
from PIL import Image
from sqlalchemy import select

from dispatch.core.errors import BadCode, Invalid, TooLate
from dispatch.core.unit_of_work import look_again, reading
from dispatch.orders.closing import cancel, confirm
from dispatch.orders.delivering import FAILURE_REASONS, RELEASE_REASONS, deliver, fail, pick_up, release, reveal
from dispatch.orders.opening import reopen
from dispatch.people.signing_in import make_token
from dispatch.residents.models import Reveal
from tests.orders.play import Street, code_of, once


@pytest.fixture
def order(play: Street) -> str:
    """Claimed by courier1 and picked up."""
    made = play.post()
    play.claim("courier1", made)
    one = play.cast("courier1")
    pick_up(one, made, once(one))
    return made


def jpeg(colour: str = "green") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (640, 480), colour).save(out, "JPEG")
    return out.getvalue()


def test_the_code_that_she_reads_out_delivers_and_the_clerk_confirms(play: Street, order: str) -> None:
    one, clerk = play.cast("courier1"), play.cast("clerk")
    deliver(one, order, once(one), code=code_of(play, order))
    assert play.row(order).status == "delivered"
    assert "private" not in play.seen("courier1", order)
    confirm(clerk, order, once(clerk))
    assert play.row(order).status == "closed"


def test_five_wrong_codes_tell_the_coordinator_and_then_only_a_photo_delivers(play: Street, order: str) -> None:
    one = play.cast("courier1")
    right = code_of(play, order)
    wrong = f"{(int(right) + 1) % 10_000:04d}"
    for _ in range(5):
        with pytest.raises(BadCode):
            deliver(one, order, once(one), code=wrong)
    assert [data.get("why") for name, data in play.told(order) if name == "order.escalated"] == ["wrong_code"]
    with pytest.raises(BadCode):
        deliver(one, order, once(one), code=right)
    assert play.row(order).status == "picked_up"
    deliver(one, order, once(one), photo="0" * 32 + ".jpg", reason="看不清")
    assert play.row(order).status == "delivered"


def test_a_wrong_code_sent_again_with_its_key_is_counted_once(play: Street, order: str) -> None:
    one = play.cast("courier1")
    wrong, key = f"{(int(code_of(play, order)) + 1) % 10_000:04d}", once(one)
    for _ in range(3):
        with pytest.raises(BadCode):
            deliver(one, order, key, code=wrong)
    assert play.row(order).wrong_codes == 1


def test_without_code_photo_and_reason_nothing_is_delivered(play: Street, order: str) -> None:
    one = play.cast("courier1")
    for said in ({}, {"photo": "x.jpg"}, {"reason": "在睡觉"}):
        with pytest.raises(Invalid):
            deliver(one, order, once(one), **said)  # type: ignore[arg-type]


@pytest.mark.parametrize("reason", RELEASE_REASONS)
def test_given_back_with_any_reason_it_is_on_the_board_at_once(play: Street, reason: str) -> None:
    order, one = play.post(), play.cast("courier1")
    play.claim("courier1", order)
    release(one, order, reason, once(one))
    assert (play.row(order).status, play.row(order).taken) == ("open", 0)
    assert play.told(order)[-1][1]["reason"] == reason
    play.claim("courier2", order)


def test_one_of_two_gives_back_and_the_other_keeps_it(play: Street) -> None:
    order = play.post(slots=2)
    play.claim("courier1", order)
    play.claim("courier2", order)
    one = play.cast("courier1")
    release(one, order, "busy", once(one))
    assert (play.row(order).status, play.row(order).taken) == ("open", 1)
    assert play.seen("courier2", order)["mine"]
    assert not play.seen("courier1", order)["mine"]


@pytest.mark.parametrize("reason", FAILURE_REASONS)
def test_what_cannot_be_done_goes_back_to_the_station_with_its_reason(play: Street, order: str, reason: str) -> None:
    one = play.cast("courier1")
    fail(one, order, reason, once(one))
    assert (play.row(order).status, play.row(order).reason) == ("failed", reason)
    boss = play.cast("coordinator")
    reopen(boss, order, once(boss))
    assert (play.row(order).status, play.row(order).reason, play.row(order).taken) == ("open", None, 0)


@pytest.mark.parametrize("verb", [release, fail, cancel])
def test_a_reason_that_nobody_knows_is_refused(play: Street, order: str, verb: Any) -> None:
    who = play.cast("clerk" if verb is cancel else "courier1")
    with pytest.raises(Invalid) as refused:
        verb(who, order, "because", once(who))
    assert refused.value.extra["field"] == "reason"


def test_every_look_at_her_number_leaves_a_row(play: Street, order: str) -> None:
    one, clerk = play.cast("courier1"), play.cast("clerk")
    assert reveal(one, order, once(one)) == "13900001234"
    assert reveal(clerk, order, once(clerk)) == "13900001234"
    look_again()
    rows = reading().execute(select(Reveal.__table__).where(Reveal.__table__.c.order_id == order)).all()
    assert [(row.person_id, row.what, row.why) for row in rows] == [(one.id, "phone", "courier"), (clerk.id, "phone", "clerk")]
    deliver(one, order, once(one), code=code_of(play, order))
    with pytest.raises(TooLate):
        reveal(one, order, once(one))


class Door:
    """courier1 at the HTTP door."""

    def __init__(self, app: Flask, play: Street, login: str = "courier1") -> None:
        self.client = app.test_client()
        self.headers = {"Authorization": f"Bearer {make_token(play.cast(login).id)}"}

    def deliver(self, order: str, data: bytes | None, key: str | None = None, **said: str) -> Any:
        files: dict[str, Any] = {name: (None, value) for name, value in said.items()}
        if data is not None:
            files["photo"] = ("photo.jpg", data)
        form = requests.Request("POST", "http://x/", files=files).prepare()
        headers = {**self.headers, "Idempotency-Key": key or str(uuid.uuid4()), "Content-Type": form.headers["Content-Type"]}
        return self.client.post(f"/api/v1/orders/{order}/deliver", data=form.body, headers=headers)


def photos_in(app: Flask) -> list[Path]:
    return list((Path(app.config["DATA_DIR"]) / "photos").glob("*"))


def test_a_photo_and_a_reason_deliver_and_only_clerk_and_coordinator_look_at_it(app: Flask, play: Street, order: str) -> None:
    answer = Door(app, play).deliver(order, jpeg(), reason="老人在休息")
    assert answer.status_code == 200, answer.json
    assert answer.json["status"] == "delivered"
    assert play.seen("clerk", order)["delivery"] == {"reason": "老人在休息", "photo": True}
    for login, status in (("clerk", 200), ("coordinator", 200), ("courier1", 404), ("courier2", 404), ("clerk2", 404), ("supervisor", 404)):
        door = Door(app, play, login)
        shown = door.client.get(f"/orders/{order}/photo", headers=door.headers)
        assert shown.status_code == status, login
        if status == 200:
            assert shown.mimetype == "image/jpeg"
            assert shown.headers["Cache-Control"] == "private, no-store"
            assert shown.headers["X-Content-Type-Options"] == "nosniff"
        shown.close()


def test_the_same_photo_sent_again_with_its_key_leaves_one_file(app: Flask, play: Street, order: str) -> None:
    door, key = Door(app, play), str(uuid.uuid4())
    for _ in range(2):
        assert door.deliver(order, jpeg(), key, reason="老人在休息").status_code == 200
    assert len(photos_in(app)) == 1
    assert door.deliver(order, jpeg("red"), key, reason="老人在休息").status_code == 422


def test_what_is_refused_leaves_no_file(app: Flask, play: Street, order: str) -> None:
    door = Door(app, play)
    assert door.deliver(order, b"<svg xmlns='http://www.w3.org/2000/svg'/>", reason="x").json["field"] == "photo"
    assert door.deliver(order, jpeg()).status_code == 422  # no reason
    assert Door(app, play, "courier2").deliver(order, jpeg(), reason="x").status_code == 403
    big = door.deliver(order, b"\xff\xd8" + b"0" * (8 * 1024 * 1024 + 10), reason="x")
    assert (big.status_code, big.json["field"]) == (422, "photo")
    huge = door.deliver(order, b"\xff\xd8" + b"0" * (10 * 1024 * 1024), reason="x")
    assert huge.status_code == 413
    assert photos_in(app) == []
    assert play.row(order).status == "picked_up"
