"""What is logged: one JSON line per event, by name and code; never a path's query, a body or a person's words."""

from __future__ import annotations

import logging
import sys
import traceback

import structlog
from flask import Flask
from structlog.typing import EventDict


def _without_words(_logger: object, _method: str, event: EventDict) -> EventDict:
    """An exception as the places it went through and the kinds it was: its message may repeat what a person has typed."""
    said = event.pop("exc_info", None)
    error = said if isinstance(said, BaseException) else sys.exc_info()[1] if said else None
    if error is not None:
        event["where"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]
        event["kinds"] = []
    while error is not None:
        event["kinds"].append(f"{type(error).__module__}.{type(error).__qualname__}")
        error = error.__cause__ or error.__context__
    return event


def init_app(app: Flask) -> None:
    """Set the level and the form."""
    level = logging.getLevelName(app.config["LOG_LEVEL"])
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _without_words,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level if isinstance(level, int) else logging.INFO),
    )
