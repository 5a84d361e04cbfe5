"""Where a camera says that a photo was taken is told to who has sent it, once, and kept nowhere; an errand's place is its courier's."""

from __future__ import annotations

import io
import uuid

import pytest
from flask import Flask
from PIL import Image

from dispatch.core.errors import Invalid
from dispatch.core.unit_of_work import look_again, reading
from dispatch.hazards import photographing
from dispatch.hazards.reporting import errand_of
from dispatch.orders import delivering
from tests.core.looking import bare
from tests.core.visitors import Visitor
from tests.hazards.corner import Corner, jpeg, once
from tests.orders.play import Street


def placed() -> bytes:
    """A photo with its place and time in it."""
    out, exif = io.BytesIO(), Image.Exif()
    exif.get_ifd(0x8825).update({1: "N", 2: (39.0, 2.0, 25.2), 3: "E", 4: (117.0, 42.0, 18.72)})
    exif.get_ifd(0x8769)[0x9003] = "2026:11:24 08:30:00"
    Image.new("RGB", (64, 48), "green").save(out, "JPEG", exif=exif)
    return out.getvalue()


def test_the_place_in_a_photo_is_offered_once_and_then_gone(app: Flask) -> None:
    one, key = Visitor(app, "courier1"), str(uuid.uuid4())

    def sent(data: bytes, key: str) -> dict[str, object]:
        form = {"photo": (io.BytesIO(data), "a.jpg")}
        answer = one.ask("POST", "/api/v1/hazards/photos", data=form, content_type="multipart/form-data", key=key)
        assert answer.status_code == 201, answer.json
        said: dict[str, object] = answer.json
        return said

    first, again, plain = sent(placed(), key), sent(placed(), key), sent(jpeg(), str(uuid.uuid4()))
    place = first["place"]
    assert isinstance(place, dict)
    assert (round(place["lat"], 4), round(place["lon"], 4)) == (39.0403, 117.7052)
    assert first["taken_at"] is not None
    assert again == {**first, "place": None, "taken_at": None}
    assert plain["place"] is None
    with app.app_context():
        assert all(bare(file.read_bytes()) for file in photographing.folder().glob("*.jpg"))


def test_an_errand_s_point_is_its_courier_s_while_he_holds_it_and_its_building_after(corner: Corner, play: Street) -> None:
    order, other = play.post(lat=39.0395, lon=117.7019), play.post()
    play.claim("courier1", order)
    look_again()
    row = errand_of(reading(), corner.cast("courier1"), order)
    assert (row.building, row.lat, row.lon) == ("3号楼", 39.0395, 117.7019)
    courier = corner.cast("courier1")
    delivering.release(courier, order, "busy", once(courier))
    look_again()
    row = errand_of(reading(), corner.cast("courier1"), order)
    assert (row.building, row.lat, row.lon) == ("3号楼", None, None)
    for login, asked in (("courier1", other), ("courier2", order), ("clerk", order), ("neighbour", order), ("courier1", "")):
        with pytest.raises(Invalid):
            errand_of(reading(), corner.cast(login), asked)
