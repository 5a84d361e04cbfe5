"""Alive, able to serve, and how it goes: for the machines that watch over us."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify
from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from dispatch.core.clock import now
from dispatch.core.columns import Moment
from dispatch.core.errors import Busy
from dispatch.core.unit_of_work import reading
from dispatch.extensions import limiter
from dispatch.orders.states import FINISHED, Status
from dispatch.realtime.listeners import listeners

blueprint = Blueprint("health", __name__)
limiter.exempt(blueprint)

connected = Gauge("lastmetre_connected_browsers", "Browsers connected to this process")
connected.set_function(lambda: len(listeners.by_sid))
unfinished = Gauge("lastmetre_orders", "Orders that somebody still has to do something about, by status", ["status"])
longest_open = Gauge("lastmetre_longest_open_seconds", "How long the order has been on the board that has been there longest")
standing = Gauge("lastmetre_alerts_standing", "Alerts that wait for an answer")
alerts_late = Gauge(
    "lastmetre_alerts_late_seconds", "For how long the plan of alerts is overdue that is most; minutes: the jobs do not run"
)

#: The condition is that of the index on unfinished orders, word for word, or SQLite would not use it.
_counts = text(
    "SELECT status, count(*) AS orders, min(opened_at) AS since FROM orders "
    "WHERE status NOT IN ('closed', 'cancelled') AND status IN ('waiting', 'open', 'claimed', 'picked_up', 'failed') GROUP BY status"
).columns(since=Moment())
#: An order that no look has found yet, or not this time on the board, has been due since it was opened.
_alerts = text(
    "SELECT (SELECT count(*) FROM alerts WHERE outcome = 'standing') AS standing, min(coalesce("
    "CASE WHEN alert_plans.opened_at = coalesce(orders.opened_at, orders.posted_at) THEN alert_plans.next_at END, "
    "orders.opened_at, orders.posted_at)) AS due FROM orders LEFT JOIN alert_plans ON alert_plans.order_id = orders.id "
    "WHERE orders.status NOT IN ('closed', 'cancelled') AND orders.status = 'open'"
).columns(due=Moment())


@blueprint.get("/healthz")
def alive() -> Any:
    """The process answers."""
    return jsonify(status="alive")


@blueprint.get("/readyz")
def ready() -> Any:
    """The database answers and has our tables.

    Raises:
        Busy: not yet.
    """
    try:
        version = reading().execute(text("SELECT version_num FROM alembic_version")).scalar_one()
    except SQLAlchemyError as error:
        raise Busy(retry_after=2) from error
    return jsonify(status="ready", schema=version)


@blueprint.get("/metrics")
def metrics() -> Response:
    """In Prometheus' form; counts only. Without a database the process's own figures are still told."""
    try:
        _count()
    except SQLAlchemyError:
        unfinished.clear()
    return Response(generate_latest(), mimetype=CONTENT_TYPE_LATEST)


def _count() -> None:
    rows = {row.status: row for row in reading().execute(_counts)}
    for status in Status:
        if status not in (Status.DELIVERED, Status.EXPIRED, *FINISHED):
            unfinished.labels(status).set(rows[status].orders if status in rows else 0)
    alerts = reading().execute(_alerts).one()
    standing.set(alerts.standing)
    alerts_late.set(max(0.0, (now() - alerts.due).total_seconds()) if alerts.due else 0)
    longest_open.set((now() - rows["open"].since).total_seconds() if "open" in rows else 0)
