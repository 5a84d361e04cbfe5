"""The pages of the alerts: limits, what is believed, and a station's rules; a mistake is named, and what was typed stays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.core.visitors import Visitor

Visit = Callable[[str], Visitor]
LIMITS = {"not_until": "", "most_m": "1500", "per_day": "4", "quiet_from": "22:00", "quiet_to": "06:30", "kinds": ["medicine", "meal"]}


def send(one: Visitor, path: str, said: dict[str, Any]) -> Any:
    return one.ask("POST", path, data=said)


def test_a_courier_sets_his_limits_and_reads_them_again(visit: Visit) -> None:
    he = visit("courier1")
    assert send(he, "/alerts", {**LIMITS, "not_until": "2099-01-02T08:30"}).status_code == 302
    assert he.get("/me/alert-wishes").json == {
        "not_until": "2099-01-02T08:30:00.000+08:00", "most_m": 1500, "kinds": ["medicine", "meal"], "per_day": 4,
        "quiet_from": "22:00", "quiet_to": "06:30",
    }  # fmt: skip
    page = he.ask("GET", "/alerts").text
    assert 'value="2099-01-02T08:30"' in page
    assert "01-02 08:30 之前不提醒您" in page
    # One tap takes the pause away, and leaves the rest.
    assert send(he, "/alerts/pause", {"until": ""}).status_code == 302
    wishes = he.get("/me/alert-wishes").json
    assert (wishes["not_until"], wishes["most_m"]) == (None, 1500)
    for until in ("1", "4", "morning"):
        assert send(he, "/alerts/pause", {"until": until}).status_code == 302
        assert he.get("/me/alert-wishes").json["not_until"] is not None


def test_all_kinds_is_no_limit(visit: Visit) -> None:
    he = visit("courier1")
    kinds = ["groceries", "medicine", "parcel", "meal", "clinic", "bill", "repair", "company", "other"]
    assert send(he, "/alerts", {**LIMITS, "kinds": kinds}).status_code == 302
    assert he.get("/me/alert-wishes").json["kinds"] is None


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"most_m": "99"}, "请写 100 到 100000 之间的米数，或者空着。"),
        ({"most_m": "很近"}, "请写 100 到 100000 之间的米数，或者空着。"),
        ({"per_day": "-1"}, "请写 0 到 1000 之间的次数，或者空着。"),
        ({"quiet_to": ""}, "开始和结束要一起写，像 22:00。"),
        ({"quiet_from": "25:00"}, "开始和结束要一起写，像 22:00。"),
        ({"not_until": "morgen"}, "请写日期和时间，或者空着。"),
        ({"kinds": []}, "请至少留一类。"),
        ({"kinds": ["gossip"]}, "请至少留一类。"),
    ],
)
def test_a_wrong_limit_is_named_and_what_was_typed_stays(visit: Visit, said: dict[str, Any], sentence: str) -> None:
    he = visit("courier1")
    answer = send(he, "/alerts", {**LIMITS, **said})
    assert answer.status_code == 422
    assert sentence in answer.text
    for name in ("most_m", "per_day"):
        assert f'value="{ {**LIMITS, **said}[name] }"' in answer.text
    assert he.get("/me/alert-wishes").json["per_day"] is None


def test_he_reads_what_is_believed_and_wipes_it_out(visit: Visit) -> None:
    he = visit("courier1")
    page = he.ask("GET", "/alerts").text
    for sentence in he.get("/me/belief").json["words"]:
        assert sentence in page
    assert send(he, "/alerts/forget", {}).status_code == 302


@pytest.mark.parametrize("path", ["/alerts", "/alerts/pause", "/alerts/forget"])
def test_the_couriers_pages_are_no_desks(visit: Visit, path: str) -> None:
    for login in ("clerk", "coordinator", "supervisor"):
        assert send(visit(login), path, LIMITS).status_code == 403


def typed(visit: Visit) -> dict[str, str]:
    """The settings as the page's fields hold them now."""
    rules = visit("coordinator").get("/alert-settings").json
    said = {"on": "on", "quiet_from": rules["quiet_from"], "quiet_to": rules["quiet_to"], "silence_s": "90", "fairness": "10"}
    for urgency, one in rules["urgencies"].items():
        said |= {f"{urgency}-{name}": f"{one[name] * 100:g}" for name in ("price", "falls", "floor")}
        said |= {f"{urgency}-{name}": f"{one[name]:g}" for name in ("most", "wave_s", "head_start_s")}
        said |= {f"{urgency}-{name}": str(minutes) for name, minutes in one["steps"].items()}
    return said


def test_a_coordinator_reads_changes_and_puts_back_the_rules(visit: Visit) -> None:
    li = visit("coordinator")
    assert li.ask("PUT", "/api/v1/alert-settings", json={}).status_code == 200
    usual = li.get("/alert-settings").json
    page = li.ask("GET", "/alerts/settings").text
    assert f'name="urgent-price" value="{usual["urgencies"]["urgent"]["price"] * 100:g}"' in page
    said = {**typed(visit), "urgent-price": "4.5", "routine-district": "", "today-most": "12", "silence_s": "60"}
    assert send(li, "/alerts/settings", said).status_code == 302
    now = li.get("/alert-settings").json
    assert now["urgencies"]["urgent"]["price"] == pytest.approx(0.045)
    assert (now["urgencies"]["routine"]["steps"]["district"], now["urgencies"]["today"]["most"], now["silence_s"]) == (None, 12, 60)
    assert now["urgencies"]["urgent"]["steps"] == usual["urgencies"]["urgent"]["steps"]
    assert send(li, "/alerts/settings", {k: v for k, v in said.items() if k != "on"}).status_code == 302
    assert li.get("/alert-settings").json["on"] is False
    assert send(li, "/alerts/settings", {"usual": "1"}).status_code == 302
    assert li.get("/alert-settings").json == usual


@pytest.mark.parametrize(
    ("name", "value"),
    [("urgent-price", "101"), ("today-falls", "5"), ("routine-most", "1.5"), ("silence_s", "bald"), ("urgent-neighbours", "0"),
     ("quiet_to", ""), ("fairness", "nan")],
)  # fmt: skip
def test_a_number_out_of_range_is_named_and_what_was_typed_stays(visit: Visit, name: str, value: str) -> None:
    li = visit("coordinator")
    usual = li.get("/alert-settings").json
    answer = send(li, "/alerts/settings", {**typed(visit), "urgent-wave_s": "33", name: value})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert 'name="urgent-wave_s" value="33"' in answer.text
    assert li.get("/alert-settings").json == usual


def test_the_stations_rules_are_its_coordinators(visit: Visit) -> None:
    for login in ("courier1", "clerk", "supervisor", "admin"):
        assert visit(login).ask("GET", "/alerts/settings").status_code == 403
        assert send(visit(login), "/alerts/settings", {"usual": "1"}).status_code == 403
