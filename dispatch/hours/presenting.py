"""How hours and certificates read: what leaves for a page or a program, and under which address a certificate is checked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import current_app
from sqlalchemy import Connection

from dispatch.hours.queries import PAGE, Row, my_errands, sums, thanked

_SHOWN = ("id", "number", "day", "kind", "building", "station_id", "minutes", "booked", "rule")


def errands_shown(rows: Sequence[Row], total: int, page: int, *, persons: bool = False) -> dict[str, Any]:
    """A page of errands; whose they are is for the station."""
    names = (*_SHOWN, "person_id") if persons else _SHOWN
    items = [{name: getattr(row, name) for name in names} for row in rows]
    return {"items": items, "page": page, "pages": max(1, -(-total // PAGE)), "total": total}


def my_hours(connection: Connection, person_id: str, year: int, page: int) -> dict[str, Any]:
    """A courier's own year."""
    days = (f"{year}-01-01", f"{year}-12-31")
    rows, total = my_errands(connection, person_id, str(year), page)
    minutes, _errands = sums(connection, person_id, *days)
    return {"year": year, "minutes": minutes, "thanked": thanked(connection, person_id, *days), **errands_shown(rows, total, page)}


def verify_link(certificate: Row) -> str:
    """Where anybody can check it. Never from the request's own Host: that is whatever the asker says, and this is printed."""
    origin = current_app.config["PUBLIC_ORIGIN"] or f"http://localhost:{current_app.config['PORT']}"
    return f"{origin}/certificates/{certificate.number}-{certificate.token}"


def certificate_shown(certificate: Row) -> dict[str, Any]:
    """A certificate for whose it is."""
    names = ("id", "number", "status", "from_day", "to_day", "minutes", "errands")
    return {name: getattr(certificate, name) for name in names} | {"verify_url": verify_link(certificate)}


def masked_name(name: str) -> str:
    """The family name, so that whoever holds the paper can compare: 王**."""
    return name[:1] + "*" * max(1, len(name) - 1)
