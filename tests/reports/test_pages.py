"""The pages of coverage: who sees which units, what the figures are, and where it stops."""

from __future__ import annotations

import csv
import io
import itertools
import re
from datetime import date, timedelta

import pytest
from flask import Flask
from openpyxl import load_workbook

from dispatch.core.clock import SHANGHAI, now
from dispatch.core.errors import Invalid
from dispatch.core.unit_of_work import look_again, reading
from dispatch.journal.following import is_behind
from dispatch.reports.counting import READER, count
from dispatch.reports.periods import period_from, period_of, steps_of
from dispatch.reports.queries import is_silent
from tests.orders.play import STATION, Street
from tests.people.doors import Browser
from tests.reports.test_counting import HOME, deliver

DISTRICT, NEIGHBOUR, OTHER = "120116", "120116015", f"{STATION}004"
#: Login → the units whose counts it may see.
SEES = {
    "supervisor": {DISTRICT, STATION, NEIGHBOUR},
    "coordinator": {STATION},
    "clerk": {HOME},
    "clerk2": {OTHER},
    "courier1": set(),
    "admin": set(),
    "": set(),
}


@pytest.mark.parametrize("login", sorted(SEES))
def test_who_sees_which_counts(app: Flask, play: Street, login: str) -> None:
    browser = Browser(app).become(login) if login else Browser(app)
    hidden = 404 if SEES[login] else 403 if login else 401
    for unit in (DISTRICT, STATION, NEIGHBOUR, HOME, OTHER, "120101", "nowhere"):
        expected = 200 if unit in SEES[login] else hidden
        for path in (f"/overview/{unit}", f"/overview/{unit}/counts.csv", f"/overview/{unit}/counts.xlsx"):
            assert browser.get(path).status_code == expected, path
    assert browser.get("/overview").status_code == (200 if SEES[login] else hidden)


def cells(page: str, name: str) -> list[str]:
    row = next(row for row in re.findall(r"<tr.*?</tr>", page, re.DOTALL) if f">{name}<" in row)
    return [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", cell)).strip() for cell in re.findall(r"<td.*?</td>", row, re.DOTALL)]


def test_the_figures_of_a_community_its_station_and_its_district_agree(app: Flask, play: Street) -> None:
    for _ in range(3):
        deliver(play, play.post())
    play.post()
    count()
    clerk, boss, chief = (Browser(app).become(login) for login in ("clerk", "coordinator", "supervisor"))
    mine = cells(clerk.get("/overview").text, "合计")
    assert int(mine[1]) >= 4
    whole = cells(boss.get("/overview").text, "合计")
    of_the_district = cells(chief.get("/overview").text, "泰达街道社工站")
    assert whole[1:9] == of_the_district[1:9]
    rows = list(csv.reader(io.StringIO(chief.get(f"/overview/{DISTRICT}/counts.csv").data.decode("utf-8-sig"))))
    assert sum(int(row[2]) for row in rows[1:-1]) == int(rows[-1][2])
    assert sum(int(row[2]) for row in rows[1:-1] if row[0] == "泰达街道社工站") == int(whole[1])
    book = load_workbook(io.BytesIO(chief.get(f"/overview/{DISTRICT}/counts.xlsx").data))
    assert [cell.value for cell in book.active[1]][:3] == ["社工站", "社区", "需求"]


def test_it_stops_where_personal_data_begins(app: Flask, play: Street) -> None:
    deliver(play, play.post())
    count()
    pages = [Browser(app).become(login).get("/overview").text for login in ("clerk", "coordinator", "supervisor")]
    pages.append(Browser(app).become("supervisor").get(f"/overview/{STATION}/counts.csv").text)
    for page in pages:
        for word in ("陈桂兰", "2单元301", "13900001234", "代取降压药", "3号楼", "/orders/", "/errands/"):
            assert word not in page


def test_few_persons_are_not_told_to_the_district_one_by_one(app: Flask, play: Street) -> None:
    deliver(play, play.post("clerk2"))
    count()
    chief, boss = Browser(app).become("supervisor"), Browser(app).become("coordinator")
    rows = list(csv.reader(io.StringIO(chief.get(f"/overview/{STATION}/counts.csv").data.decode("utf-8-sig"))))
    theirs = list(csv.reader(io.StringIO(boss.get(f"/overview/{STATION}/counts.csv").data.decode("utf-8-sig"))))
    told = {row[1]: (row[7], mine[7]) for row, mine in zip(rows[1:-1], theirs[1:-1], strict=True)}
    assert ("1–2", "1") in told.values() or ("1–2", "2") in told.values()
    assert all(seen == ("1–2" if 0 < int(known) < 3 else known) for seen, known in told.values())


@pytest.mark.parametrize("period", ["", "x", "2026-13", "2026-W54", "2025-W53", "1999", "2026-1", "２０２６", "2026-11-24", "2026-W00"])
def test_a_period_that_is_none_is_refused(app: Flask, period: str) -> None:
    with pytest.raises(Invalid):
        period_from(period)
    if period:
        assert Browser(app).become("supervisor").get(f"/overview?period={period}").status_code == 422


@pytest.mark.parametrize(
    ("key", "first", "last", "before", "after"),
    [
        ("2026", "2026-01-01", "2026-12-31", "2025", "2027"),
        ("2026-02", "2026-02-01", "2026-02-28", "2026-01", "2026-03"),
        ("2026-12", "2026-12-01", "2026-12-31", "2026-11", "2027-01"),
        ("2026-W48", "2026-11-23", "2026-11-29", "2026-W47", "2026-W49"),
        ("2026-W53", "2026-12-28", "2027-01-03", "2026-W52", "2027-W01"),
    ],
)
def test_periods_follow_each_other_without_a_gap(key: str, first: str, last: str, before: str, after: str) -> None:
    period = period_from(key)
    assert (period.first.isoformat(), period.last.isoformat()) == (first, last)
    assert (period.before().key, period.after().key) == (before, after)
    assert period_of(period.kind, period.first) == period_of(period.kind, period.last) == period
    steps = steps_of(period)
    assert len(steps) == 12
    assert all(one.last + timedelta(days=1) == next_one.first for one, next_one in itertools.pairwise(steps))


@pytest.mark.parametrize(("days_ago", "silent"), [(0, False), (13, False), (14, True), (15, True), (None, True)])
def test_silent_is_fourteen_days_without_a_need(days_ago: int | None, silent: bool) -> None:
    today = date(2026, 11, 24)
    assert is_silent(None if days_ago is None else (today - timedelta(days=days_ago)).isoformat(), today) == silent


def test_a_district_without_communities_says_so(app: Flask, play: Street) -> None:
    page = Browser(app).become("supervisor").get(f"/overview/{NEIGHBOUR}?period={now().astimezone(SHANGHAI).year}")
    assert page.status_code == 200


def test_a_page_says_that_something_is_not_counted_yet_until_it_is(app: Flask, play: Street) -> None:
    count()
    pages = {login: Browser(app).become(login) for login in ("supervisor", "coordinator", "clerk")}

    def behind() -> set[str]:
        return {login for login, browser in pages.items() if "data-behind" in browser.get("/overview").text}

    assert behind() == set()
    play.post()
    assert behind() == set(pages)
    look_again()
    assert not is_behind(reading(), READER, [NEIGHBOUR])
    assert is_behind(reading(), READER, [NEIGHBOUR, STATION])
    count()
    assert behind() == set()
