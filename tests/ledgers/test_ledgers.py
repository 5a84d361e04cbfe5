"""How a ledger becomes orders: all of it or nothing, once, seen by the right people, and kept nowhere before it is posted."""

# ruff: noqa: E501 - lines of a ledger are twice as wide
from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from sqlalchemy import func, select

from dispatch.core.errors import Invalid, NotEligible, NotFound
from dispatch.core.idempotency import Once
from dispatch.core.unit_of_work import look_again, reading
from dispatch.journal.models import Entry as JournalEntry
from dispatch.ledgers.lines import Line
from dispatch.ledgers.needs import Judged
from dispatch.ledgers.transcribing import MOST_AT_ONCE, Entry, LedgerRefused, LedgerTooLong, look_at, transcribe
from dispatch.orders import posting
from dispatch.orders.commanding import ORDERS
from dispatch.people.identity import Actor
from dispatch.residents.models import Resident
from tests.ledgers.dirty_ledgers import CHEN
from tests.orders.play import STATION, Street, once

COMMUNITY = f"{STATION}003"
CELLS = {"name": "A", "phone": "B", "building": "C", "door": "D", "need": "E", "time": "F", "note": "G"}


def line(row: int, **other: str) -> Line:
    said = dict(zip(("name", "phone", "building", "door", "need", "time", "note"), CHEN, strict=True))
    return Line(row, {**said, **other}, {name: f"{column}{row}" for name, column in CELLS.items()})


def entries(*lines: Line, again: bool = False) -> list[Entry]:
    return [Entry(one, again) for one in lines]


THREE = [line(2), line(3, name="孙秀英", phone="13900005678", need="买菜"), line(4, name="李德福", phone="", need="取快递", time="")]


def orders(actor: Actor | None = None) -> int:
    look_again()
    return int(reading().execute(select(func.count()).select_from(ORDERS)).scalar_one())


def test_each_line_is_an_order_and_says_what_the_ledger_said(play: Street) -> None:
    clerk = play.cast("clerk")
    rows = transcribe(clerk, entries(*THREE), once(clerk))["rows"]
    assert [row for row, _ in rows] == [2, 3, 4]
    seen = [play.seen("clerk", order_id) for _, order_id in rows]
    assert [(one["kind"], one["summary"], one["building"], one["urgency"], one["status"]) for one in seen] == [
        ("medicine", "降压药一盒", "3号楼", "routine", "open"), ("groceries", "买菜", "3号楼", "routine", "open"), ("parcel", "取快递", "3号楼", "today", "open"),
    ]  # fmt: skip
    assert seen[0]["private"] == {"name": "陈桂兰", "phone": "139****1234", "door": "2单元301", "note": "门铃坏了，请敲门"}
    assert seen[0]["window_start"] < seen[0]["window_end"]
    assert len({one["number"] for one in seen}) == 3
    assert not {"private", "code"} & set(play.seen("courier1", rows[0][1]))


def test_it_stands_in_the_journal_order_by_order_and_says_nothing_of_persons(play: Street) -> None:
    clerk = play.cast("clerk")
    rows = transcribe(clerk, entries(*THREE), once(clerk))["rows"]
    for _row, order_id in rows:
        ((kind, said),) = play.told(order_id)
        assert (kind, said["community_id"], said["was"]) == ("order.posted", COMMUNITY, "open")
    told = json.dumps([dict(row._mapping) for row in reading().execute(select(JournalEntry.__table__))], default=str, ensure_ascii=False)
    assert not [word for word in ("陈桂兰", "13900001234", "2单元301", "门铃", "降压药") if word in told]


def test_all_or_nothing_and_each_bad_cell_is_named(play: Street) -> None:
    clerk, before = play.cast("clerk"), orders()
    bad = [line(5, phone="139"), line(6, time="昨天"), line(7, building=""), line(8, door="2026-03-12")]
    with pytest.raises(LedgerRefused) as refused:
        transcribe(clerk, entries(*THREE, *bad), once(clerk))
    assert [(cell["cell"], cell["code"]) for cell in refused.value.extra["cells"]] == [
        ("B5", "phone_wrong"), ("F6", "time_past"), ("C7", "building_missing"), ("D8", "made_a_date"),
    ]  # fmt: skip
    assert all(cell["detail"] for cell in refused.value.extra["cells"])
    assert "陈桂兰" not in json.dumps(refused.value.as_problem(), ensure_ascii=False)
    assert orders() == before


def test_what_fails_half_way_leaves_nothing_behind(play: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    clerk, before = play.cast("clerk"), orders()
    entered, real = [], posting.resident_of

    def third_is_refused(*arguments: Any) -> str:
        entered.append(1)
        if len(entered) == 3:
            raise Invalid("resident.phone")
        return real(*arguments)

    monkeypatch.setattr("dispatch.ledgers.transcribing.resident_of", third_is_refused)
    with pytest.raises(LedgerRefused) as refused:
        transcribe(clerk, entries(*THREE), once(clerk))
    assert refused.value.extra["cells"][0]["cell"] == "B4"
    assert orders() == before
    known = (
        reading()
        .execute(select(func.count()).select_from(Resident.__table__).where(Resident.__table__.c.community_id == COMMUNITY))
        .scalar_one()
    )
    monkeypatch.undo()
    transcribe(clerk, entries(*THREE), once(clerk))
    look_again()
    now_known = (
        reading()
        .execute(select(func.count()).select_from(Resident.__table__).where(Resident.__table__.c.community_id == COMMUNITY))
        .scalar_one()
    )
    assert now_known - known in (2, 3)
    assert orders() == before + 3


def test_twice_with_the_same_key_is_once(play: Street) -> None:
    clerk, before = play.cast("clerk"), orders()
    key = once(clerk, "transcribe")
    assert transcribe(clerk, entries(*THREE), key) == transcribe(clerk, entries(*THREE), key)
    assert orders() == before + 3


def test_the_same_key_answers_though_its_words_are_of_yesterday_now(play: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    clerk = play.cast("clerk")
    key = once(clerk, "transcribe")
    posted = transcribe(clerk, entries(*THREE), key)
    monkeypatch.setattr("dispatch.ledgers.transcribing.judge", lambda said, _today: _past(said))
    assert transcribe(clerk, entries(*THREE), key) == posted
    with pytest.raises(LedgerRefused):
        transcribe(clerk, entries(*THREE), once(clerk))


def _past(said: Any) -> Any:
    return Judged(dict(said), {"time": "time_past"})


def test_the_same_ledger_again_is_recognised_and_posted_only_where_somebody_insists(play: Street) -> None:
    clerk = play.cast("clerk")
    rows = transcribe(clerk, entries(*THREE), once(clerk))["rows"]
    numbers = [play.seen("clerk", order_id)["number"] for _, order_id in rows]
    assert [one.twins for one in look_at(clerk, THREE)] == [[number] for number in numbers]
    before = orders()
    with pytest.raises(LedgerRefused) as refused:
        transcribe(clerk, entries(*THREE), once(clerk))
    assert [(cell["row"], cell["code"]) for cell in refused.value.extra["cells"]] == [(2, "twin"), (3, "twin"), (4, "twin")]
    assert orders() == before
    transcribe(clerk, entries(*THREE, again=True), once(clerk))
    assert orders() == before + 3


OTHERWISE = [
    ("another kind", {"need": "买菜"}, False), ("another day", {"time": "后天上午"}, False), ("another person", {"name": "陈桂芳", "phone": ""}, False),
    ("the same, told otherwise", {"need": "拿药", "phone": "139 0000 1234"}, True), ("without her phone", {"phone": ""}, True),
    ("from another building with her phone", {"building": "5号楼"}, True),
]  # fmt: skip


@pytest.mark.parametrize(("other", "twin"), [row[1:] for row in OTHERWISE], ids=[row[0] for row in OTHERWISE])
def test_a_twin_is_for_the_same_person_of_the_same_kind_on_the_same_day(play: Street, other: dict[str, str], twin: bool) -> None:
    clerk = play.cast("clerk")
    transcribe(clerk, entries(line(2)), once(clerk))
    assert bool(look_at(clerk, [line(2, **other)])[0].twins) is twin


def test_what_was_cancelled_may_be_asked_for_again(play: Street) -> None:
    clerk = play.cast("clerk")
    ((_row, order_id),) = transcribe(clerk, entries(line(2)), once(clerk))["rows"]
    play.set(order_id, status="cancelled")
    assert not look_at(clerk, [line(2)])[0].twins


def test_the_same_line_twice_in_one_ledger_is_marked_but_two_days_are_two_errands(play: Street) -> None:
    looked = look_at(play.cast("clerk"), [line(2), line(3), line(4, time="后天上午"), line(5)])
    assert [one.same_as for one in looked] == [None, 2, None, 2]


def test_an_outsider_the_wrong_role_and_another_community(play: Street) -> None:
    other = f"{STATION}004"
    for login, community, error in [("clerk", other, NotFound), ("courier1", COMMUNITY, NotEligible), ("supervisor", COMMUNITY, NotEligible),
                                    ("admin", COMMUNITY, NotEligible), ("clerk", "nowhere", Invalid)]:  # fmt: skip
        actor = play.cast(login)
        with pytest.raises(error):
            look_at(actor, THREE, community)
        with pytest.raises(error):
            transcribe(actor, entries(*THREE), once(actor), community)
    outsider = play.cast("clerk2")
    with pytest.raises(NotFound):
        transcribe(outsider, entries(*THREE), once(outsider), COMMUNITY)
    boss = play.cast("coordinator")
    rows = transcribe(boss, entries(*THREE), once(boss), other)["rows"]
    assert play.row(rows[0][1]).community_id == other


def test_where_the_station_looks_first_the_whole_ledger_waits(play: Street) -> None:
    play.settings(look_first=True)
    clerk = play.cast("clerk")
    rows = transcribe(clerk, entries(*THREE), once(clerk))["rows"]
    assert {play.row(order_id).status for _, order_id in rows} == {"waiting"}


def test_nothing_and_too_much_are_refused_with_a_sentence(play: Street) -> None:
    clerk = play.cast("clerk")
    with pytest.raises(Invalid):
        transcribe(clerk, [], once(clerk))
    with pytest.raises(LedgerTooLong):
        transcribe(clerk, entries(*[line(n) for n in range(1, MOST_AT_ONCE + 2)]), once(clerk))


def test_a_key_is_ones_own(play: Street) -> None:
    one, boss = play.cast("clerk"), play.cast("coordinator")
    key = str(uuid.uuid4())
    transcribe(one, entries(line(2)), Once(one.id, key, "transcribe", {}))
    with pytest.raises(LedgerRefused):
        transcribe(boss, entries(line(2)), Once(boss.id, key, "transcribe", {}), COMMUNITY)
