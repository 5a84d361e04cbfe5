"""Whatever comes to a door, on either database: an answer with a code and a sentence, never a fault of ours."""

from __future__ import annotations

import io
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from PIL import Image

from tests.core.visitors import Visitor

# What takes longer than a habit should: `make test` runs it, `make check` does not.
pytestmark = pytest.mark.slow

Visit = Callable[[str], Visitor]
LOGINS = ("", "clerk", "coordinator", "courier1", "supervisor", "admin")
HOUR = timedelta(hours=1)


def at(moment: datetime) -> str:
    return moment.isoformat()


NOW = datetime.now(UTC)
NEVER_KEPT = ("\0", "药\0品", "\ud800", "药\udfff")
#: What a need may be broken by → the field that is named.
BROKEN_NEEDS: list[tuple[dict[str, Any], str]] = [
    *(
        ({name: text}, name)
        for name in ("summary", "building", "private_note", "kind", "community_id", "resident_id")
        for text in NEVER_KEPT
    ),
    *(({"resident": {"name": text}}, "resident.name") for text in NEVER_KEPT),
    ({"resident": {"name": "陈桂兰", "door": "\0"}}, "resident.door"),
    ({"resident": {"name": "陈桂兰", "groups": ["\ud800"]}}, "resident.groups"),
    ({"\0": 1}, "body"),
    ({"window_end": at(NOW - HOUR)}, "window_end"),
    ({"window_start": at(NOW + 2 * HOUR), "window_end": at(NOW + HOUR)}, "window_end"),
    ({"window_end": "0001-01-01T00:00:00+14:00"}, "window_end"),
    ({"window_end": "9999-12-31T23:59:59-12:00"}, "window_end"),
    ({"window_start": "0001-01-01T00:00:00+14:00"}, "window_start"),
    ({"window_start": "9999-12-31T23:59:59-12:00"}, "window_start"),
    ({"lat": 39.0}, "lon"),
    ({"lon": 117.7}, "lat"),
    ({"lat": 1e308, "lon": 117.7}, "lat"),
    ({"lat": 39.0, "lon": float("nan")}, "lon"),
    ({"lat": float("inf"), "lon": 117.7}, "lat"),
    ({"slots": float("inf")}, "slots"),
    ({"slots": True}, "slots"),
    ({"money_limit": 10**18}, "money_limit"),
    ({"skills": ["medicine"] * 10_000}, "skills"),
    ({"resident": []}, "resident"),
    ({"resident": {"name": {"deep": []}}}, "resident.name"),
]


def test_every_broken_need_is_refused_by_the_name_of_its_field(visit: Visit, need: dict[str, Any]) -> None:
    clerk = visit("clerk")
    for broken, field in BROKEN_NEEDS:
        answer = clerk.post(need, **broken)
        assert (answer.status_code, answer.json["code"], answer.json["field"]) == (422, "invalid", field), (broken, answer.json)
        assert answer.json["detail"]


def test_the_edge_of_what_is_right_is_kept(visit: Visit, need: dict[str, Any]) -> None:
    clerk = visit("clerk")
    start = at(NOW + 24 * HOUR)
    for right in (
        {"summary": "𠮷𠀋😀"},
        {"window_start": start},
        {"lat": -90, "lon": 180},
        {"lat": 0, "lon": 0},
        {"private_note": "x" * 500},
    ):
        answer = clerk.post(need, **right)
        assert answer.status_code == 201, answer.json
        read = clerk.get(f"/orders/{answer.json['id']}").json
        assert read["window_end"] > (read["window_start"] or "")
    assert visit("courier1").get("/orders").status_code == 200


BODIES = (
    b"", b"{", b"[]", b"null", b'"x"', b"NaN", b"1e999", b"\xff\xfe{}", b"9" * 5000, b'{"epoch": ' + b"9" * 5000 + b"}",
    b'{"a":' * 5000 + b"1" + b"}" * 5000, b"[" * 100_000, b'{"reason": "\\ud800"}', b'{"lat": -Infinity}', b"{}" + b" " * 1_000_000,
)  # fmt: skip
KINDS = ("application/json", "text/plain", "multipart/form-data", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded",
         "application/json; charset=utf-7", "application/vnd.api+json", "\xff")  # fmt: skip


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("kind", KINDS)
def test_no_body_of_any_kind_breaks_a_command(visit: Visit, kind: str) -> None:
    courier, clerk = visit("courier1"), visit("clerk")
    order = courier.get("/orders", status="open").json["items"][0]["id"]
    for body in BODIES:
        for who, verb in ((courier, "release"), (courier, "deliver"), (courier, "claim"), (clerk, "cancel")):
            answer = who.ask("POST", f"/api/v1/orders/{order}/{verb}", data=body, content_type=kind, key=str(uuid.uuid4()))
            assert answer.status_code < 500, (verb, body[:20])
            assert answer.is_json, (verb, body[:20])


def test_a_multipart_delivery_without_its_photo_or_with_odd_words_is_refused(visit: Visit) -> None:
    courier = visit("courier1")
    order = courier.get("/orders").json["items"][0]["id"]
    for form, field in (
        ({"reason": "在睡觉"}, "code"),
        ({"reason": "a\0b"}, "reason"),
        ({"reason": "长" * 201}, "reason"),
        ({"photo": "x"}, "code"),
    ):
        answer = courier.ask(
            "POST", f"/api/v1/orders/{order}/deliver", data=form, content_type="multipart/form-data", key=str(uuid.uuid4())
        )
        assert (answer.status_code, answer.json["field"]) == (422, field)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_photo_is_made_anew_only_for_who_may_deliver_and_a_disk_that_takes_nothing_more_is_busy(either_app: Flask, visit: Visit) -> None:
    courier = visit("courier1")
    order = next(item["id"] for item in courier.get("/orders", status="open").json["items"] if item["slots"] == 1)
    out = io.BytesIO()
    Image.new("RGB", (64, 48)).save(out, "JPEG")

    def deliver(who: Visitor) -> Any:
        form = {"photo": (io.BytesIO(out.getvalue()), "door.jpg"), "reason": "在睡觉"}
        return who.ask("POST", f"/api/v1/orders/{order}/deliver", data=form, content_type="multipart/form-data", key=str(uuid.uuid4()))

    # A file lies where the photos' folder should be made: whoever gets as far as the disk is told that it is busy.
    (Path(either_app.config["DATA_DIR"]) / "photos").write_text("in the way")
    assert [deliver(visit(login)).status_code for login in ("courier2", "coordinator", "neighbour")] == [403, 403, 404]
    for verb in ("claim", "pick-up"):
        assert courier.say(verb, order).status_code == 200
    answer = deliver(courier)
    assert (answer.status_code, answer.json["code"], answer.headers["Retry-After"]) == (503, "busy", "60")
    assert courier.get(f"/orders/{order}").json["status"] == "picked_up"


def test_addresses_with_odd_signs_lead_nowhere(visit: Visit) -> None:
    for login in ("clerk", "courier1"):
        who = visit(login)
        for odd in ("%00", "a%00b", "%ed%a0%80", "%ff", "x" * 5000, "..%2f..%2fetc%2fpasswd", "'%20OR%201=1--", "%F0%9F%98%80"):
            for path in (f"/api/v1/orders/{odd}", f"/orders/{odd}/photo", f"/enrol/{odd}"):
                assert who.ask("GET", path).status_code == 404, path
            assert who.ask("POST", f"/api/v1/orders/{odd}/claim", json={}, key=str(uuid.uuid4())).status_code == 404
            assert who.ask("POST", f"/couriers/{odd}/suspend").status_code in (403, 404)
    nobody = visit("admin").ask("POST", "/couriers/%00/suspend")
    assert nobody.status_code == 404


def test_an_empty_value_in_an_address_is_none_and_a_wrong_one_is_named(visit: Visit) -> None:
    clerk = visit("clerk")
    everything = clerk.get("/orders").json
    assert clerk.ask("GET", "/api/v1/orders?status=&page=").json == everything
    assert clerk.get("/orders", page=10_000).json["items"] == []
    station = clerk.get("/me").json["station_id"]
    assert clerk.ask("GET", f"/api/v1/journal?station_id={station}&since=&limit=").status_code == 200
    for query, field in (("status=gold", "status"), ("status=%00", "status"), ("page=0", "page"), ("page=-1", "page"), ("page=1e3", "page"),
                         (f"page={'9' * 5000}", "page"), ("page=10001", "page"), ("%00=1", "body")):  # fmt: skip
        answer = clerk.ask("GET", f"/api/v1/orders?{query}")
        assert (answer.status_code, answer.json["code"]) == (422, "invalid"), query
        assert answer.json["field"] == field
    for query, field in (
        (f"since={2**63}", "since"),
        (f"since={'9' * 400}", "since"),
        ("since=-1", "since"),
        ("limit=0", "limit"),
        ("limit=501", "limit"),
    ):
        answer = clerk.ask("GET", f"/api/v1/journal?station_id={station}&{query}")
        assert (answer.status_code, answer.json["field"]) == (422, field)
    assert clerk.get("/journal", station_id=station, since=2**63 - 1).json["code"] == "too_old"
    assert clerk.get("/journal").json["field"] == "station_id"


def test_a_key_is_a_uuid_or_refused(visit: Visit) -> None:
    courier = visit("courier1")
    order = courier.get("/orders", status="open").json["items"][0]["id"]
    for key in ("", "x", "键", "\xff" * 36, "1" * 37, "0" * 31 + "\xb2", "٣" * 32, f"{uuid.uuid4()} ", f"{uuid.uuid4()}x" * 100):
        sent = key.encode().decode("latin-1")
        answer = courier.ask("POST", f"/api/v1/orders/{order}/claim", json={}, key=sent)
        if sent.strip() != sent:
            continue
        assert (answer.status_code, answer.json["field"]) == (422, "Idempotency-Key"), key


def test_garbage_in_cookies_and_tokens_is_a_stranger(either_app: Flask) -> None:
    for token in ("", "x", "\xff\xfe", "a" * 10_000, "Bearer"):
        answer = Visitor(either_app).ask("GET", "/api/v1/me", headers={"Authorization": f"Bearer {token}"})
        assert (answer.status_code, answer.json["code"]) == (401, "sign_in_needed")
    for cookie in (
        "lm_session=\xff",
        "lm_session=%00",
        "lm_page=.eJx.x.x",
        "lm_device=\x01; lm_lang=\xff",
        ";;;=",
        "lm_session=" + "x" * 5000,
    ):
        for path, status in (("/api/v1/me", 401), ("/sign-in", 200), ("/", 302)):
            assert Visitor(either_app).ask("GET", path, headers={"Cookie": cookie}).status_code == status, (cookie[:20], path)


def test_a_stranger_is_told_so_before_anything_else(either_app: Flask) -> None:
    stranger = Visitor(either_app)
    for method, path in (
        ("POST", "/api/v1/orders"),
        ("GET", "/api/v1/orders?page=0"),
        ("PUT", "/api/v1/me/duty"),
        ("GET", "/api/v1/orders/x"),
    ):
        answer = stranger.ask(method, path, data=b"{")
        assert (answer.status_code, answer.json["code"]) == (401, "sign_in_needed"), path
        assert answer.mimetype == "application/problem+json"


def test_a_wrong_method_is_told_the_right_ones(visit: Visit) -> None:
    answer = visit("clerk").ask("DELETE", "/api/v1/orders")
    assert (answer.status_code, answer.json["code"]) == (405, "not_allowed")
    assert {"GET", "POST"} <= set(answer.headers["Allow"].split(", "))


def test_the_doors_of_the_people_take_any_words(either_app: Flask) -> None:
    boss = Visitor(either_app, "coordinator")
    for odd in ("\0", "药\0", "x" * 400_000, "'; DROP TABLE persons; --", "😀", "\u202e", "１３８００００００００"):
        for path, form in (
            ("/couriers/invite", {"name": odd, "phone": odd, "depot_id": odd}),
            ("/couriers/invite", {"name": odd, "phone": "13800000000", "depot_id": "120116014D01"}),
            ("/sign-in?staff", {"login": odd, "passphrase": odd}),
            ("/language", {"lang": odd, "next": odd}),
        ):
            answer = boss.ask("POST", path, data=form)
            assert answer.status_code < 500, (path, odd[:10])
            assert "Traceback" not in answer.text
