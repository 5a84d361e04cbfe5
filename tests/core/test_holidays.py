"""Which days are worked: 2026 as the State Council published it, weekdays where nothing is published, and what is imported."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from flask import Flask

from dispatch.core.holidays import calendar, import_holidays, is_holiday, is_workday, known_until
from dispatch.core.unit_of_work import look_again, reading, transaction

#: 国办发明电〔2025〕7号, typed a second time: free from … to, and the days that make up for it.
FREE = [("01-01", "01-03"), ("02-15", "02-23"), ("04-04", "04-06"), ("05-01", "05-05"), ("06-19", "06-21"), ("09-25", "09-27"),
        ("10-01", "10-07")]  # fmt: skip
MADE_UP = ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"]


def day(text: str) -> date:
    return date.fromisoformat(text if len(text) > 5 else f"2026-{text}")


def test_each_day_of_2026_is_as_it_was_published(app: Flask) -> None:
    table = calendar(reading())
    free = {day(first) + timedelta(n) for first, last in FREE for n in range((day(last) - day(first)).days + 1)}
    made_up = {day(one) for one in MADE_UP}
    assert (len(free), len(made_up)) == (33, 6)
    for n in range(365):
        one = date(2026, 1, 1) + timedelta(n)
        usual = one.isoweekday() <= 5
        assert is_workday(one, table) == (one in made_up or (usual and one not in free)), one
        assert is_holiday(one, table) == (one in free), one
    # Who makes up works a weekend day.
    assert all(one.isoweekday() > 5 for one in made_up)
    assert known_until(table) == date(2026, 12, 31)


@pytest.mark.parametrize(("one", "works"), [("2027-02-05", True), ("2027-02-06", False), ("2027-02-07", False), ("1999-12-31", True)])
def test_a_year_that_is_not_published_follows_its_weekdays(app: Flask, one: str, works: bool) -> None:
    assert is_workday(day(one), calendar(reading())) == works
    assert not is_holiday(day(one), calendar(reading()))
    assert is_workday(day(one), {}) == works


def test_what_is_imported_stands_over_it_and_twice_changes_nothing(app: Flask) -> None:
    lines = ["day,name,works", "2027-02-06,春节,0", "2027-02-14,春节调休,班", "2026-12-31,台风停工,休"]
    for _ in range(2):
        with transaction() as work:
            assert import_holidays(work, lines) == 3
    look_again()
    table = calendar(reading())
    assert (is_holiday(day("2027-02-06"), table), is_workday(day("2027-02-14"), table), is_workday(day("2026-12-31"), table)) == (
        True, True, False)  # fmt: skip
    with transaction() as work:
        import_holidays(work, ["day,name,works", "2026-12-31,照常,1"])
    look_again()
    assert is_workday(day("2026-12-31"), calendar(reading()))


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["day,name,works", "2027-02-30,x,0"], "line 2: day must be"),
        (["day,name,works", "2027-2-3,x,0"], "line 2: day must be"),
        (["day,name,works", "2027-02-03,x,maybe"], "line 2: works must be"),
        (["day,name,works", "2027-02-03,,0"], "line 2: name must have"),
        (["day,name,works", "2027-02-03,x,0", "2027-02-03,x,0"], "line 3: 2027-02-03 stands twice"),
        (["day,name,works"], "no day in it"),
        (["date;holiday", "2027-02-03;x"], "day must be"),
        ([], "no day in it"),
    ],
)
def test_a_file_with_a_mistake_brings_nothing_in_and_names_its_line(app: Flask, lines: list[str], said: str) -> None:
    before = calendar(reading())
    with pytest.raises(ValueError, match=said), transaction() as work:
        import_holidays(work, [*lines, "2027-05-01,劳动节,0"] if len(lines) > 1 else lines)
    look_again()
    assert calendar(reading()) == before


def test_the_command_says_what_it_did_and_what_is_wrong(app: Flask, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_bytes("day,name,works\n2099-01-01,元旦,0\n".encode("gb18030"))
    bad.write_text("day,name,works\n2027-01-01,元旦,0\n2027-13-01,元旦,0\n", encoding="utf-8")
    runner = app.test_cli_runner()
    done = runner.invoke(args=["holidays", "import", str(good)])
    assert (done.exit_code, done.output.strip()) == (0, "1 days; 0 standing needs come on another day")
    done = runner.invoke(args=["holidays", "import", str(bad)])
    assert done.exit_code == 1
    assert "nothing was brought in" in done.output
    assert "line 3: day must be" in done.output
