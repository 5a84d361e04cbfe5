"""What is logged: one JSON line per event, by name and code; never a path's query, a body or a person's words."""

from __future__ import annotations

import logging

import structlog
from flask import Flask


def init_app(app: Flask) -> None:
    """Set the level and the form."""
    level = logging.getLevelName(app.config["LOG_LEVEL"])
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level if isinstance(level, int) else logging.INFO),
    )
