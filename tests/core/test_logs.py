"""What the logs say: one JSON line per event, where and of which kind; never what a person has typed."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import structlog
from flask import Flask
from sqlalchemy import text

from dispatch.core.unit_of_work import reading
from tests.core.visitors import Visitor

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Lines:
    return lambda: [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_an_event_is_one_json_line_with_its_time_level_and_words(either_app: Flask, lines: Lines) -> None:
    structlog.get_logger().warning("hints.redis_away", error="ConnectionError", unsent=2)
    (line,) = lines()
    assert line.pop("timestamp").endswith("Z")
    assert line == {"event": "hints.redis_away", "level": "warning", "error": "ConnectionError", "unsent": 2}


def test_below_the_level_nothing_is_said(either_app: Flask, lines: Lines) -> None:
    structlog.get_logger().debug("anything")
    assert lines() == []


def test_an_error_is_told_by_its_kinds_and_places_never_by_its_message(either_app: Flask, lines: Lines) -> None:
    try:
        try:
            int("canary 陈桂兰\n13900001234")
        except ValueError as error:
            raise LookupError("canary: 2单元301") from error
    except LookupError as error:
        structlog.get_logger().exception("unforeseen")
        structlog.get_logger().error("unforeseen", exc_info=error)
    for line in lines():
        assert line["kinds"] == ["builtins.LookupError", "builtins.ValueError"]
        assert any("test_logs.py" in place for place in line["where"])
        assert not {word for word in ("canary", "陈桂兰", "1390000", "301") if word in json.dumps(line, ensure_ascii=False)}


def test_a_fault_of_ours_at_a_door_logs_no_parameter_and_tells_the_person_a_sentence(either_app: Flask, lines: Lines) -> None:
    @either_app.get("/api/v1/broken")
    def broken() -> str:
        return str(reading().execute(text("SELECT no_such_column FROM persons WHERE name = :canary"), {"canary": "陈桂兰"}).all())

    answer = Visitor(either_app, "clerk").ask("GET", "/api/v1/broken?q=canary")
    assert answer.status_code in (500, 503)  # SQLite calls a missing column an operational error
    assert "Traceback" not in answer.text
    assert "陈桂兰" not in answer.text
    said = json.dumps(lines(), ensure_ascii=False)
    assert "canary" not in said
    assert "陈桂兰" not in said
