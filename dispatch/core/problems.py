"""How a refusal leaves the house: problem+json for programs (RFC 9457), a page with a sentence for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pysqlite3
import structlog
from flask import Flask, Response, g, json, render_template, request
from flask_babel import gettext as _
from flask_limiter import RateLimitExceeded
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, DBAPIError, OperationalError, StatementError
from sqlalchemy.exc import TimeoutError as PoolEmpty
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from dispatch.core import doors
from dispatch.core.errors import Busy, Invalid, NotFound, RateLimited, Refused, TooLarge

log = structlog.get_logger()

#: What the framework refuses by itself → our code.
CODES = {400: "invalid", 401: "sign_in_needed", 403: "not_eligible", 405: "not_allowed",
         415: "invalid", 422: "invalid", 429: "rate_limited"}  # fmt: skip
#: What the framework refuses and we have a sentence for.
_OURS: dict[int, type[Refused]] = {404: NotFound, 413: TooLarge}
#: What a column cannot hold although its form was right: nobody's fault but the sender's.
UNKEEPABLE = (UnicodeEncodeError, OverflowError)


def problem(status: int, code: str, detail: str, **extra: Any) -> Response:
    """An answer of the form application/problem+json."""
    body = {"type": "about:blank", "title": code, "status": status, "code": code, "detail": detail, **extra}
    return _with_patience(Response(json.dumps(body), status, mimetype="application/problem+json"), extra)


def _with_patience(response: Response, said: Mapping[str, Any]) -> Response:
    """Whoever reads it, a program or a browser, learns when to try again."""
    if "retry_after" in said:
        response.headers["Retry-After"] = str(said["retry_after"])
    return response


def _answer(refused: Refused) -> Response:
    said = refused.as_problem()
    if request.path.startswith("/api/") or request.accept_mimetypes.best == "application/json":
        return problem(refused.status, **said)
    error = {"status": refused.status, "title": said["code"], "detail": said["detail"]}
    page = Response(render_template("pages/error.html", error=error), refused.status, mimetype="text/html")
    return _with_patience(page, said)


def _http(error: HTTPException) -> Any:
    status = error.code or 500
    if status < 400:
        return error
    if status in (400, 415, 422):
        fields = getattr(error, "data", {}).get("messages", {})
        return _answer(Invalid(_first_field(fields) or "body", _("有一项内容不对，请检查后再试。")))
    if status in _OURS:
        return _answer(_OURS[status]())
    refused = Refused(_("这一步现在做不了，请返回后再试。"))
    refused.code, refused.status = CODES.get(status, "error"), status
    response = _answer(refused)
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return response


def _first_field(messages: Any) -> str | None:
    """webargs says {place: {field: [why]}}, a fault of the whole under `_schema`; the page wants the first field."""
    path = []
    while isinstance(messages, dict) and messages:
        key, messages = next(iter(messages.items()))
        path.append(str(key))
    return ".".join(name for name in path[1:] if name != "_schema") or None


def _unforeseen(error: Exception) -> Response:
    log.exception("unforeseen", error=type(error).__name__)
    refused = Refused(_("系统出了点问题，已经记下来了。您填的内容没有丢，请稍后再试。"))
    refused.code, refused.status = "error", 500
    return _of_the_database(refused)


def _of_the_database(refused: Refused) -> Response:
    """The page must not ask a database that has just failed for the name of its reader."""
    g.actor = None
    return _answer(refused)


def _statement(error: StatementError) -> Response:
    """What the database said: it is away (try again), it cannot hold this (the sender's mistake), or we have a fault."""
    if isinstance(error, OperationalError) or (isinstance(error, DBAPIError) and error.connection_invalidated):
        log.warning("database.away", error=type(error).__name__)
        return _of_the_database(Busy(retry_after=2))
    if isinstance(error, DataError) or isinstance(error.orig, UNKEEPABLE):
        return _of_the_database(Invalid("body"))
    return _unforeseen(error)


def init_app(app: Flask) -> None:
    """Every error goes through here."""
    app.register_error_handler(Refused, _answer)
    app.register_error_handler(CSRFError, lambda _error: _answer(Refused(_("页面放得太久了，请刷新后再试。"))))
    app.register_error_handler(RateLimitExceeded, lambda _error: _answer(RateLimited(retry_after=60)))
    app.register_error_handler(StatementError, _statement)
    # SQLite's own error, where a transaction is begun or ended past SQLAlchemy.
    app.register_error_handler(pysqlite3.OperationalError, lambda _error: _of_the_database(Busy(retry_after=2)))
    app.register_error_handler(PoolEmpty, lambda _error: _of_the_database(Busy(retry_after=2)))
    app.register_error_handler(UnicodeEncodeError, lambda _error: _of_the_database(Invalid("body")))
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unforeseen)
    doors.init_app(app)
