"""Alive, ready, and the figures: for the machines that watch over us; nothing personal."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, text, update

from dispatch.core.clock import now
from dispatch.core.unit_of_work import reading, transaction
from dispatch.orders import offering
from dispatch.orders.alert_models import Alert, AlertChoices
from dispatch.orders.models import Order
from dispatch.realtime import health
from tests.core.visitors import Visitor
from tests.servers import Postgres

Visit = Callable[[str], Visitor]
ORDERS = Order.__table__


def figures(stranger: Visitor) -> dict[str, float]:
    answer = stranger.ask("GET", "/metrics")
    assert answer.status_code == 200
    return {name: float(value) for name, value in re.findall(r"^(lastmetre\S+) (\S+)$", answer.text, re.MULTILINE)}


def test_the_orders_that_somebody_has_to_do_something_about_are_counted(visit: Visit, need: dict[str, Any]) -> None:
    stranger, clerk = visit(""), visit("clerk")
    before = figures(stranger)
    order = clerk.post(need).json["id"]
    assert visit("courier1").say("claim", order).status_code == 200
    clerk.post(need)
    after = figures(stranger)
    change = {status: after[f'lastmetre_orders{{status="{status}"}}'] - before[f'lastmetre_orders{{status="{status}"}}']
              for status in ("waiting", "open", "claimed", "picked_up", "failed")}  # fmt: skip
    assert change == {"waiting": 0, "open": 1, "claimed": 1, "picked_up": 0, "failed": 0}


def test_how_long_the_oldest_open_order_has_waited_is_told_in_seconds(either_app: Flask, visit: Visit) -> None:
    began = now() - timedelta(minutes=10)
    with either_app.app_context(), transaction() as work:
        work.execute(update(ORDERS).where(ORDERS.c.status == "open").values(opened_at=began))
    waited = figures(visit(""))["lastmetre_longest_open_seconds"]
    assert 600 <= waited <= (now() - began).total_seconds()
    with either_app.app_context(), transaction() as work:
        work.execute(text("UPDATE orders SET status = 'cancelled' WHERE status = 'open'"))
    assert figures(visit(""))["lastmetre_longest_open_seconds"] == 0


def test_alerts_that_stand_are_counted_and_where_nobody_looks_it_is_told_for_how_long(
    either_app: Flask, visit: Visit, need: dict[str, Any]
) -> None:
    stranger = visit("")
    with either_app.app_context(), transaction() as work:
        work.execute(update(ORDERS).where(ORDERS.c.status == "open").values(status="expired"))
        work.execute(delete(AlertChoices.__table__))
    assert figures(stranger)["lastmetre_alerts_late_seconds"] == 0
    order = visit("clerk").post(need).json["id"]
    began = now() - timedelta(minutes=2)
    with either_app.app_context(), transaction() as work:
        work.execute(update(ORDERS).where(ORDERS.c.id == order).values(posted_at=began, opened_at=began))
    late = figures(stranger)
    assert (late["lastmetre_alerts_standing"], late["lastmetre_alerts_late_seconds"] >= 120) == (0, True)
    with either_app.app_context():
        offering.offer()
        asked = reading().execute(select(func.count()).select_from(Alert)).scalar_one()
    after = figures(stranger)
    assert (after["lastmetre_alerts_standing"], after["lastmetre_alerts_late_seconds"]) == (asked, 0)
    assert asked > 0


def test_the_figures_have_nobodys_name_and_the_count_uses_its_index(either_app: Flask, visit: Visit, database: str) -> None:
    said = visit("").ask("GET", "/metrics").text
    assert not re.search(r"[\u3400-\u9fff]|(?<![\d.])1[3-9]\d{9}(?!\d)|[0-9a-f]{32}", said)
    if database == "sqlite":
        with either_app.app_context():
            for asked in (health._counts, health._alerts):
                plan = " ".join(row.detail for row in reading().execute(text(f"EXPLAIN QUERY PLAN {asked.element.text}")))
                assert "ix_orders_unfinished" in plan
                assert "SCAN orders" not in plan


def test_without_tables_it_is_alive_but_not_ready_and_says_when_to_ask_again(either_app: Flask, visit: Visit) -> None:
    stranger = visit("")
    assert (stranger.ask("GET", "/healthz").json, stranger.ask("GET", "/readyz").json["status"]) == ({"status": "alive"}, "ready")
    with either_app.app_context(), transaction() as work:
        work.execute(text("DROP TABLE alembic_version"))
    answer = stranger.ask("GET", "/readyz", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json["code"], answer.headers["Retry-After"]) == (503, "busy", "2")
    assert stranger.ask("GET", "/readyz").status_code == 503
    assert stranger.ask("GET", "/healthz").status_code == 200


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_without_a_database_people_read_a_sentence_and_programs_503(either_app: Flask, visit: Visit, postgres: Postgres) -> None:
    clerk = visit("clerk")
    name = str(either_app.config["DATABASE_URL"]).rpartition("/")[2]
    postgres.sql(f"DROP DATABASE {name} WITH (FORCE)")
    for path, accept in (("/desk", "text/html"), ("/api/v1/orders", "application/json"), ("/readyz", "application/json")):
        answer = clerk.ask("GET", path, headers={"Accept": accept})
        assert answer.status_code == 503, path
        assert "Traceback" not in answer.text
    assert clerk.ask("GET", "/healthz", headers={"Authorization": ""}).status_code == 200
    assert "lastmetre_connected_browsers" in clerk.ask("GET", "/metrics", headers={"Authorization": ""}).text
