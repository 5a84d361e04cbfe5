"""The tables change under rows that are there: down to the first version and up again, on both databases."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import select, text

from dispatch.core.unit_of_work import look_again, reading, transaction
from dispatch.extensions import db
from dispatch.orders.commanding import ORDERS
from tests.operating.test_archive import delivered_by_photo


def test_orders_that_are_there_get_the_new_columns_with_their_usual_values(either_app: Flask, need: dict[str, Any]) -> None:
    order = delivered_by_photo(either_app, need)
    with transaction() as work:
        work.execute(text("UPDATE orders SET version = 7"))
    look_again()
    db.engine.dispose()
    downgrade(revision="0001")
    upgrade()
    row = reading().execute(select(ORDERS).where(ORDERS.c.id == order)).one()
    assert (row.version, row.opens_to_all_at, row.summary) == (0, None, need["summary"])
