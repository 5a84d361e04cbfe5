"""Who may have a channel, on the page: added, tried, removed; nobody else's is ever seen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

from dispatch.channels.connecting import MOST
from dispatch.channels.models import Channel, Notice
from dispatch.core.unit_of_work import look_again, reading
from dispatch.journal.reading import entries_since
from tests.core.visitors import Visitor
from tests.orders.play import STATION

KEY = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7abc-4bc4-97a0-0ec2bbbb5aaa"
PUSH = {"kind": "pushplus", "address": "0123456789abcdef0123456789abcdef"}
Visit = Callable[[str], Visitor]


def add(one: Visitor, **said: Any) -> Any:
    return one.ask("POST", "/channels", data={"kind": "wecom", "address": KEY, "hears": ["orders"], **said})


def channels(app: Flask) -> list[Any]:
    with app.app_context():
        return list(reading().execute(select(Channel.__table__)).all())


def test_a_coordinators_channel_is_the_stations_and_stands_in_the_journal(either_app: Flask, visit: Visit) -> None:
    assert add(visit("coordinator")).status_code == 302
    (one,) = channels(either_app)
    assert (one.station_id, one.person_id, one.hears, one.address.partition("/?")[0]) == (
        STATION, None, ["orders"], "wecombot://693a91f6-7abc-4bc4-97a0-0ec2bbbb5aaa",
    )  # fmt: skip
    with either_app.app_context():
        entry = entries_since(reading(), STATION, 0, 100_000)[-1]
        assert (entry["type"], entry["data"]["kind"]) == ("channel.added", "wecom")
        sealed = reading().execute(text("SELECT address FROM channels")).scalar_one()
        assert b"693a91f6" not in bytes(sealed)
    page = visit("coordinator").ask("GET", "/channels").text
    assert "…5aaa" in page
    assert "693a91f6" not in page
    assert visit("coordinator").ask("POST", f"/channels/{one.id}/remove").status_code == 302
    assert channels(either_app) == []


def test_a_couriers_own_stands_in_no_journal_and_is_nobody_elses(either_app: Flask, visit: Visit) -> None:
    with either_app.app_context():
        before = len(entries_since(reading(), STATION, 0, 100_000))
    assert add(visit("courier1")).status_code == 302
    (one,) = channels(either_app)
    assert (one.station_id, one.hears) == (None, ["alerts"])
    with either_app.app_context():
        assert len(entries_since(reading(), STATION, 0, 100_000)) == before
    for login in ("coordinator", "courier2", "coordinator2"):
        assert one.id not in visit(login).ask("GET", "/channels").text
        for verb in ("test", "remove"):
            assert visit(login).ask("POST", f"/channels/{one.id}/{verb}").status_code == 404
    assert one.id in visit("courier1").ask("GET", "/channels").text


@pytest.mark.parametrize("login", ["clerk", "supervisor", "admin"])
def test_nobody_else_has_channels(either_app: Flask, visit: Visit, login: str) -> None:
    assert visit(login).ask("GET", "/channels").status_code == 403
    assert add(visit(login)).status_code == 403
    assert add(visit("")).status_code >= 400
    assert channels(either_app) == []


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"kind": "telegram"}, "请选一种渠道。"),
        ({"address": "https://example.org/"}, "这不像它给的地址，请整段复制过来。"),
        ({"hears": ["gossip"]}, "请至少选一样。"),
        ({"kind": "dingtalk", "address": "ab" * 32, "signing": "x"}, "加签的密钥以 SEC 开头，请整段复制过来。"),
    ],
)
def test_a_mistake_is_named_and_nothing_typed_is_lost(either_app: Flask, visit: Visit, said: dict[str, Any], sentence: str) -> None:
    answer = add(visit("coordinator"), **said)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert f'value="{said.get("address", KEY)}"' in answer.text
    assert channels(either_app) == []


def test_the_same_once_more_and_too_many_are_refused(either_app: Flask, visit: Visit) -> None:
    li = visit("coordinator")
    add(li)
    assert "这个渠道已经在下面了。" in add(li).text
    for n in range(1, MOST):
        assert add(li, **{**PUSH, "address": f"{n:032x}"}).status_code == 302
    assert "最多五个渠道" in add(li, **{**PUSH, "address": "f" * 32}).text
    assert len(channels(either_app)) == MOST
    # Another station may use the same robot.
    assert add(visit("coordinator2")).status_code == 302


def test_a_second_test_waits_for_the_first(either_app: Flask, visit: Visit) -> None:
    li = visit("coordinator")
    add(li)
    (one,) = channels(either_app)
    assert li.ask("POST", f"/channels/{one.id}/test").status_code == 302
    with either_app.app_context():
        look_again()
        assert len(reading().execute(select(Notice.__table__.c.id)).all()) == 1
    assert "测试正在发" in li.ask("GET", "/channels").text
