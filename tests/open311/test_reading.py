"""What anybody may read: in both forms the same, what is accepted and public alone, and nothing of what somebody has typed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert

from dispatch.core.clock import now
from dispatch.core.unit_of_work import transaction
from dispatch.hazards.commanding import HAZARDS
from dispatch.open311.presenting import without_door
from tests.core.visitors import Visitor
from tests.hazards.corner import CLUTTER, CORNER, ELDER, GAS, NEIGHBOUR, RUBBISH, STATION, Corner
from tests.hazards.test_doors import EVERYBODY
from tests.open311.program import Program

FIELDS = {
    "service_request_id", "status", "status_notes", "service_name", "service_code", "description", "agency_responsible", "service_notice",
    "requested_datetime", "updated_datetime", "expected_datetime", "address", "address_id", "zipcode", "lat", "long", "media_url",
}  # fmt: skip


def listed(program: Program, **query: str) -> list[str]:
    return [one["service_request_id"] for one in program.read("requests", **query)]


def test_discovery_says_where_we_are_and_which_forms_we_speak(program: Program) -> None:
    said = program.read("discovery")
    assert set(said) == {"changeset", "contact", "key_service", "endpoints"}
    (endpoint,) = said["endpoints"]
    assert set(endpoint) == {"specification", "url", "changeset", "type", "formats"}
    assert endpoint["specification"] == "http://wiki.open311.org/GeoReport_v2"
    assert endpoint["url"].endswith("/open311/v2")
    assert endpoint["formats"] == ["text/xml", "application/json"]
    assert endpoint["type"] == "production"


def test_every_service_has_its_fields_and_its_definition(program: Program) -> None:
    said = program.read("services", jurisdiction_id=STATION)
    codes = {one["service_code"] for one in said}
    assert {RUBBISH, CLUTTER, GAS} <= codes
    assert ELDER not in codes
    for one in said:
        assert set(one) == {"service_code", "service_name", "description", "metadata", "type", "keywords", "group"}
        assert one["metadata"] is True
        assert one["type"] == "batch"
        assert one["service_name"]
        assert one["description"]
    assert "垃圾" in next(one["keywords"] for one in said if one["service_code"] == RUBBISH)
    definition = program.read(f"services/{RUBBISH}", jurisdiction_id=STATION)
    assert definition["service_code"] == RUBBISH
    assert [(one["code"], one["datatype"], one["order"]) for one in definition["attributes"]] == [
        ("seen_at", "datetime", 1),
        ("community", "singlevaluelist", 2),
    ]
    assert {"key": f"{STATION}003", "name": "康翠社区"} in definition["attributes"][1]["values"]
    assert {one["service_code"] for one in program.read("services")} == codes


def test_a_service_request_has_every_field_and_nothing_that_was_typed(program: Program, corner: Corner) -> None:
    hazard = corner.accepted(photos=1, building="3号楼2单元501室")
    (said,) = program.read(f"requests/{hazard}")
    assert set(said) == FIELDS
    assert (said["service_request_id"], said["status"], said["service_code"]) == (hazard, "open", RUBBISH)
    assert said["address"] == "3号楼, 康翠社区, 泰达街道社工站"
    assert said["agency_responsible"] == "泰达街道社工站"
    assert (said["lat"], said["long"], said["description"]) == (CORNER["lat"], CORNER["lon"], "暴露垃圾")
    for name in ("requested_datetime", "updated_datetime", "expected_datetime"):
        assert datetime.fromisoformat(said[name]).tzinfo is not None
    for form in ("json", "xml"):
        text = program.ask(f"requests/{hazard}", form).text
        assert "王大爷" not in text
        assert "501" not in text
        assert corner.cast("courier1").id not in text


def test_in_english_for_who_asks_for_it(program: Program, corner: Corner) -> None:
    hazard = corner.accepted()
    (said,) = program.ask(f"requests/{hazard}", headers={"Accept-Language": "en"}).json
    assert said["service_name"] == "Exposed rubbish"
    assert said["status_notes"] == "Accepted"


@pytest.mark.parametrize(
    ("become", "status"),
    [
        ("reported", None), ("accepted", "open"), ("declined", None), ("assigned", "open"), ("fixed", "open"), ("verified", "closed"),
        ("reopened", "open"), ("void", None), ("duplicate", "closed"), ("suspended", "open"),
    ],
)  # fmt: skip
def test_what_is_pending_or_declined_is_not_there_and_closed_is_what_somebody_has_seen_gone(
    program: Program, corner: Corner, become: str, status: str | None
) -> None:
    hazard = corner.report()
    if become == "declined":
        corner.decline(hazard)
    elif become != "reported":
        corner.accept(hazard)
    if become in ("assigned", "fixed", "verified", "reopened"):
        corner.assign(hazard)
    if become in ("fixed", "verified", "reopened"):
        corner.fix(hazard)
    if become in ("verified", "reopened"):
        corner.verify(hazard)
    if become == "reopened":
        corner.reopen(hazard)
    if become in ("void", "suspended"):
        corner.set(hazard, status=become)
    if become == "duplicate":
        corner.merge(hazard, corner.accepted("courier3"))
    if status is None:
        assert program.refused(f"requests/{hazard}")[0] == 404
        assert hazard not in listed(program) + listed(program, service_request_id=hazard)
        return
    assert program.read(f"requests/{hazard}")[0]["status"] == status
    assert hazard in listed(program, status=status)
    assert hazard in listed(program, status="open,closed")
    assert hazard not in listed(program, status={"open": "closed", "closed": "open"}[status])


def test_merged_it_is_closed_and_says_which_one_goes_on_as_far_as_that_may_be_known(program: Program, corner: Corner) -> None:
    survivor, followed, unknown = corner.accepted("courier3"), corner.accepted(photos=1), corner.report()
    photo = program.read(f"requests/{followed}")[0]["media_url"].rsplit("/open311/v2", 1)[1]
    corner.merge(followed, survivor)
    corner.merge(unknown, survivor)
    (said,) = program.read(f"requests/{followed}")
    assert (said["status"], said["service_request_id"], said["media_url"], said["expected_datetime"]) == ("closed", followed, None, None)
    assert survivor in said["status_notes"]
    assert set(said) == FIELDS
    assert program.stranger.ask("GET", f"/open311/v2{photo}").status_code == 404
    # Nobody knew of the other before it was merged.
    assert program.refused(f"requests/{unknown}")[0] == 404
    assert unknown not in listed(program)
    corner.set(survivor, status="void")
    assert survivor not in str(program.read(f"requests/{followed}"))
    corner.set(survivor, status="accepted")
    corner.unmerge(followed)
    assert program.read(f"requests/{followed}")[0]["status"] == "open"


def test_closed_it_was_last_modified_when_it_was_closed(program: Program, corner: Corner) -> None:
    hazard = corner.fixed()
    corner.verify(hazard)
    closed = program.read(f"requests/{hazard}")[0]["updated_datetime"]
    corner.set(hazard, changed_at=now() + timedelta(hours=3))
    assert program.read(f"requests/{hazard}")[0]["updated_datetime"] == closed


def test_what_concerns_a_person_is_never_there(program: Program, corner: Corner) -> None:
    hazard = corner.accepted(category=ELDER)
    assert program.refused(f"requests/{hazard}")[0] == 404
    assert hazard not in listed(program)


def test_lists_by_code_and_id_have_commas_and_ids_override_all_else(program: Program, corner: Corner) -> None:
    rubbish, clutter, gas = corner.accepted(), corner.accepted(category=CLUTTER), corner.accepted(category=GAS)
    assert set(listed(program, service_code=f"{RUBBISH}, {GAS}")) == {rubbish, gas}
    assert listed(program, service_code="no-such-code") == []
    assert set(listed(program, service_request_id=f"{clutter},{gas},unknown", status="closed", service_code=RUBBISH)) == {clutter, gas}
    assert set(listed(program, service_code="", status="", start_date="")) == {rubbish, clutter, gas}


def test_ninety_days_are_the_default_and_the_most(program: Program, corner: Corner) -> None:
    new, old = corner.accepted(), corner.accepted()
    corner.set(old, sent_at=now() - timedelta(days=100))
    assert listed(program) == [new]
    since, until = ((now() - timedelta(days=days)).isoformat(timespec="seconds") for days in (110, 95))
    for query in ({"start_date": since, "end_date": until}, {"start_date": since}, {"end_date": until}):
        assert listed(program, **query) == [old]
    # A plus sign that nobody has escaped.
    assert listed(program, start_date=since.replace("+", " ")) == [old]
    assert listed(program, start_date=since.replace("+00:00", "Z"), end_date=until) == [old]


def test_pages_and_boxes(program: Program, corner: Corner) -> None:
    hazards = [corner.accepted(lat=39.0 + n / 100) for n in range(3)]
    assert listed(program, page_size="2") == hazards[:0:-1]
    assert listed(program, page_size="2", page="2") == hazards[:1]
    assert listed(program, bbox="117.6,39.005,117.8,39.015") == hazards[1:2]


def test_a_thousand_are_the_most_the_newest(program: Program, corner: Corner) -> None:
    row = corner.row(corner.accepted())._mapping
    with transaction() as work:
        for n in range(1100):
            values = {**row, "id": f"{n:032d}", "sent_at": now() - timedelta(minutes=1 + n)}
            work.execute(insert(HAZARDS), values)
    found = listed(program)
    assert len(found) == 1000
    assert found[0] == row["id"]
    assert found[-1] == f"{998:032d}"
    assert len(listed(program, page="2")) == 101


def test_each_jurisdiction_has_its_own(program: Program, corner: Corner) -> None:
    hazard = corner.accepted()
    assert listed(program, jurisdiction_id=STATION) == [hazard]
    assert listed(program, jurisdiction_id=NEIGHBOUR) == []
    assert program.refused(f"requests/{hazard}", query_string={"jurisdiction_id": NEIGHBOUR})[0] == 404


def test_photos_are_there_as_far_as_they_may_be_seen(program: Program, corner: Corner) -> None:
    hazard = corner.report(photos=1)
    photo = corner.seen("coordinator", hazard)["photos"][0]["id"]
    path = f"/open311/v2/photos/{photo}.jpg"
    assert program.stranger.ask("GET", path).status_code == 404
    corner.accept(hazard)
    address = program.read(f"requests/{hazard}")[0]["media_url"]
    assert address.endswith(path)
    answer = program.stranger.ask("GET", path)
    assert (answer.status_code, answer.content_type, answer.data[:2]) == (200, "image/jpeg", b"\xff\xd8")
    answer.close()
    corner.join("courier2", hazard, photos=1)
    later = corner.seen("coordinator", hazard)["photos"][1]["id"]
    assert program.stranger.ask("GET", f"/open311/v2/photos/{later}.jpg").status_code == 404
    corner.set(hazard, status="void")
    assert program.stranger.ask("GET", path).status_code == 404


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"status": "done"}, "status"), ({"start_date": "yesterday"}, "start_date"), ({"start_date": "2026-01-01T00:00:00"}, "start_date"),
        ({"start_date": "2026-13-01T00:00:00Z"}, "start_date"), ({"end_date": "2026-01-01"}, "end_date"),
        ({"end_date": "0001-01-01T00:00:00+14:00"}, "end_date"), ({"end_date": "0001-01-02T00:00:00Z"}, "end_date"),
        ({"start_date": "9999-12-01T00:00:00Z"}, "start_date"),
        ({"start_date": "2026-01-01T00:00:00Z", "end_date": "2026-06-01T00:00:00Z"}, "90"), ({"page": "0"}, "page"),
        ({"page": "x"}, "page"), ({"page_size": "1001"}, "page_size"), ({"bbox": "1,2,3"}, "bbox"), ({"bbox": "3,2,1,4"}, "bbox"),
        ({"bbox": "a,b,c,d"}, "bbox"), ({"bbox": "nan,1,2,3"}, "bbox"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_named(program: Program, query: dict[str, str], field: str) -> None:
    status, description = program.refused("requests", query_string=query)
    assert status == 400
    assert field in description


@pytest.mark.parametrize("path", ["services", "requests", f"services/{RUBBISH}", "requests/x", "tokens/x"])
def test_an_unknown_jurisdiction_is_404_everywhere(program: Program, path: str) -> None:
    status, description = program.refused(path, query_string={"jurisdiction_id": "nowhere.gov"})
    assert status == 404
    assert "jurisdiction_id" in description


@pytest.mark.parametrize("path", ["services/none", f"services/{ELDER}", "requests/none", "tokens/none", "nothing", "services/a/b"])
def test_what_is_not_there_is_404(program: Program, path: str) -> None:
    assert program.refused(path)[0] == 404


@pytest.mark.parametrize(("method", "path"), [("POST", "services"), ("DELETE", "requests/x"), ("PUT", "requests"), ("PATCH", "tokens/x")])
def test_what_the_specification_has_no_method_for_is_400(program: Program, method: str, path: str) -> None:
    assert program.refused(path, method)[0] == 400


def test_other_endings_and_halves_of_signs_are_answered_in_the_form_of_the_specification(program: Program) -> None:
    for path in ("/open311/v2/services.csv", "/open311/v2/services", "/open311/v2/"):
        answer = program.stranger.ask("GET", path)
        assert answer.status_code == 404
        assert answer.data.startswith(b"<?xml")
        assert b"<errors><error><code>404</code>" in answer.data
    assert program.refused("requests", query_string={"status": "\0"})[0] == 400


@pytest.mark.parametrize(
    ("written", "public"),
    [
        ("3号楼", "3号楼"), ("3号楼2单元501室", "3号楼"), ("12号楼 2 单元", "12号楼"), ("3-2-501", "3"), ("1203", ""),
        ("三楼拐角", "三楼拐角"),
        ("金色家园 5号楼，302", "金色家园 5号楼"), ("菜市场门口", "菜市场门口"), ("105号楼", "105号楼"), ("5号楼三单元门口", "5号楼"),
        ("", ""),
        ("8栋B-1202", "8栋"), ("302号院", "302号院"), ("第二大街、洞庭路", "第二大街、洞庭路"),
    ],
)  # fmt: skip
def test_an_address_ends_at_the_building(written: str, public: str) -> None:
    assert without_door(written) == public


def test_none_of_the_cast_reads_more_here(app: Flask, program: Program, corner: Corner) -> None:
    """Who is signed in is a stranger here too."""
    hazard = corner.report()
    said: set[Any] = {Visitor(app, login).ask("GET", f"/open311/v2/requests/{hazard}.json").status_code for login in EVERYBODY}
    assert said == {404}
