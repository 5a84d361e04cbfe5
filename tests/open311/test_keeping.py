"""What becomes of keys and tokens over time: tokens go when nothing can come of them; a database that is away is said as specified."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update
from sqlalchemy.exc import OperationalError

from dispatch import jobs
from dispatch.core.clock import now
from dispatch.core.errors import Busy
from dispatch.core.unit_of_work import transaction
from dispatch.open311 import routes
from dispatch.open311.models import Open311Token
from tests.core.visitors import Visitor
from tests.hazards.corner import Corner
from tests.open311.program import Program

TOKENS = Open311Token.__table__


def aged(token: str, days: int) -> None:
    with transaction() as work:
        work.execute(update(TOKENS).where(TOKENS.c.token == token).values(at=now() - timedelta(days=days)))


def test_a_token_goes_a_year_after_its_report_once_that_has_ended(app: Flask, program: Program, corner: Corner) -> None:
    tokens = [program.post(address_string=f"{n}号楼").json[0]["token"] for n in (1, 2, 3)]
    waiting, ended, young = tokens
    by_building = {row["building"]: row["id"] for row in Visitor(app, "coordinator").get("/hazards", status="queue").json["items"]}
    assert len(by_building) == 3
    for building in ("2号楼", "3号楼"):
        corner.accept(by_building[building], community_id="120116014003")
        corner.set(by_building[building], status="verified")
    for token, days in ((waiting, 400), (ended, 366), (young, 364)):
        aged(token, days)
    jobs.tidy(app)
    assert program.refused(f"tokens/{ended}")[0] == 404
    assert program.read(f"tokens/{waiting}") == [{"service_request_id": None, "token": waiting}]
    assert program.read(f"tokens/{young}")[0]["service_request_id"] == by_building["3号楼"]
    assert program.read(f"requests/{by_building['2号楼']}")[0]["status"] == "closed"


@pytest.mark.parametrize("gone", [OperationalError("SELECT", {}, Exception("away")), Busy(retry_after=2)])
def test_a_database_that_is_away_is_503_in_the_form_of_the_specification(
    program: Program, monkeypatch: pytest.MonkeyPatch, gone: Exception
) -> None:
    def away(*_said: Any, **_more: Any) -> None:
        raise gone

    for name, ask in (("services", ("services",)), ("service_requests", ("requests",)), ("post", ("requests", "POST"))):
        with monkeypatch.context() as patch:
            patch.setattr(routes, name, away)
            status, description = program.refused(*ask)
            assert (status, bool(description)) == (503, True), name
            assert program.ask(ask[0], "json", *ask[1:]).headers["Retry-After"] == "2"
