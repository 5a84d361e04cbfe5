"""Alive, able to serve, and how it goes: for the machines that watch over us."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify
from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from dispatch.core.errors import Busy
from dispatch.core.unit_of_work import reading
from dispatch.extensions import limiter
from dispatch.realtime.listeners import listeners

blueprint = Blueprint("health", __name__)
limiter.exempt(blueprint)

connected = Gauge("lastmetre_connected_browsers", "Browsers connected to this process")
connected.set_function(lambda: len(listeners.by_sid))


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
    """In Prometheus' form; counts only."""
    return Response(generate_latest(), mimetype=CONTENT_TYPE_LATEST)
