"""The table of the pages is whole: each page, for each role that can open it, with its pictures and their description."""

from __future__ import annotations

import re
from collections import defaultdict

import pytest
import requests
from flask import Flask
from werkzeug.routing import MapAdapter

from tests.house import House
from tests.pages.every_page import EVERY, PICTURED, Shown
from tests.pages.lived_in import LivedIn
from tests.pages.personas import NOBODY
from tests.pages.screenshots import FOLDER, FOLDER_MOST, pictures, readme

#: What answers a browser and is no page → what it is.
NO_PAGE = {
    "people.home": "leads to where one's work is",
    "orders.wall_counts": "what the big screen asks for",
    "orders.photo": "a photo",
    "money.receipt": "a photo",
    "hazards.photo": "a photo",
    "hours.certificate": "a PDF",
    "reports.export": "a sheet",
    "residents.template": "a sheet",
    "static": "scripts, styles, pictures",
}
#: Who stands for which role.
ROLES = {"courier": "courier1", "clerk": "clerk", "coordinator": "coordinator", "supervisor": "supervisor", "admin": "admin"}


def endpoint_of(adapter: MapAdapter, shown: Shown) -> str:
    path = shown.path.format_map(defaultdict(lambda: "x")).partition("?")[0]
    return adapter.match(path, method="GET")[0]


def role_of(login: str) -> str:
    return re.sub(r"\d+$", "", login)


def test_every_page_that_a_browser_can_open_is_in_the_table(app: Flask) -> None:
    adapter = app.url_map.bind("localhost")
    pages = {
        rule.endpoint for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not rule.rule.startswith(("/api/", "/open311", "/healthz", "/readyz", "/metrics"))
    }  # fmt: skip
    shown = {endpoint_of(adapter, shown) for shown in EVERY}
    assert pages - shown - set(NO_PAGE) == set(), "a page without a row in tests/pages/every_page.py"
    assert set(NO_PAGE) <= pages, "said to be no page, and not there"
    assert not shown & set(NO_PAGE)


def test_no_two_pages_share_a_picture_and_each_is_described() -> None:
    names = [shown.name for shown in PICTURED]
    assert len(names) == len(set(names))
    assert [shown.path for shown in PICTURED if not shown.told.endswith(".")] == []


def test_the_folder_holds_the_pictures_of_the_table_and_no_others_and_describes_each() -> None:
    there = {path.name: path.stat().st_size for path in FOLDER.glob("*.png")}
    assert set(there) == pictures(), "make screenshots"
    assert sum(there.values()) <= FOLDER_MOST
    assert (FOLDER / "README.md").read_text(encoding="utf-8") == readme()


@pytest.fixture(scope="module")
def doors(lived_in: LivedIn) -> dict[str, requests.Session]:
    """A session for each role, and one of nobody's."""
    return {role: lived_in.scene[login].http for role, login in ROLES.items()} | {NOBODY: requests.Session()}


@pytest.mark.slow
def test_each_role_that_can_open_a_page_has_it_in_the_table(
    app: Flask, shared_house: House, lived_in: LivedIn, doors: dict[str, requests.Session]
) -> None:
    adapter = app.url_map.bind("localhost")
    in_table = {(endpoint_of(adapter, shown), role_of(shown.login)) for shown in EVERY}
    missing = set()
    for path in sorted({shown.path for shown in EVERY}):
        endpoint = endpoint_of(adapter, next(shown for shown in EVERY if shown.path == path))
        for role, http in doors.items():
            answer = http.get(shared_house.url + lived_in.at(path), timeout=60, allow_redirects=False)
            # What stands open to anybody is the same for everybody.
            if answer.status_code == 200 and not {(endpoint, role), (endpoint, NOBODY)} & in_table:
                missing.add(f"{role} opens {path}")
    assert not missing, "\n".join(sorted(missing))
