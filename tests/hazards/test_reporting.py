"""What is reported, by whom and how often; what is the same nearby; and what a phone without signal sends later."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from dispatch.core import photos as pipeline
from dispatch.core.clock import iso, now
from dispatch.core.errors import Invalid, NotEligible, NotFound, RateLimited
from dispatch.core.idempotency import Once
from dispatch.core.photo_quota import Quota
from dispatch.core.unit_of_work import look_again, reading
from dispatch.hazards import photographing, reporting
from dispatch.hazards.listing import near_listing, same_as
from dispatch.hazards.models import HazardPhoto
from dispatch.orders.models import Order
from tests.hazards.corner import CLUTTER, CORNER, ELDER, GAS, HOME, OTHER, RUBBISH, Corner, jpeg, once
from tests.orders.play import Street

PHOTOS = HazardPhoto.__table__


def near(corner: Corner, login: str, **query: Any) -> list[dict[str, Any]]:
    look_again()
    found: list[dict[str, Any]] = near_listing(corner.cast(login), {"category": RUBBISH, "building": "", **CORNER, **query})["items"]
    return found


def test_a_report_has_a_number_a_family_two_times_and_waits_for_the_station(corner: Corner) -> None:
    seen_at = now() - timedelta(hours=3)
    hazard = corner.report(seen_at=seen_at, building="3号楼")
    row = corner.row(hazard)
    assert (row.status, row.family, row.urgent, row.public, row.building) == ("reported", "waste", False, True, "3号楼")
    assert row.number.startswith("H")
    assert row.number.endswith("-001")
    assert abs(row.sent_at - now()) < timedelta(minutes=5)
    assert row.seen_at == seen_at
    seen = corner.seen("courier1", hazard)
    assert (seen["words"]["code"], seen["seen_at"], seen["mine"], seen["note"]) == (
        "waiting",
        iso(seen_at),
        True,
        "三楼拐角的垃圾，王大爷家门口",
    )
    assert corner.row(corner.report()).number.endswith("-002")


def test_the_journal_has_ids_alone_and_says_what_is_urgent(corner: Corner) -> None:
    hazard = corner.report(category=GAS, note="王大爷家燃气味很大", building="7号楼")
    ((entry, data),) = corner.told(hazard)
    assert (entry, data["urgent"], data["persons"], data["seen_by"]) == ("hazard.reported", True, [corner.cast("courier1").id], "station")
    for typed in ("王大爷", "7号楼", "燃气"):
        assert typed not in str(data)


def test_what_is_urgent_says_whom_to_phone(corner: Corner) -> None:
    assert "120" in corner.seen("courier1", corner.report(category=ELDER))["advice"]
    assert corner.seen("courier1", corner.report())["advice"] is None


def test_without_a_category_the_likeliest_by_the_note_is_taken_or_he_is_asked(corner: Corner) -> None:
    assert corner.row(corner.report(category=None, note="楼道里堆了好多纸箱")).category == CLUTTER
    assert corner.row(corner.report(category="06010")).category == RUBBISH
    for category, note in ((None, "看不懂"), ("no-such", ""), ("", "")):
        with pytest.raises(Invalid) as refused:
            corner.report(category=category, note=note)
        assert refused.value.extra["field"] == "category"


def test_a_place_is_a_point_or_a_building(corner: Corner) -> None:
    with pytest.raises(Invalid) as refused:
        corner.report(lat=None, lon=None)
    assert refused.value.extra["field"] == "building"
    row = corner.row(corner.report(lat=None, lon=None, building="5号楼", community_id=None))
    assert (row.lat, row.building, row.community_id) == (None, "5号楼", None)
    # The community whose point is nearest, a clerk's own, or the one that is named.
    assert corner.row(corner.report(community_id=None)).community_id == HOME
    assert corner.row(corner.report("clerk2", community_id=None)).community_id == OTHER
    assert corner.row(corner.report(community_id=OTHER)).community_id == OTHER
    with pytest.raises(Invalid):
        corner.report(community_id="120116015001")


@pytest.mark.parametrize("away", [timedelta(minutes=11), -timedelta(days=15)])
def test_seen_in_the_future_or_long_ago_is_a_wrong_clock(corner: Corner, away: timedelta) -> None:
    with pytest.raises(Invalid) as refused:
        corner.report(seen_at=now() + away)
    assert refused.value.extra["field"] == "seen_at"


def test_a_clock_that_is_a_little_ahead_is_put_back(corner: Corner) -> None:
    row = corner.row(corner.report(seen_at=now() + timedelta(minutes=8)))
    assert row.seen_at == row.sent_at


@pytest.mark.parametrize("login", ["supervisor", "admin"])
def test_who_has_no_station_does_not_report(corner: Corner, login: str) -> None:
    with pytest.raises(NotEligible):
        corner.report(login)
    with pytest.raises(NotEligible):
        corner.photo(login)


def test_the_same_key_is_one_report_and_another_body_under_it_is_refused(corner: Corner) -> None:
    one = corner.cast("courier1")
    key, said = str(uuid.uuid4()), {"category": RUBBISH, **CORNER}
    first = reporting.report(one, said, [], Once(one.id, key, "report", said))
    assert reporting.report(one, said, [], Once(one.id, key, "report", said)) == first
    assert len(corner.told(first["hazard_id"])) == 1
    with pytest.raises(Invalid):
        reporting.report(one, said, [], Once(one.id, key, "report", {**said, "note": "x"}))


def test_sixty_reports_in_a_day_are_enough_or_what_the_station_says(corner: Corner) -> None:
    corner.settings(hazards_a_day=2)
    corner.report()
    corner.report()
    with pytest.raises(RateLimited) as refused:
        corner.report()
    assert refused.value.extra["retry_after"] > 0
    corner.report("courier2")


def test_the_errand_on_which_it_was_seen_is_his_own_and_kept_between_him_and_the_station(corner: Corner, play: Street) -> None:
    order, other = play.post(), play.post()
    play.claim("courier1", order)
    hazard = corner.report(order_id=order)
    corner.accept(hazard)
    assert corner.seen("courier1", hazard)["order_id"] == corner.seen("coordinator", hazard)["order_id"] == order
    for login in ("courier2", "clerk", "admin"):
        assert "order_id" not in corner.seen(login, hazard)
    assert order not in str(corner.told(hazard))
    for who, wrong in (("courier1", other), ("courier1", "0" * 32), ("clerk", order)):
        with pytest.raises(Invalid) as refused:
            corner.report(who, order_id=wrong)
        assert refused.value.extra["field"] == "order_id"
    assert reading().execute(select(Order.__table__.c.status).where(Order.__table__.c.id == order)).scalar_one() == "claimed"


# Photos ---------------------------------------------------------------------------------------------------------------------------


def test_photos_are_sent_ahead_and_used_once_by_who_has_sent_them(corner: Corner) -> None:
    one, two = corner.cast("courier1"), corner.cast("courier2")
    mine, his = corner.photo("courier1"), corner.photo("courier2")
    said = {"category": RUBBISH, **CORNER}
    hazard = reporting.report(one, said, [mine], once(one))["hazard_id"]
    (photo,) = corner.seen("courier1", hazard)["photos"]
    assert (photo["id"], photo["url"], photo["width"], photo["height"], photo["caption"]) == (
        mine,
        f"/hazards/photos/{mine}",
        64,
        48,
        "report",
    )
    for photos in ([mine], [his], ["0" * 32]):
        with pytest.raises(Invalid) as refused:
            reporting.report(one, said, photos, once(one))
        assert refused.value.extra["field"] == "photo_ids"
    reporting.report(two, said, [his], once(two))


def test_four_photos_and_no_more(corner: Corner) -> None:
    one, said = corner.cast("courier1"), {"category": RUBBISH, **CORNER}
    five = [corner.photo("courier1") for _ in range(5)]
    with pytest.raises(Invalid):
        reporting.report(one, said, five, once(one))
    assert len(corner.seen("courier1", reporting.report(one, said, five[:4], once(one))["hazard_id"])["photos"]) == 4


def test_what_is_no_photo_is_refused_and_leaves_nothing(corner: Corner) -> None:
    one = corner.cast("courier1")
    for data in (b"", b"GIF89a", b"<svg/>", jpeg()[:40]):
        with pytest.raises(Invalid):
            photographing.keep_photo(one, data, once(one))
    assert list(photographing.folder().glob("*")) == []
    look_again()
    assert reading().execute(select(PHOTOS.c.id)).all() == []


def test_photos_of_a_command_that_is_refused_are_removed_again(corner: Corner) -> None:
    one = corner.cast("courier1")
    key = once(one)
    with pytest.raises(Invalid), photographing.brought(one, [jpeg(), jpeg("red")], [], key) as photos:
        reporting.report(one, {"category": "no-such", **CORNER}, photos, key)
    assert list(photographing.folder().glob("*")) == []
    with photographing.brought(one, [jpeg(), jpeg("red")], [], key) as photos:
        hazard = reporting.report(one, {"category": RUBBISH, **CORNER}, photos, key)["hazard_id"]
    assert len(corner.seen("courier1", hazard)["photos"]) == len(list(photographing.folder().glob("*"))) == 2
    # Said again, nothing is made anew.
    with photographing.brought(one, [jpeg(), jpeg("red")], [], key) as photos:
        assert photos == []
        assert reporting.report(one, {"category": RUBBISH, **CORNER}, photos, key)["hazard_id"] == hazard


def test_a_day_has_room_for_so_many_photos(corner: Corner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "DAILY", Quota(2, 10**6))
    corner.photo("courier1")
    corner.photo("courier1")
    with pytest.raises(RateLimited):
        corner.photo("courier1")
    corner.photo("courier2")
    monkeypatch.setattr(pipeline, "DAILY", Quota(10, 300))
    with pytest.raises(RateLimited):
        corner.photo("courier1")


def test_who_may_look_at_a_photo_before_and_after_it_is_accepted(corner: Corner) -> None:
    def may(login: str, photo_id: str) -> bool:
        look_again()
        try:
            return photographing.photo_file(corner.cast(login), photo_id).read_bytes().startswith(b"\xff\xd8")
        except NotFound:
            return False

    everybody = ("courier1", "courier2", "neighbour", "clerk", "clerk2", "coordinator", "coordinator2", "supervisor", "admin")
    ahead = corner.photo("courier1")
    assert {login for login in everybody if may(login, ahead)} == {"courier1"}
    hazard = corner.report(photos=1)
    photo = corner.seen("courier1", hazard)["photos"][0]["id"]
    assert {login for login in everybody if may(login, photo)} == {"courier1", "coordinator", "admin"}
    corner.accept(hazard)
    assert {login for login in everybody if may(login, photo)} == {"courier1", "courier2", "clerk", "coordinator", "admin"}
    # What comes later is looked at by the station before anybody else sees it.
    corner.join("courier2", hazard, photos=1)
    later = corner.seen("courier2", hazard)["photos"][1]["id"]
    assert {login for login in everybody if may(login, later)} == {"courier2", "coordinator", "admin"}
    assert len(corner.seen("courier1", hazard)["photos"]) == 1
    assert not may("coordinator", "0" * 32)


# The same nearby ------------------------------------------------------------------------------------------------------------------


def test_what_has_been_accepted_close_by_is_shown_before_sending(corner: Corner) -> None:
    close = corner.accepted(lat=39.0393, lon=117.7012)  # 22 m north
    for other in ({"category": CLUTTER}, {"lat": 39.0391, "lon": 117.7020}):  # another family; 69 m east
        corner.accepted(**other)
    found = near(corner, "courier2")
    assert [(item["id"], item["distance_m"]) for item in found] == [(close, 22)]
    assert [item["id"] for item in near(corner, "courier2", category="06012")] == [close]  # the same family
    assert near(corner, "neighbour") == []


def test_what_waits_for_the_station_is_shown_to_the_station_and_to_who_has_reported_it(corner: Corner) -> None:
    waiting = corner.report()
    assert near(corner, "courier2") == near(corner, "clerk") == []
    assert [item["id"] for item in near(corner, "courier1")] == [item["id"] for item in near(corner, "coordinator")] == [waiting]
    other = corner.report("courier2")
    assert [item["id"] for item in same_as(corner.cast("coordinator"), other)["items"]] == [waiting]


@pytest.mark.parametrize(
    ("change", "shown"),
    [({"seen_at": now() - timedelta(weeks=11)}, True), ({"seen_at": now() - timedelta(weeks=13)}, False), ({"status": "fixed"}, True),
     ({"status": "verified"}, False), ({"status": "void"}, False), ({"status": "duplicate"}, False), ({"public": False}, False)],
)  # fmt: skip
def test_what_is_over_or_long_ago_is_another_one(corner: Corner, change: dict[str, Any], shown: bool) -> None:
    hazard = corner.accepted()
    corner.set(hazard, **change)
    assert bool(near(corner, "courier2")) == shown


def test_without_a_point_the_building_of_the_community_is_the_place(corner: Corner) -> None:
    hazard = corner.accepted(lat=None, lon=None, building="3号楼")
    query = {"lat": None, "lon": None, "building": "3号楼"}
    assert [item["id"] for item in near(corner, "courier2", **query, community_id=HOME)] == [hazard]
    assert near(corner, "courier2", **query, community_id=OTHER) == []
    with pytest.raises(Invalid):
        near(corner, "courier2", lat=None, lon=None)


def test_this_one_adds_a_photo_and_a_name_instead_of_a_second_report(corner: Corner) -> None:
    hazard = corner.accepted()
    corner.join("courier2", hazard, photos=1)
    corner.join("courier2", hazard)
    assert corner.followers(hazard) == {"courier1", "courier2"}
    assert [entry for entry, _ in corner.told(hazard)] == ["hazard.reported", "hazard.accepted", "hazard.joined", "hazard.joined"]
    assert corner.seen("courier2", hazard)["mine"]
    assert [one["id"] for one in corner.seen("coordinator", hazard)["reporters"]] == [corner.cast(f"courier{n}").id for n in (1, 2)]
    assert "reporters" not in corner.seen("courier2", hazard)


def test_only_who_has_reported_it_adds_to_what_has_not_been_accepted(corner: Corner) -> None:
    hazard = corner.report()
    with pytest.raises(NotFound):
        corner.join("courier2", hazard)
    corner.join("courier1", hazard, photos=1)
    corner.accept(hazard)
    assert len(corner.seen("courier2", hazard)["photos"]) == 1
