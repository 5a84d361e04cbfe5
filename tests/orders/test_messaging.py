"""A word from the station to its couriers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from dispatch import jobs
from dispatch.core.clock import now
from dispatch.core.errors import Invalid, NotEligible, NotFound
from dispatch.core.unit_of_work import look_again, reading, transaction
from dispatch.journal.reading import entries_since
from dispatch.orders.messaging import messages_for, one_message, read, send
from dispatch.orders.models import Message, MessageRead
from dispatch.people.clocking import set_duty
from tests.orders.play import STATION, Street, once

WORDS = "下午有雨，骑车慢一点；3号楼电梯停用"


def write(play: Street, login: str = "coordinator", depot: str | None = None, text: str = WORDS) -> str:
    actor = play.cast(login)
    return str(send(actor, text, depot, once(actor))["message_id"])


def seen(play: Street, login: str) -> list[dict[str, Any]]:
    look_again()
    return messages_for(reading(), play.cast(login))


def of_another_depot(play: Street) -> tuple[str, str]:
    """A courier of courier1's depot is courier1; somebody of another one."""
    home = play.cast("courier1").unit_id
    return home, next(f"courier{n}" for n in range(2, 81) if play.cast(f"courier{n}").unit_id != home)


def test_everybody_on_duty_reads_it_and_the_desk_counts(play: Street) -> None:
    message = write(play)
    assert [(one["text"], one["read"], one["depot"]) for one in seen(play, "courier1")] == [(WORDS, False, None)]
    one = play.cast("courier1")
    for _ in range(2):
        read(one, message, once(one))
    assert seen(play, "courier1")[0]["read"]
    assert not seen(play, "courier2")[0]["read"]
    assert seen(play, "coordinator")[0]["read_by"] == 1
    assert "read_by" not in seen(play, "courier1")[0]
    set_duty(play.cast("courier2"), False)
    assert seen(play, "courier2") == []


def test_a_depots_couriers_read_theirs_on_duty_or_not_and_no_others(play: Street) -> None:
    depot, stranger = of_another_depot(play)
    message = write(play, depot=depot)
    set_duty(play.cast("courier1"), False)
    assert seen(play, "courier1")[0]["depot_id"] == depot
    for login in (stranger, "neighbour", "clerk", "supervisor"):
        assert seen(play, login) == [], login
        with pytest.raises(NotFound):
            one_message(reading(), play.cast(login), message)
    other = play.cast(stranger)
    with pytest.raises(NotFound):
        read(other, message, once(other))
    boss = play.cast("coordinator")
    with pytest.raises(NotEligible):
        read(boss, message, once(boss))


def test_the_journal_has_its_id_alone_and_the_words_are_sealed(play: Street) -> None:
    message = write(play)
    entry = entries_since(reading(), STATION, 0, 100_000)[-1]
    assert (entry["type"], entry["data"]) == ("message.sent", {"message_id": message, "depot_id": None})
    raw = reading().exec_driver_sql("SELECT text FROM messages").scalar_one()
    assert "雨".encode() not in bytes(raw)


@pytest.mark.parametrize("login", ["clerk", "courier1", "supervisor"])
def test_nobody_but_a_coordinator_writes(play: Street, login: str) -> None:
    with pytest.raises(NotEligible):
        write(play, login)


@pytest.mark.parametrize("depot", ["120116015D01", STATION, "nowhere"])
def test_another_stations_depot_is_none(play: Street, depot: str) -> None:
    with pytest.raises(Invalid):
        write(play, depot=depot)


def test_nothing_to_say_is_nothing(play: Street) -> None:
    with pytest.raises(Invalid):
        write(play, text="  ")


def test_the_same_key_is_the_same_message(play: Street) -> None:
    boss = play.cast("coordinator")
    key = once(boss, "message")
    assert send(boss, WORDS, None, key) == send(boss, WORDS, None, key)
    assert len(seen(play, "courier1")) == 1


def test_after_two_days_it_is_gone_and_who_has_read_it_too(app: Flask, play: Street) -> None:
    message, one = write(play), play.cast("courier1")
    read(one, message, once(one))
    with transaction() as work:
        work.execute(update(Message.__table__).values(expires_at=now() - timedelta(seconds=1)))
    assert seen(play, "courier1") == []
    with pytest.raises(NotFound):
        read(one, message, once(one))
    jobs.tidy(app)
    look_again()
    for table in (Message, MessageRead):
        assert reading().execute(select(table.__table__)).first() is None
