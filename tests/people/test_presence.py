"""Whose phone has gone quiet: told late, in steps, of couriers on duty alone, and forgotten soon."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import redis
from flask import Flask

from dispatch.core.clock import now
from dispatch.people import presence
from dispatch.people.clocking import set_duty
from dispatch.people.presence import MOST, QUIET_AFTER, SHARED, Presence, this_minute
from tests.core.visitors import Visitor
from tests.people.doors import Cast
from tests.servers import RedisServer

HOURS_AGO = now() - timedelta(hours=9)


@pytest.mark.parametrize(
    ("heard_ago", "told"), [(0, None), (14, None), (15, 15), (19, 15), (20, 20), (61, 60), (119, 115), (120, 120), (500, 120), (None, 120)]
)
def test_nothing_is_told_before_a_quarter_of_an_hour_and_then_steps(heard_ago: int | None, told: int | None) -> None:
    there = Presence(None)
    there.since -= 600
    if heard_ago is not None:
        there.heard["zhao"] = this_minute() - heard_ago
    assert there.quiet_minutes({"zhao": HOURS_AGO}).get("zhao") == told


def test_nobody_is_blamed_for_the_time_before_he_went_on_duty_or_before_anybody_listened() -> None:
    there = Presence(None)
    assert there.quiet_minutes({"zhao": HOURS_AGO, "qian": None}) == {}
    there.since -= 600
    assert there.quiet_minutes({"zhao": now() - timedelta(minutes=14), "qian": now() - timedelta(minutes=16)}) == {"qian": 15}


def test_what_is_older_than_two_hours_is_forgotten() -> None:
    there = Presence(None)
    there.heard = {"zhao": this_minute() - MOST - 1, "qian": this_minute() - MOST}
    there.share()
    assert set(there.heard) == {"qian"}


def in_the_list(app: Flask, name: str) -> Any:
    return next(one for one in Visitor(app, "coordinator").get("/couriers").json["items"] if one["name"] == name)["quiet_minutes"]


def test_the_coordinator_reads_who_has_gone_quiet_and_a_word_of_his_ends_it(app: Flask, cast: Cast) -> None:
    set_duty(cast("courier1"), False)
    set_duty(cast("courier1"), True)
    there = app.extensions["presence"]
    there.since -= 600
    assert in_the_list(app, "钱建国") is None
    monkeypatched = this_minute() + QUIET_AFTER + 3
    with pytest.MonkeyPatch.context() as later:
        later.setattr(presence, "this_minute", lambda: monkeypatched)
        assert in_the_list(app, "钱建国") == 15
        Visitor(app, "courier1").get("/me")
        assert in_the_list(app, "钱建国") is None
    set_duty(cast("courier1"), False)
    assert in_the_list(app, "钱建国") is None


def test_who_is_off_duty_is_not_noted(app: Flask, cast: Cast) -> None:
    set_duty(cast("courier1"), False)
    app.extensions["presence"].heard.clear()
    for login in ("courier1", "coordinator"):
        Visitor(app, login).get("/me")
    assert app.extensions["presence"].heard == {}


@pytest.mark.slow
def test_processes_tell_each_other_and_without_redis_nobody_is_called_quiet(redis_server: RedisServer) -> None:
    client = redis.Redis.from_url(redis_server.url)
    one, other = Presence(client), Presence(client)
    one.since = other.since = this_minute() - 600
    one.heard = {"zhao": this_minute() - 3, "sun": this_minute() - 30}
    other.heard = {"sun": this_minute() - 50}
    one.share()
    other.share()
    duty = {"zhao": HOURS_AGO, "qian": HOURS_AGO, "sun": HOURS_AGO}
    assert other.quiet_minutes(duty) == {"qian": 120, "sun": 30}
    client.zadd(SHARED, {"li": this_minute() - MOST - 5})
    one.share()
    assert client.zscore(SHARED, "li") is None
    redis_server.kill()
    assert other.quiet_minutes(duty) == {}
    one.share()
    client.close()
