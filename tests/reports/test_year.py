"""Every page of the reports, on a year of a real region: it is there, and what it counts is what was posted."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from dispatch.core.unit_of_work import look_again, reading
from dispatch.people.models import Level
from dispatch.reports.counting import count, recount_all
from dispatch.reports.models import CommunityDay
from tests.applications import opened
from tests.core.visitors import Visitor
from tests.reports.year import UNITS, live_a_year, settle

pytestmark = pytest.mark.slow
#: How quick the pages are on two hundred thousand is measured by `make bench`.
ORDERS_OF_A_YEAR = 4_000
PERIODS = ("?period=2026", "?period=2026-11", "")


@pytest.fixture(params=["yuhua", "tianjin"])
def region(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def house(request: pytest.FixtureRequest, street: Path, tmp_path: Path, database: str, region: str) -> Iterator[Flask]:
    folder = tmp_path / "year"
    shutil.copytree(street, folder)
    url = ""
    if database == "postgresql":
        template = request.getfixturevalue("postgres_street")
        url = request.getfixturevalue("postgres").database(f"year_{region}", template)
    with opened(folder, url) as made, made.app_context():
        yield made


def test_every_page_of_every_district_is_there(house: Flask, region: str) -> None:
    districts = settle(region)
    live_a_year(districts, ORDERS_OF_A_YEAR)
    recount_all()
    count()
    look_again()
    total = reading().execute(select(func.sum(CommunityDay.__table__.c.needs))).scalar_one()
    assert total >= ORDERS_OF_A_YEAR
    for code in districts:
        visitor = Visitor(house, f"chief-{code}")
        station = reading().execute(select(UNITS.c.id).where(UNITS.c.parent_id == code, UNITS.c.level == Level.STATION)).scalars().first()
        pages = [f"/overview{period}" for period in PERIODS]
        pages += [f"/overview/{station}{PERIODS[0]}", f"/overview/{code}/counts.csv{PERIODS[0]}"]
        assert [visitor.ask("GET", page).status_code for page in pages] == [200] * len(pages), code
