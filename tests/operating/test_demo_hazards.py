"""The demo street's hazards: one in every state, with photos, and corners that kept coming back."""

from __future__ import annotations

import io
import random
from datetime import timedelta
from itertools import groupby, pairwise

from flask import Flask
from PIL import Image
from sqlalchemy import select

from dispatch.core.clock import now
from dispatch.core.unit_of_work import look_again, reading
from dispatch.demo import corners
from dispatch.demo.street import COMMUNITIES
from dispatch.hazards.commanding import HAZARDS
from dispatch.hazards.models import HazardPhoto, HazardStep
from dispatch.hazards.photographing import folder
from dispatch.hazards.states import Status
from tests.conftest import one_of_the_cast
from tests.core.visitors import Visitor


def test_every_state_stands_on_the_street_and_some_corners_keep_coming_back(either: Flask) -> None:
    corners.fill(one_of_the_cast, COMMUNITIES, random.Random(1))
    look_again()
    rows = reading().execute(select(HAZARDS).order_by(HAZARDS.c.community_id, HAZARDS.c.building, HAZARDS.c.seen_at)).all()
    assert {row.status for row in rows} == set(Status)
    assert all(row.seen_at <= row.sent_at <= row.changed_at <= now() for row in rows)
    assert all(row.urgent is False for row in rows if row.status == Status.REPORTED)
    assert len({row.number for row in rows}) == len(rows)
    back = []
    for _place, there in groupby(
        (row for row in rows if row.status == Status.VERIFIED), lambda row: (row.community_id, row.building, row.family)
    ):
        times = list(there)
        if len(times) > 1:
            back.append(len(times))
            assert len({(row.lat, row.lon) for row in times}) == 1
            assert all(later.seen_at - earlier.changed_at < timedelta(days=30) for earlier, later in pairwise(times))
            assert times[0].seen_at > now() - timedelta(days=62)
    assert sorted(back) == [2, 3, 4]
    photos = reading().execute(select(HazardPhoto.__table__)).all()
    assert len({photo.name for photo in photos}) == len(photos) > 10
    assert all((folder() / photo.name).is_file() for photo in photos)
    steps = reading().execute(select(HazardStep.__table__)).all()
    assert all(step.at <= now() for step in steps)


def test_its_pictures_are_seen_by_those_who_may(app: Flask) -> None:
    corners.fill(one_of_the_cast, COMMUNITIES, random.Random(1))
    look_again()
    seen = Visitor(app, "courier2").get("/hazards").json["items"]
    shown = Visitor(app, "courier2").ask("GET", next(one["photos"][0]["url"] for one in seen if one["photos"]))
    with Image.open(io.BytesIO(shown.data)) as image:
        assert image.size == (960, 720)
    shown.close()
