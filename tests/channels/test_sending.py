"""What is said outside: once, little of it, together, again after a failure, and given up at last; spoken to a real door."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from dispatch.channels import announcing, sending
from dispatch.channels.announcing import announce
from dispatch.channels.queries import failing
from dispatch.channels.sending import send, wait
from dispatch.core.clock import now
from dispatch.core.unit_of_work import look_again, reading, transaction
from dispatch.people.models import Person
from tests.channels.door import Door
from tests.channels.outside import ALERTS, NOTICES, Outside
from tests.conftest import one_of_the_cast
from tests.hazards.corner import GAS, Corner
from tests.orders.play import Street

CANARIES = ("陈桂兰", "13900001234", "2单元301", "门铃坏了", "代取降压药")


@pytest.fixture
def outside(either: Flask, need: dict[str, Any], door: Door) -> Outside:
    street = Street(one_of_the_cast, need)
    announce()
    return Outside(street, door)


def test_a_new_channel_says_first_that_it_works(outside: Outside) -> None:
    outside.connect(tested=False)
    assert outside.go() == 1
    assert outside.door.lines() == ["这是一条测试消息：渠道是通的。"]
    assert outside.door.messages[0]["title"] == "最后一米"
    assert (outside.ended("test"), outside.channel().failing_since) == (["sent"], None)


def test_an_alarm_goes_out_once_with_nothing_of_a_person_in_it(outside: Outside) -> None:
    outside.connect()
    order = outside.play.post()
    outside.ring(order)
    assert outside.go() == 1
    number = outside.play.row(order).number
    assert outside.door.lines() == [f"很久没人接：取药 · 急 · 3号楼（单号 {number}）"]
    assert not [word for word in CANARIES if word in str(outside.door.messages)]
    outside.rested()
    assert outside.go() == 0
    assert len(outside.door.messages) == 1


def test_it_speaks_the_language_in_which_it_was_made(outside: Outside) -> None:
    outside.connect(lang="en")
    order = outside.play.post()
    outside.ring(order)
    outside.go()
    assert outside.door.lines()[0].startswith("unclaimed for long: Medicine · ")


def test_an_entry_that_is_read_again_is_said_once(outside: Outside) -> None:
    """As after a process that ended between writing what is to be said and how far it has read."""
    outside.connect()
    outside.ring(outside.play.post())
    entries: list[Any] = []
    announcing.read_on("another", entries.extend, {"order.escalated"})
    announcing._announce(entries)
    announcing._announce(entries)
    outside.go()
    assert len(outside.door.lines()) == 1


def test_what_gathers_is_one_message_and_between_two_there_is_a_pause(outside: Outside) -> None:
    outside.connect()
    orders = [outside.play.post(building=f"{n}号楼") for n in range(1, 11)]
    for order in orders:
        outside.ring(order)
    assert outside.go() == 1
    assert len(outside.door.messages) == 1
    assert outside.door.lines()[-1] == "另有 2 条"
    assert len(outside.door.lines()) == 9
    outside.ring(orders[0], "wrong_code")
    assert outside.go() == 0
    outside.rested()
    assert outside.go() == 1
    assert timedelta(minutes=1) / sending.PAUSE < 20


def test_what_was_settled_before_it_went_out_is_not_said(outside: Outside) -> None:
    outside.connect()
    taken, left = outside.play.post(), outside.play.post(building="9号楼")
    for order in (taken, left):
        outside.ring(order)
    outside.ring(taken, "no_show")
    announce()
    outside.play.claim("courier1", taken)
    send()
    assert [line.partition("：")[0] for line in outside.door.lines()] == ["很久没人接", "接单的人没来"]
    assert "9号楼" in outside.door.lines()[0]
    assert sorted(str(end) for end in outside.ended()) == ["over", "sent"]


@pytest.mark.parametrize(
    ("status", "body", "why"), [(503, b"", "unreachable"), (403, b"", "refused"), (200, b'{"errcode":45009}', "limited")]
)
def test_a_door_that_does_not_take_it_is_tried_again_later(outside: Outside, status: int, body: bytes, why: str) -> None:
    outside.connect()
    outside.door.status, outside.door.body = status, body
    outside.ring(outside.play.post())
    assert outside.go() == 1
    there = outside.channel()
    assert (there.failures, there.wrong, there.failing_since is not None) == (1, why, True)
    assert there.not_before > now() + timedelta(seconds=60 if why == "limited" else 5)
    assert send() == 0
    outside.rested()
    outside.door.status, outside.door.body = 200, b"{}"
    assert send() == 1
    there = outside.channel()
    assert (there.failures, there.wrong, there.failing_since) == (0, None, None)
    assert outside.ended() == ["sent"]


def test_a_door_that_is_shut_is_left_alone_for_longer_each_time_and_given_up_at_last(outside: Outside) -> None:
    outside.connect()
    outside.door.server.shutdown()
    outside.door.server.server_close()
    outside.ring(outside.play.post())
    outside.go()
    assert outside.channel().wrong == "unreachable"
    pauses = [wait(n, "unreachable").total_seconds() for n in (0, 1, 2, 5, 6, 50)]
    assert pauses == [10, 20, 40, 320, 600, 600]
    with transaction() as work:
        work.execute(update(NOTICES).where(NOTICES.c.ended_at.is_(None)).values(made_at=now() - timedelta(minutes=61)))
    outside.rested()
    assert send() == 0
    assert outside.ended() == ["given_up"]
    assert outside.channel().failing_since is not None


def test_a_redirect_is_not_followed(outside: Outside) -> None:
    outside.connect()
    other = Door()
    outside.door.status, outside.door.location = 307, other.url
    outside.ring(outside.play.post())
    outside.go()
    assert (other.messages, outside.channel().wrong) == ([], "refused")
    other.close()


def test_in_earnest_nothing_goes_into_our_own_network(outside: Outside) -> None:
    """Also where the name was taken in before, or leads elsewhere since."""
    outside.connect()
    sending.current_app.config["DEMO"] = False
    outside.ring(outside.play.post())
    outside.go()
    sending.current_app.config["DEMO"] = True
    assert (outside.door.messages, outside.channel().wrong) == ([], "private")


def test_a_courier_hears_his_own_alerts_alone_and_the_station_not(outside: Outside) -> None:
    outside.connect("courier1")
    with transaction() as work:
        work.execute(update(NOTICES).values(ended_at=now(), ended_as="sent"))
    order = outside.play.post()
    outside.alert(order, "courier2")
    outside.ring(order)
    assert outside.go() == 0
    outside.alert(order, "courier1")
    assert outside.go() == 1
    assert outside.door.lines() == [f"有一单适合您：取药 · 急 · 3号楼（单号 {outside.play.row(order).number}）"]


def test_an_alert_that_he_has_answered_already_is_not_said(outside: Outside) -> None:
    outside.connect("courier1")
    outside.alert(outside.play.post(), "courier1")
    announce()
    with transaction() as work:
        work.execute(update(ALERTS).values(outcome="declined"))
    assert send() == 0
    assert outside.ended("alert") == ["over"]


def test_who_is_suspended_hears_nothing(outside: Outside) -> None:
    outside.connect("courier1")
    outside.alert(outside.play.post(), "courier1")
    announce()
    with transaction() as work:
        work.execute(update(Person.__table__).where(Person.__table__.c.login == "courier1").values(active=False))
    assert send() == 0
    assert outside.door.messages == []


def test_what_happened_before_it_was_added_or_long_ago_is_not_said(outside: Outside, monkeypatch: pytest.MonkeyPatch) -> None:
    outside.ring(outside.play.post())
    outside.connect()
    outside.ring(outside.play.post())
    later = now() + announcing.FRESH + timedelta(minutes=1)
    monkeypatch.setattr(announcing, "now", lambda: later)
    assert outside.go() == 0
    assert outside.door.messages == []


def test_taken_by_another_it_is_not_sent_here_and_after_its_end_it_is_sent_again(outside: Outside) -> None:
    """A process that ended while it spoke: for a minute the channel is still its, then the same is said again."""
    outside.connect()
    outside.ring(outside.play.post())
    announce()
    assert len(sending._take()) == 1
    assert send() == 0
    outside.rested()
    assert send() == 1
    assert outside.ended() == ["sent"]


def test_two_who_have_chosen_the_same_robot_share_its_limit(outside: Outside) -> None:
    outside.connect()
    outside.connect("coordinator2", tested=False)
    outside.ring(outside.play.post())
    assert outside.go() == 1
    assert send() == 0
    outside.rested()
    assert send() == 1
    assert len(outside.door.messages) == 2


def test_an_urgent_hazard_is_told_by_its_number_alone_and_one_that_can_wait_is_not(outside: Outside) -> None:
    outside.connect()
    corner = Corner(one_of_the_cast)
    corner.report()
    corner.report("courier2", category=GAS, lat=39.05, lon=117.75)
    assert outside.go() == 1
    (line,) = outside.door.lines()
    assert line.startswith("有人上报了紧急隐患，请审核（编号 ")
    assert "王大爷" not in str(outside.door.messages)


def test_what_has_failed_for_an_hour_is_a_finding_of_the_doctors_but_no_couriers_own(outside: Outside) -> None:
    outside.connect()
    outside.connect("courier1", tested=False)
    outside.set(failing_since=now() - timedelta(minutes=59), wrong="refused")
    assert failing(reading()) == []
    outside.set(failing_since=now() - timedelta(minutes=61))
    look_again()
    (finding,) = failing(reading())
    assert finding.startswith("channel webhook …hook of 泰达街道社工站: refused since ")


def test_what_is_settled_is_forgotten_after_a_week(outside: Outside) -> None:
    outside.connect()
    with transaction() as work:
        assert sending.forget_notices(work) == 0
        work.execute(update(NOTICES).values(ended_at=now() - sending.KEPT - timedelta(hours=1)))
        assert sending.forget_notices(work) == 1
