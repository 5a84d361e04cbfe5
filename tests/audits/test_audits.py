"""Who looked at a number or took out a list: read by the station as sentences, by the district as counts, by nobody else."""

from __future__ import annotations

import csv
import io
import re
import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, insert, update

from dispatch.audits.queries import PAGE, Wanted, counts_of, rows_of, today
from dispatch.core.clock import now
from dispatch.core.idempotency import Once
from dispatch.core.ids import new_id
from dispatch.core.unit_of_work import look_again, reading, transaction
from dispatch.orders import claiming, delivering, posting
from dispatch.orders.commanding import ORDERS
from dispatch.people.models import Person
from dispatch.residents.models import Export, Resident, Reveal
from tests.people.doors import DISTRICT, NEIGHBOUR, STATION, Browser, Cast, rows


def once(person_id: str) -> Once:
    return Once(person_id, str(uuid.uuid4()), "x", {})


@pytest.fixture
def order(cast: Cast, need: dict[str, Any]) -> str:
    """An errand that courier1 has claimed and rung up about; returns its number."""
    with transaction() as work:
        work.execute(update(Person.__table__).values(skills=["medicine"]))
    clerk, courier = cast("clerk"), cast("courier1")
    order_id = str(posting.post(clerk, need, once(clerk.id))["order_id"])
    claiming.claim(courier, order_id, once(courier.id))
    delivering.reveal(cast("courier1"), order_id, Once(courier.id, None, "reveal", {}))
    look_again()
    return str(reading().execute(ORDERS.select().where(ORDERS.c.id == order_id)).one().number)


def export(person_id: str, station_id: str = STATION, **more: Any) -> None:
    row = {"id": new_id(), "person_id": person_id, "station_id": station_id, "unit_id": station_id, "what": "care_list", "rows": 12,
           "why": "visit", "at": now(), **more}  # fmt: skip
    with transaction() as work:
        work.execute(insert(Export.__table__), row)


def week(**more: Any) -> Wanted:
    return Wanted(today() - timedelta(days=6), today(), **more)


def told(page: Any) -> list[str]:
    return [re.sub(r"<[^>]+>|\s+", " ", found).strip() for found in re.findall(r'<li class="told-row">(.*?)</li>', page.text)]


def test_a_reveal_reads_as_a_sentence_without_anything_of_the_resident_s(app: Flask, order: str, need: dict[str, Any]) -> None:
    page = Browser(app).become("coordinator").get("/audit")
    said = told(page)
    assert len(said) == 1
    assert re.fullmatch(rf"\d{{4}}-\d\d-\d\d \d\d:\d\d\s+钱建国\s+因抢单查看了订单 {order} 老人的电话", said[0]), said
    for private in (need["resident"]["name"], need["resident"]["phone"], need["resident"]["door"], "139****1234"):
        assert private not in page.text
    english = Browser(app).become("coordinator").ask("GET", "/audit", headers={"Accept-Language": "en"})
    assert f"looked at the phone of the resident of order {order}, as holder of the errand" in re.sub(r"\s+", " ", english.text).lower()


def test_exports_stand_among_the_reveals_the_newest_first(app: Flask, cast: Cast, order: str) -> None:
    export(cast("clerk").id)
    said = told(Browser(app).become("coordinator").get("/audit"))
    assert "为走访导出了关爱名单，12 行" in said[0]
    assert order in said[1]


#: The filter → which of the two rows it leaves.
FILTERS = {
    "": {"reveal", "export"}, "kind=reveal": {"reveal"}, "kind=export": {"export"}, "kind=else": {"reveal", "export"},
    "person=COURIER": {"reveal"}, "person=CLERK": {"export"}, "person=nobody": set(), "first=2020-01-01&last=2020-01-31": set(),
    "first=TODAY&last=TODAY": {"reveal", "export"}, "first=YESTERDAY&last=YESTERDAY": set(), "first=x&last=y&page=z": {"reveal", "export"},
    "page=0": {"reveal", "export"}, "page=99999": set(), "first=TODAY&last=YESTERDAY": set(),
}  # fmt: skip


@pytest.mark.parametrize("asked", FILTERS)
def test_filtered_by_person_day_and_kind(app: Flask, cast: Cast, order: str, asked: str) -> None:
    export(cast("clerk").id)
    words = {"COURIER": cast("courier1").id, "CLERK": cast("clerk").id, "TODAY": today().isoformat(),
             "YESTERDAY": (today() - timedelta(days=1)).isoformat()}  # fmt: skip
    for word, value in words.items():
        asked = asked.replace(word, value)
    page = Browser(app).become("coordinator").get(f"/audit?{asked}")
    assert page.status_code == 200
    found = {"export" if "导出了" in one else "reveal" for one in told(page)}
    assert found == FILTERS[next(key for key in FILTERS if _filled(key, words) == asked)]


def _filled(key: str, words: dict[str, str]) -> str:
    for word, value in words.items():
        key = key.replace(word, value)
    return key


def test_another_station_reads_none_of_it(app: Flask, cast: Cast, order: str) -> None:
    export(cast("clerk").id)
    assert told(Browser(app).become("coordinator2").get("/audit")) == []
    export(cast("coordinator2").id, NEIGHBOUR)
    assert len(told(Browser(app).become("coordinator2").get("/audit"))) == 1
    assert len(told(Browser(app).become("coordinator").get("/audit"))) == 2


def test_the_supervisor_reads_counts_and_no_name(app: Flask, cast: Cast, order: str) -> None:
    export(cast("clerk").id)
    export(cast("coordinator2").id, NEIGHBOUR)
    page = Browser(app).become("supervisor").get("/audit")
    cells = re.findall(r"<td[^>]*>([^<]*)</td>", page.text)
    assert cells == ["泰达街道社工站", "1", "1", "新港街道社工站", "0", "1"]
    assert order not in page.text
    look_again()
    assert [row["reveal"] for row in counts_of(reading(), DISTRICT, week())] == [1, 0]


@pytest.mark.parametrize("login", ["clerk", "courier1", "admin"])
def test_nobody_else_reads_it_or_takes_it_out(app: Flask, login: str) -> None:
    browser = Browser(app).become(login)
    assert browser.get("/audit").status_code == 403
    assert browser.send("/audit/table", {}, page="/demo").status_code == 403


def test_the_supervisor_takes_out_no_rows(app: Flask) -> None:
    assert Browser(app).become("supervisor").send("/audit/table", {}, page="/audit").status_code == 403


def test_taken_out_as_a_table_it_is_a_row_itself(app: Flask, cast: Cast, order: str) -> None:
    desk = Browser(app).become("coordinator")
    answer = desk.send("/audit/table", {"kind": "reveal"}, page="/audit")
    assert answer.mimetype == "text/csv"
    assert answer.data.startswith(b"\xef\xbb\xbf")
    lines = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert lines[0] == ["时间", "谁", "类别", "做了什么", "订单"]
    assert lines[1][1:] == ["钱建国", "查看", f"因抢单查看了订单 {order} 老人的电话", order]
    taken = rows(Export.__table__)
    assert [(row["person_id"], row["what"], row["rows"], row["station_id"]) for row in taken] == [
        (cast("coordinator").id, "audit", 1, STATION)
    ]
    assert "为核查导出了查看记录，1 行" in told(desk.get("/audit"))[0]


def test_many_rows_come_in_pages(app: Flask, cast: Cast) -> None:
    for _ in range(PAGE + 1):
        export(cast("clerk").id)
    desk = Browser(app).become("coordinator")
    first, second = desk.get("/audit"), desk.get("/audit?page=2")
    assert (len(told(first)), len(told(second))) == (PAGE, 1)
    assert "第 1 页，共 2 页" in first.text
    assert "较新的" in second.text


def test_what_was_seen_of_a_resident_who_is_forgotten_since_is_still_told(cast: Cast, order: str) -> None:
    with transaction() as work:
        work.execute(update(ORDERS).values(resident_id=None))
        work.execute(delete(Resident.__table__))
        row = {"id": new_id(), "person_id": cast("clerk").id, "resident_id": "gone", "order_id": None, "what": "phone", "why": "clerk"}
        work.execute(insert(Reveal.__table__), {**row, "station_id": STATION, "at": now()})
    look_again()
    found, total = rows_of(reading(), STATION, week(), 1)
    assert (total, [row["number"] for row in found]) == (2, [None, order])


def test_a_day_begins_and_ends_at_midnight_where_the_station_is() -> None:
    begin, end = Wanted(date(2026, 11, 24), date(2026, 11, 24)).span
    assert (begin.isoformat(), end.isoformat()) == ("2026-11-24T00:00:00+08:00", "2026-11-25T00:00:00+08:00")
