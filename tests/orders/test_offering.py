"""Whose phones speak, when, and who is told when phones are not enough; once, whatever the clock does."""

from __future__ import annotations

from typing import Any

from flask import Flask
from sqlalchemy import select

from dispatch.core.unit_of_work import look_again, reading
from dispatch.orders import offering
from dispatch.orders.alert_models import Alert, AlertPlan
from tests.orders.play import Street

ALERTS, PLANS = Alert.__table__, AlertPlan.__table__


def asked(order_id: str) -> list[Any]:
    look_again()
    found = select(ALERTS).where(ALERTS.c.order_id == order_id).order_by(ALERTS.c.sent_at, ALERTS.c.asked_before)
    return list(reading().execute(found).all())


def plan(order_id: str) -> Any:
    look_again()
    return reading().execute(select(PLANS).where(PLANS.c.order_id == order_id)).one()


def test_first(app: Flask, play: Street) -> None:
    order = play.post()
    assert offering.offer()
    rows = asked(order)
    assert rows
