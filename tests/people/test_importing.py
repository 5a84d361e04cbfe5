"""How a region's divisions come in from a table: line by line, in any order, as often as one likes."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from flask import Flask
from flask_migrate import upgrade

from config import settings
from dispatch import create_app
from dispatch.core.unit_of_work import close, transaction
from dispatch.people.importing import Line, Report, import_units
from dispatch.people.models import Level, Unit
from tests.house import ROOT
from tests.people.doors import DEPOT, DISTRICT, STATION, rows

TIANJIN = ROOT / "tests/data/divisions-tianjin.csv"
HEADER = "code,name,parent_code,level,lat,lon"
REGION = [
    "130108,裕华区,1301,district,,",
    "130108001,裕兴街道,130108,street,,",
    "130108001001,东村社区,130108001,community,38.01,114.53",
    "130108001002,西村社区,130108001,community,,",
    "130108001D1,裕兴网点,130108001,depot,,",
]


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Flask]:
    """An application that knows nobody and nothing yet."""
    made = create_app(settings({"DATA_DIR": str(tmp_path / "empty"), "DEMO": "1"}))
    with made.app_context():
        upgrade()
        yield made
    close(made)


def brought_in(*lines: str, header: str = HEADER) -> Report:
    with transaction() as work:
        return import_units(work, [header, *lines])


def units() -> dict[str, dict[str, object]]:
    return {str(row["id"]): row for row in rows(Unit.__table__)}


def told(report: Report) -> list[tuple[int, str, str]]:
    return [(line.number, line.verdict, line.why) for line in report.lines]


# What comes in


def test_a_region_comes_in_with_its_levels_and_parents(app: Flask) -> None:
    assert [line.verdict for line in brought_in(*REGION).lines] == ["added"] * 5
    assert units()["130108001"] == {
        "id": "130108001", "name": "裕兴街道", "level": "station", "parent_id": "130108", "lat": None, "lon": None,
    }  # fmt: skip
    assert units()["130108001001"]["lat"] == 38.01


def test_the_same_table_again_changes_nothing(app: Flask) -> None:
    brought_in(*REGION)
    before = units()
    assert [line.verdict for line in brought_in(*REGION).lines] == ["unchanged"] * 5
    assert units() == before


def test_lines_may_stand_in_any_order(app: Flask) -> None:
    shuffled = [*REGION]
    Random(7).shuffle(shuffled)
    for order in (list(reversed(REGION)), shuffled):
        report = brought_in(*order)
        assert report.count("refused") == 0
    assert set(units()) >= {line.split(",")[0] for line in REGION}


def test_the_report_follows_the_file_whatever_the_order(app: Flask) -> None:
    report = brought_in(*reversed(REGION))
    assert [(line.number, line.code) for line in report.lines] == [
        (number, line.split(",")[0]) for number, line in enumerate(reversed(REGION), start=2)
    ]


def test_a_new_name_is_taken_over_and_said(app: Flask) -> None:
    brought_in(*REGION)
    assert brought_in("130108,裕华新区,1301,district,,").lines == [Line(2, "changed", "130108")]
    assert units()["130108"]["name"] == "裕华新区"


def test_a_point_that_is_not_given_leaves_the_known_one(app: Flask) -> None:
    brought_in(*REGION)
    assert brought_in("130108001001,东村社区,130108001,community,,").count("unchanged") == 1
    assert units()["130108001001"]["lon"] == 114.53


def test_the_columns_of_the_point_may_be_missing(app: Flask) -> None:
    report = brought_in("130108,裕华区,1301,district", header="code,name,parent_code,level")
    assert told(report) == [(2, "added", "")]


def test_a_unit_that_is_not_in_the_table_stays(app: Flask) -> None:
    before = set(units())
    brought_in(*REGION)
    assert before < set(units())


# What is refused


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (",无码,1301,district,,", "code must be 1 to 32 letters and digits"),
        ("13-01,横,1301,district,,", "code must be 1 to 32 letters and digits"),
        ("１３,全角,1301,district,,", "code must be 1 to 32 letters and digits"),
        ("1" * 33 + ",太长,1301,district,,", "code must be 1 to 32 letters and digits"),
        ("1301,,13,district,,", "name must have 1 to 80 signs"),
        (f"1301,{'长' * 81},13,district,,", "name must have 1 to 80 signs"),
        ("1301,某区,13,village,,", "level must be one of district, street, station, community, depot"),
        ("1301,某区", "level must be one of district, street, station, community, depot"),
        ("1301,某区,13,district,north,114", "lat and lon must be degrees"),
        ("1301,某区,13,district,91,114", "lat and lon must be degrees"),
        ("1301,某区,13,district,38,181", "lat and lon must be degrees"),
        ("1301,某区,13,district,nan,nan", "lat and lon must be degrees"),
        ("1301,某区,13,district,38,", "lat and lon belong together"),
        ("130108001,某街道,999999,street,,", "parent_code must be the code of a district"),
        ("130108001,某街道,,street,,", "parent_code must be the code of a district"),
        (f"130108001,某街道,{STATION},street,,", "parent_code must be the code of a district"),
        (f"130108001001,某社区,{DISTRICT},community,,", "parent_code must be the code of a station"),
        (f"130108001001,某社区,{STATION}001,community,,", "parent_code must be the code of a station"),
        (f"130108001D1,某网点,{DEPOT},depot,,", "parent_code must be the code of a station"),
    ],
)
def test_a_bad_line_is_refused_with_its_reason_and_changes_nothing(app: Flask, line: str, why: str) -> None:
    before = units()
    assert told(brought_in(line)) == [(2, "refused", why)]
    assert units() == before


def test_the_good_lines_come_in_beside_a_bad_one(app: Flask) -> None:
    report = brought_in(REGION[0], "130108999,,130108,street,,", *REGION[1:])
    assert [line.verdict for line in report.lines] == ["added", "refused", "added", "added", "added", "added"]


def test_a_line_that_stands_twice_is_refused_the_second_time(app: Flask) -> None:
    report = brought_in(REGION[0], "130108,别名,1301,district,,")
    assert told(report) == [(2, "added", ""), (3, "refused", "stands twice")]
    assert units()["130108"]["name"] == "裕华区"


def test_a_level_cannot_change(app: Flask) -> None:
    before = units()
    assert told(brought_in(f"{STATION},泰达街道社工站,{DISTRICT},district,,")) == [(2, "refused", "level cannot change")]
    assert units() == before


def test_below_a_unit_that_was_to_change_its_level_the_others_stand_as_before(app: Flask) -> None:
    report = brought_in(f"{STATION},泰达街道社工站,{DISTRICT},district,,", f"{STATION}099,新社区,{STATION},community,,")
    assert [line.verdict for line in report.lines] == ["refused", "added"]


def test_a_community_that_calls_itself_a_station_gets_nothing_below_it(app: Flask) -> None:
    report = brought_in(f"{STATION}001,时尚广场社区,{DISTRICT},station,,", f"{STATION}001001,新社区,{STATION}001,community,,")
    assert told(report) == [(2, "refused", "level cannot change"), (3, "refused", "parent_code must be the code of a station")]


def test_below_a_refused_unit_nothing_is_added(app: Flask) -> None:
    report = brought_in("130108001,某街道,999999,street,,", "130108001001,某社区,130108001,community,,")
    assert [line.verdict for line in report.lines] == ["refused", "refused"]
    assert not {"130108001", "130108001001"} & set(units())


def test_the_report_counts_lines_as_an_editor_does(app: Flask) -> None:
    report = brought_in(REGION[0], "", "", "130108999,,130108,street,,")
    assert [(line.number, line.verdict) for line in report.lines] == [(2, "added"), (5, "refused")]


# By the command


def test_the_command_reads_a_file_as_spreadsheets_save_it(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "region.csv"
    file.write_text("\r\n".join(["code,name,parent_code,level,lat,lon", *REGION]) + "\r\n", encoding="utf-8-sig", newline="")
    done = app.test_cli_runner().invoke(args=["org", "import", str(file)])
    assert done.exit_code == 0, done.output
    assert done.output.splitlines()[-1] == "5 added, 0 changed, 0 unchanged, 0 refused"
    assert units()["130108"]["name"] == "裕华区"


def test_the_command_names_the_line_and_the_reason_and_ends_with_one(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "region.csv"
    file.write_text("\n".join([HEADER, *REGION, f"{STATION},泰达,{DISTRICT},district,,"]), encoding="utf-8")
    done = app.test_cli_runner().invoke(args=["org", "import", str(file)])
    assert done.exit_code == 1
    assert f"line 7: refused {STATION} level cannot change" in done.output.splitlines()
    assert "130108" in units()


# The published table of a whole city


def test_tianjin_comes_in_at_one_go(empty: Flask) -> None:
    with TIANJIN.open(encoding="utf-8", newline="") as lines, transaction() as work:
        report = import_units(work, lines)
    assert {verdict: report.count(verdict) for verdict in ("added", "changed", "unchanged", "refused")} == {
        "added": 5932, "changed": 0, "unchanged": 0, "refused": 0,
    }  # fmt: skip
    levels = [str(unit["level"]) for unit in units().values()]
    assert {level: levels.count(level) for level in set(levels)} == {Level.DISTRICT: 16, Level.STATION: 299, Level.COMMUNITY: 5617}


def test_tianjin_a_second_time_is_all_unchanged(empty: Flask) -> None:
    verdicts = []
    for _ in range(2):
        with TIANJIN.open(encoding="utf-8", newline="") as lines, transaction() as work:
            verdicts.append({line.verdict for line in import_units(work, lines).lines})
    assert verdicts == [{"added"}, {"unchanged"}]


def test_in_tianjin_teda_is_a_station_with_its_twenty_communities(empty: Flask) -> None:
    with TIANJIN.open(encoding="utf-8", newline="") as lines, transaction() as work:
        import_units(work, lines)
    found = units()
    assert (found[STATION]["level"], found[STATION]["parent_id"]) == (Level.STATION, DISTRICT)
    assert [unit["level"] for unit in found.values() if unit["parent_id"] == STATION] == [Level.COMMUNITY] * 20


def test_tianjin_over_the_demo_street_keeps_its_depots_points_and_levels(app: Flask, tmp_path: Path) -> None:
    before = units()
    file = tmp_path / "tianjin.csv"
    shutil.copy(TIANJIN, file)
    done = app.test_cli_runner().invoke(args=["org", "import", str(file)])
    assert done.exit_code == 0, done.output
    after = units()
    kept = ("level", "parent_id", "lat", "lon")
    assert {code: [after[code][name] for name in kept] for code in before} == {
        code: [unit[name] for name in kept] for code, unit in before.items()
    }
