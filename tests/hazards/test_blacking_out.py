"""Parts of a hazard's photo made black for good: the new picture has another address, the former is behind a door, and goes."""

from __future__ import annotations

import io
import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select, update

from dispatch.core import photos
from dispatch.core.clock import now
from dispatch.core.errors import Busy, Edited, Held, Invalid, NotEligible, NotFound
from dispatch.core.photos import Box
from dispatch.core.unit_of_work import look_again, reading, transaction
from dispatch.hazards import blacking_out, photographing
from dispatch.hazards.models import HazardLockedPhoto
from tests.core.visitors import Visitor
from tests.hazards.corner import Corner, once
from tests.hazards.test_doors import say

LOCKED = HazardLockedPhoto.__table__
BOX = [Box(8, 8, 24, 16)]


def photo_of(corner: Corner, hazard_id: str) -> dict[str, Any]:
    found: dict[str, Any] = corner.seen("coordinator", hazard_id)["photos"][0]
    return found


def black_out(corner: Corner, hazard_id: str, photo_id: str, login: str = "coordinator", **more: Any) -> None:
    actor = corner.cast(login)
    key = more.pop("key", None) or once(actor)
    blacking_out.black_out(actor, hazard_id, photo_id, more.pop("boxes", BOX), more.pop("version", None), key)


def files(folder: Path) -> tuple[set[str], set[str]]:
    """What lies in front of the door, and behind it."""
    return {one.name for one in folder.glob("*.jpg")}, {one.name for one in folder.glob("locked/*.jpg")}


def test_the_new_picture_is_black_there_and_the_former_leads_nowhere(app: Flask, corner: Corner) -> None:
    hazard = corner.report(photos=1)
    before = photo_of(corner, hazard)
    (former,), nothing = files(photographing.folder())
    assert nothing == set()
    boss, reporter = Visitor(app, "coordinator"), Visitor(app, "courier1")
    box = {"left": 8, "top": 8, "width": 24, "height": 16}
    answer = say(boss, f"/hazards/{hazard}/photos/{before['id']}/black-out", boxes=[box], version=0)
    assert answer.status_code == 200, answer.json
    (after,) = answer.json["photos"]
    assert after["id"] != before["id"]
    assert {**after, "id": "", "url": ""} == {**before, "id": "", "url": ""}
    for who in (boss, reporter):
        assert who.ask("GET", before["url"]).status_code == 404
        shown = who.ask("GET", after["url"])
        with Image.open(io.BytesIO(shown.data)) as image:
            assert max(image.getpixel((20, 16))) < 30
            assert image.getpixel((50, 40))[1] > 90
        shown.close()
    front, behind = files(photographing.folder())
    assert (len(front), behind) == (1, {former})
    assert former not in front
    assert corner.history(hazard) == ["report", "black_out"]
    entry, data = corner.told(hazard)[-1]
    assert (entry, data["seen_by"]) == ("hazard.blacked_out", "station")
    row = reading().execute(select(LOCKED)).one()
    assert (row.name, row.photo_id, row.by) == (former, before["id"], corner.cast("coordinator").id)
    assert corner.cast("courier2").id not in str(data)


def test_what_was_shown_to_everybody_stays_shown_with_its_black(corner: Corner) -> None:
    hazard = corner.accepted(photos=2)
    first = photo_of(corner, hazard)
    black_out(corner, hazard, first["id"])
    seen = corner.seen("courier2", hazard)["photos"]
    assert len(seen) == 2
    assert first["id"] not in [one["id"] for one in seen]
    assert corner.told(hazard)[-1][1]["seen_by"] == "all"
    with pytest.raises(NotFound):
        photographing.photo_file(corner.cast("coordinator"), first["id"])


def test_twice_with_the_same_key_is_once(corner: Corner) -> None:
    hazard = corner.report(photos=1)
    photo, boss, key = photo_of(corner, hazard)["id"], corner.cast("coordinator"), str(uuid.uuid4())
    for _ in range(2):
        black_out(corner, hazard, photo, key=photographing.Once(boss.id, key, "hazard.black_out", {}))
    assert corner.history(hazard) == ["report", "black_out"]
    assert [len(some) for some in files(photographing.folder())] == [1, 1]


@pytest.mark.parametrize(
    ("login", "refusal"), [("clerk2", NotFound), ("courier2", NotFound), ("courier1", NotEligible), ("admin", NotEligible)]
)
def test_nobody_else_does_it(corner: Corner, login: str, refusal: type[Exception]) -> None:
    hazard = corner.report(photos=1)
    with pytest.raises(refusal):
        black_out(corner, hazard, photo_of(corner, hazard)["id"], login)
    assert [len(some) for some in files(photographing.folder())] == [1, 0]


def test_what_a_colleague_has_open_what_was_changed_and_what_is_no_photo_of_it_stays_as_it_is(corner: Corner) -> None:
    hazard, other = corner.report(photos=1), corner.report("courier2", photos=1)
    photo = photo_of(corner, hazard)["id"]
    corner.set(hazard, held_by=corner.cast(corner.second_coordinator()).id, held_until=now() + timedelta(minutes=5))
    with pytest.raises(Held):
        black_out(corner, hazard, photo)
    corner.set(hazard, held_by=None, held_until=None)
    with pytest.raises(Edited):
        black_out(corner, hazard, photo, version=7)
    for wrong in (photo_of(corner, other)["id"], "0" * 32):
        with pytest.raises(Invalid) as refused:
            black_out(corner, hazard, wrong)
        assert refused.value.extra["field"] == "photo_id"
    with pytest.raises(Invalid) as refused:
        black_out(corner, hazard, photo, boxes=[Box(0, 0, 0, 0)])
    assert refused.value.extra["field"] == "boxes"
    assert [len(some) for some in files(photographing.folder())] == [2, 0]
    black_out(corner, hazard, photo)
    with pytest.raises(Invalid):
        black_out(corner, hazard, photo)


def test_a_disk_that_takes_nothing_is_said_and_nothing_is_changed(corner: Corner, monkeypatch: pytest.MonkeyPatch) -> None:
    hazard = corner.report(photos=1)
    photo = photo_of(corner, hazard)["id"]

    def full(*_said: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(photos, "put_back", full)
        with pytest.raises(Busy):
            black_out(corner, hazard, photo)
    assert photo_of(corner, hazard)["id"] == photo
    # The door does not shut: what nothing leads to any more is behind it after the next look.
    with monkeypatch.context() as patch:
        patch.setattr(photos, "lock_away", full)
        black_out(corner, hazard, photo)
    assert [len(some) for some in files(photographing.folder())] == [2, 0]
    look_again()
    assert blacking_out.forget_locked() == 0
    assert [len(some) for some in files(photographing.folder())] == [1, 1]


def test_behind_the_door_it_stays_for_thirty_days_and_then_goes(corner: Corner) -> None:
    hazard = corner.report(photos=1)
    black_out(corner, hazard, photo_of(corner, hazard)["id"])
    for days, gone, left in ((29, 0, 1), (31, 1, 0), (31, 0, 0)):
        with transaction() as work:
            work.execute(update(LOCKED).values(at=now() - timedelta(days=days)))
        assert blacking_out.forget_locked() == gone
        assert photographing.forget_unused() == 0
        assert [len(some) for some in files(photographing.folder())] == [1, left]


Visit = Callable[[str], Visitor]


@pytest.mark.slow
def test_on_both_databases(visit: Visit) -> None:
    one, boss = visit("courier1"), visit("coordinator")
    out = io.BytesIO()
    Image.new("RGB", (64, 48), "green").save(out, "JPEG")
    sent = one.ask(
        "POST", "/api/v1/hazards/photos", data={"photo": (io.BytesIO(out.getvalue()), "a.jpg")}, content_type="multipart/form-data"
    )
    hazard = say(one, "/hazards", category="gb47678-event-06010", building="3号楼", photo_ids=[sent.json["photo_id"]]).json
    path = f"/hazards/{hazard['id']}/photos/{sent.json['photo_id']}/black-out"
    answer = say(boss, path, boxes=[{"left": 0, "top": 0, "width": 10, "height": 10}])
    assert answer.status_code == 200, answer.json
    assert one.ask("GET", sent.json["url"]).status_code == 404
    shown = one.ask("GET", answer.json["photos"][0]["url"])
    assert shown.status_code == 200
    shown.close()
    assert say(boss, path, boxes=[]).status_code == 422
