"""A program's report: into the same queue, judged first, once, followed by its token; who it says has seen it is not kept."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from flask import Flask
from sqlalchemy import select, update

from dispatch.core.clock import now
from dispatch.core.unit_of_work import look_again, reading, transaction
from dispatch.hazards.commanding import HAZARDS
from dispatch.open311.keying import end_key
from dispatch.open311.models import Open311Key, Open311Token
from dispatch.people.identity import Actor
from tests.hazards.corner import CORNER, ELDER, NEIGHBOUR, OTHER, RUBBISH, STATION, Corner
from tests.open311.program import REPORT, Program, key_for, spark


def token_in(answer: Any) -> str:
    assert answer.status_code == 200, answer.text
    (said,) = answer.json
    assert set(said) == {"token", "service_notice", "account_id"}
    assert said["account_id"] is None
    return str(said["token"])


def hazard_of(token: str) -> Any:
    look_again()
    tokens = Open311Token.__table__
    found = select(HAZARDS).join(tokens, tokens.c.hazard_id == HAZARDS.c.id).where(tokens.c.token == token)
    return reading().execute(found).one()


def count() -> int:
    look_again()
    return len(reading().execute(select(HAZARDS.c.id)).all())


def test_it_waits_in_the_queue_and_the_token_leads_to_it_when_it_is_accepted(program: Program, corner: Corner) -> None:
    token = token_in(program.post(address_string="3号楼北侧", media_url="https://pictures.example.org/1.jpg"))
    hazard = hazard_of(token)
    assert (hazard.status, hazard.category, hazard.station_id) == ("reported", RUBBISH, STATION)
    assert (hazard.lat, hazard.lon, hazard.building) == (CORNER["lat"], CORNER["lon"], "3号楼北侧")
    assert hazard.note == "桥下一堆垃圾\nhttps://pictures.example.org/1.jpg"
    assert corner.seen("coordinator", hazard.id)["reporters"][0]["id"] == corner.cast("courier2").id
    assert [kind for kind, _data in corner.told(hazard.id)] == ["hazard.reported"]
    assert program.read(f"tokens/{token}") == [{"service_request_id": None, "token": token}]
    assert program.refused(f"requests/{hazard.id}")[0] == 404
    corner.accept(hazard.id)
    assert program.read(f"tokens/{token}") == [{"service_request_id": hazard.id, "token": token}]
    assert program.read(f"requests/{hazard.id}")[0]["status"] == "open"
    assert "桥下" not in program.ask(f"requests/{hazard.id}").text


def test_the_answer_is_the_same_in_xml(program: Program) -> None:
    answer = program.post(form="xml")
    assert (answer.status_code, answer.content_type) == (200, "text/xml; charset=utf-8")
    (said,) = spark(ElementTree.fromstring(answer.data))
    assert set(said) == {"token", "service_notice", "account_id"}
    assert hazard_of(said["token"]).status == "reported"


def test_declined_its_token_leads_nowhere_and_merged_to_the_other(program: Program, corner: Corner) -> None:
    declined, merged = token_in(program.post()), token_in(program.post(description="另一堆"))
    corner.decline(hazard_of(declined).id)
    survivor = corner.accepted()
    corner.merge(hazard_of(merged).id, survivor)
    assert program.refused(f"tokens/{declined}")[0] == 404
    assert program.read(f"tokens/{merged}") == [{"service_request_id": survivor, "token": merged}]
    assert program.refused(f"tokens/{survivor}")[0] == 404


def test_who_has_seen_it_is_kept_nowhere(program: Program) -> None:
    who = {
        "email": "smith@example.org",
        "first_name": "金丝雀",
        "last_name": "史",
        "phone": "13912345678",
        "device_id": "tt2",
        "account_id": "9",
    }
    hazard = hazard_of(token_in(program.post(**who)))
    written = " ".join(str(value) for value in hazard)
    assert not [value for value in who.values() if len(value) > 1 and value in written]


def test_the_attributes_of_its_definition_are_understood(program: Program) -> None:
    seen = (now() - timedelta(hours=5)).isoformat(timespec="seconds")
    hazard = hazard_of(token_in(program.post(**{"attribute[seen_at]": seen, "attribute[community]": OTHER, "attribute[other]": "x"})))
    assert hazard.seen_at.isoformat(timespec="seconds") == seen
    assert hazard.community_id == OTHER
    assert hazard_of(token_in(program.post(**{"attribute[community][]": OTHER}))).community_id == OTHER


def test_an_address_alone_is_a_place_and_a_long_one_is_kept_whole(program: Program) -> None:
    address = "第二大街与洞庭路交口东北角绿化带内" * 6
    hazard = hazard_of(token_in(program.post(lat="", long="", address_string=address)))
    assert hazard.lat is None
    assert address.startswith(hazard.building)
    assert address in hazard.note


def test_the_same_said_twice_is_once_and_later_it_is_another(program: Program) -> None:
    before = count()
    first, again = token_in(program.post()), token_in(program.post())
    assert first == again
    assert count() == before + 1
    with transaction() as work:
        work.execute(update(Open311Token.__table__).values(at=now() - timedelta(hours=2)))
    assert token_in(program.post()) != first
    assert token_in(program.post(description="别的")) != first
    assert count() == before + 3


def test_an_idempotency_key_is_understood_too(program: Program) -> None:
    key, other = str(uuid.uuid4()), str(uuid.uuid4())
    first = token_in(program.post(idempotency=key))
    assert token_in(program.post(idempotency=key)) == first
    assert token_in(program.post(idempotency=other)) != first
    assert program.post(idempotency=key, description="别的").status_code == 400
    assert program.post(idempotency="x").status_code == 400


def test_a_report_whose_answer_was_lost_before_its_token_is_not_made_twice(program: Program) -> None:
    token = token_in(program.post())
    hazard, before = hazard_of(token).id, count()
    with transaction() as work:
        work.execute(Open311Token.__table__.delete())
    assert hazard_of(token_in(program.post())).id == hazard
    assert count() == before


@pytest.mark.slow
def test_the_same_from_many_at_once_is_one(either_app: Flask) -> None:
    with either_app.app_context():
        key = key_for(Corner(_cast), "courier2")
        before = count()
        look_again()
    program = Program(either_app, key)
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda _n: program.stranger.ask("POST", "/open311/v2/requests.json", data={"api_key": key, **REPORT}), range(8))
        )
    tokens = {answer.json[0]["token"] for answer in answers if answer.status_code == 200}
    # Who came while the first was at work is asked to say it again.
    assert len(tokens) == 1
    assert {answer.status_code for answer in answers} <= {200, 400, 503}
    with either_app.app_context():
        assert count() == before + 1
        look_again()


def _cast(login: str) -> Actor:
    from dispatch.people.identity import actor_by_id
    from dispatch.people.queries import person_by_login

    actor = actor_by_id(reading(), person_by_login(reading(), login).id)
    assert actor is not None
    return actor


@pytest.mark.parametrize(
    ("other", "status", "named"),
    [
        ({"api_key": ""}, 403, "api_key"), ({"api_key": "wrong"}, 403, "api_key"), ({"service_code": ""}, 400, "service_code"),
        ({"service_code": "none"}, 404, "service_code"), ({"service_code": ELDER}, 404, "service_code"),
        ({"jurisdiction_id": "nowhere"}, 404, "jurisdiction_id"), ({"jurisdiction_id": NEIGHBOUR}, 404, "jurisdiction_id"),
        ({"lat": ""}, 400, "lat"), ({"long": ""}, 400, "long"), ({"lat": "", "long": ""}, 400, "address_string"),
        ({"lat": "", "long": "", "address_id": "7"}, 400, "address_string"), ({"lat": "91"}, 400, "lat"), ({"lat": "nan"}, 400, "lat"),
        ({"long": "-181"}, 400, "long"), ({"long": "1e999"}, 400, "long"), ({"lat": "north"}, 400, "lat"),
        ({"description": "字" * 4001}, 400, "description"), ({"media_url": "javascript:alert(1)"}, 400, "media_url"),
        ({"media_url": "https://x.example/" + "a" * 2000}, 400, "media_url"), ({"attribute[seen_at]": "yesterday"}, 400, "seen_at"),
        ({"attribute[seen_at]": "2020-01-01T00:00:00Z"}, 400, ""), ({"attribute[community]": "none"}, 400, ""),
        ({"description": "half\0"}, 400, ""),
    ],
)  # fmt: skip
def test_what_is_missing_or_wrong_is_named_and_nothing_is_written(program: Program, other: dict[str, str], status: int, named: str) -> None:
    before = count()
    answered, description = program.refused("requests", "POST", data={"api_key": program.key, **REPORT, **other})
    assert answered == status
    assert named in description
    assert count() == before


def test_a_description_of_four_thousand_signs_is_taken(program: Program) -> None:
    assert hazard_of(token_in(program.post(description="字" * 4000))).note == "字" * 4000


def test_what_is_no_form_or_too_large_is_refused_in_the_form_of_the_specification(program: Program) -> None:
    assert program.refused("requests", "POST", json={"api_key": program.key, **REPORT})[0] == 403
    assert program.refused("requests", "POST", data={"description": "a" * (10 * 1024 * 1024)})[0] == 400


def test_a_key_has_its_own_limit(app: Flask, corner: Corner) -> None:
    program = Program(app, key_for(corner, "courier2", a_day=2))
    first = token_in(program.post())
    token_in(program.post(description="二"))
    refused = program.post(description="三")
    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "3600"
    # A repetition is no further report; another program, and the person himself, are not held up.
    assert token_in(program.post()) == first
    assert Program(app, key_for(corner, "courier2", "other-app")).post(description="四").status_code == 200
    assert corner.report("courier2")


def test_a_key_ends_by_itself_by_a_new_one_and_with_its_person(
    app: Flask, program: Program, corner: Corner, cast: Callable[[str], Actor]
) -> None:
    fresh = Program(app, key_for(corner, "courier2"))
    assert (program.post().status_code, fresh.post().status_code) == (403, 200)
    with transaction() as work:
        assert end_key(work, "city-app")
        assert not end_key(work, "city-app")
    assert fresh.post().status_code == 403
    again = Program(app, key_for(corner, "courier2"))
    persons = Open311Key.metadata.tables["persons"]
    with transaction() as work:
        work.execute(update(persons).where(persons.c.id == cast("courier2").id).values(active=False))
    assert again.post(description="五").status_code == 403


@pytest.mark.parametrize(("name", "login"), [("x y", "courier2"), ("", "courier2"), ("a" * 61, "courier2"), ("city", "supervisor")])
def test_who_reports_nothing_gets_no_key(corner: Corner, name: str, login: str) -> None:
    with pytest.raises(ValueError, match="name"):
        key_for(corner, login, name)


def test_the_commands_give_a_key_and_end_it(app: Flask, corner: Corner) -> None:
    run = app.test_cli_runner().invoke
    said = run(args=["open311", "key", "city", "--login", "courier2"])
    assert said.exit_code == 0
    key = said.output.splitlines()[-1]
    assert Program(app, key).post().status_code == 200
    assert run(args=["open311", "end", "city"]).output == "ended\n"
    assert Program(app, key).post(description="二").status_code == 403
    failed = [["end", "city"], ["key", "city", "--login", "nobody"], ["key", "c c", "--login", "courier2"]]
    assert [run(args=["open311", *words]).exit_code for words in failed] == [1, 1, 1]
