"""What every page has in common: language, security headers, the identity check of unsafe requests, and the front door."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, current_app, has_request_context, redirect, render_template, request, session, url_for
from flask_babel import get_locale
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from dispatch.extensions import babel

LANGUAGES = ("zh", "en")
FRAMEWORK = {
    "API_TITLE": "LastMetre", "API_VERSION": "v1", "OPENAPI_VERSION": "3.1.0", "OPENAPI_URL_PREFIX": "/api",
    "OPENAPI_JSON_PATH": "openapi.json", "MAX_CONTENT_LENGTH": 9 * 1024 * 1024, "WTF_CSRF_CHECK_DEFAULT": False,
    "WTF_CSRF_TIME_LIMIT": None, "SESSION_COOKIE_NAME": "lm_page", "SESSION_COOKIE_HTTPONLY": True, "SESSION_COOKIE_SAMESITE": "Lax",
    "BABEL_DEFAULT_LOCALE": "zh", "BABEL_TRANSLATION_DIRECTORIES": "translations", "JSON_AS_ASCII": False,
    "SQLALCHEMY_TRACK_MODIFICATIONS": False, "RATELIMIT_STORAGE_URI": "memory://", "RATELIMIT_HEADERS_ENABLED": False,
}  # fmt: skip
#: Old WebViews do not count a socket to our own host among 'self': it is named, and no other.
POLICY = (
    "default-src 'self'; img-src 'self' data: blob:{images}; connect-src 'self'{sockets}; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(self), camera=(self), microphone=()",
}

A_YEAR_S = 365 * 86_400
# Browsers read a backslash as a slash, and two of them as another host.
_OWN_PATH = re.compile(r"/(?![/\\])[^\\\s]*")
_HOST = re.compile(r"[A-Za-z0-9.\-\[\]:]+")

blueprint = Blueprint("pages", __name__)


def _language() -> str:
    """What the reader chose, else what the browser asks for, else Chinese."""
    if not has_request_context():
        return "zh"
    chosen = request.cookies.get("lm_lang")
    return chosen if chosen in LANGUAGES else (request.accept_languages.best_match(LANGUAGES) or "zh")


@blueprint.post("/language")
def set_language() -> Any:
    """Remember the reader's language on this browser."""
    target = request.form.get("next", "")
    answer = redirect(target if _OWN_PATH.fullmatch(target) else url_for("people.home"))
    language = request.form.get("lang", "zh")
    if language in LANGUAGES:
        answer.set_cookie("lm_lang", language, max_age=A_YEAR_S, samesite="Lax", secure=https())
    return answer


def _here() -> str:
    """Where a change of language leads back to: this page; from the answer to a form, the page on which the form stood."""
    if request.method in ("GET", "HEAD") or _can_be_opened(request.path):
        return request.script_root + (request.full_path if request.query_string else request.path)
    before = urlsplit(request.referrer or "")
    path = before.path.removeprefix(request.script_root)
    if before.netloc == request.host and _OWN_PATH.fullmatch(before.path) and _can_be_opened(path):
        return before.path + (f"?{before.query}" if before.query else "")
    return url_for("people.home")


def _can_be_opened(path: str) -> bool:
    """Whether there is a page at this address of ours, and not a command alone.

    A command's rule may be the narrower one: where POST finds one that knows no GET, what GET would find is another thing's page.
    """
    adapter = current_app.create_url_adapter(request)
    for method in ("POST", "GET") if adapter else ():
        try:
            rule, _values = adapter.match(path, method=method, return_rule=True)  # type: ignore[union-attr]
        except MethodNotAllowed:
            continue
        except HTTPException:
            return False
        return "GET" in (rule.methods or ())
    return False


@blueprint.get("/design")
def design() -> str:
    """The page that shows the design system."""
    return render_template("pages/design.html")


def https() -> bool:
    """Whether people reach us by https, so that cookies must not travel otherwise."""
    return str(current_app.config["PUBLIC_ORIGIN"]).startswith("https://")


def content_policy(images: str = "") -> str:
    """What a page of ours may load and speak to: us, and nobody else.

    Args:
        images: the one other origin whose pictures it may show, from the settings.
    """
    host = str(current_app.config["PUBLIC_ORIGIN"]).partition("://")[2] or request.host
    # The name comes from whoever asks: what is no host name must not become part of the policy.
    sockets = f" ws://{host} wss://{host}" if _HOST.fullmatch(host) else ""
    return POLICY.format(sockets=sockets, images=f" {images}" if images else "")


def _guard(answer: Response) -> Response:
    for name, value in HEADERS.items():
        answer.headers.setdefault(name, value)
    answer.headers.setdefault("Content-Security-Policy", content_policy())
    if https():
        answer.headers.setdefault("Strict-Transport-Security", f"max-age={A_YEAR_S}")
    if request.path.startswith("/static/vendor/"):
        # Its path names its version: what is there never changes.
        answer.headers["Cache-Control"] = f"public, max-age={A_YEAR_S}, immutable"
    elif not request.path.startswith("/static/"):
        answer.headers.setdefault("Cache-Control", "no-store")
    return answer


def init_app(app: Flask) -> None:
    """Bind the language, the headers and the pages that belong to no room."""
    app.config["SESSION_COOKIE_SECURE"] = str(app.config["PUBLIC_ORIGIN"]).startswith("https://")
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    babel.init_app(app, locale_selector=_language)
    app.register_blueprint(blueprint)
    app.after_request(_guard)
    app.context_processor(
        lambda: {
            "lang": str(get_locale() or "zh")[:2],
            "demo": app.config["DEMO"],
            "base": request.script_root,
            "session": session,
            "here": _here,
        }
    )
