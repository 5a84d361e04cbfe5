"""What every door of the API has in common: who comes, what text is taken in, and how a route describes itself.

The doors check the form of what is said; what it means is the verb's to judge.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from apispec import APISpec
from flask import Flask, Request, request
from flask_smorest import Blueprint
from marshmallow import EXCLUDE, Schema, fields, pre_load
from webargs.flaskparser import FlaskParser

from dispatch.core.errors import Invalid, NotFound
from dispatch.core.idempotency import Once
from dispatch.extensions import api

_UNKEPT = re.compile("[\0\ud800-\udfff]")
#: One command's key; the same one answers the same (see `core/idempotency`).
_UUID = "^[0-9a-fA-F]{8}(-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}$"
_KEY = {"name": "Idempotency-Key", "in": "header", "schema": {"type": "string", "pattern": _UUID},
        "description": "A UUID. Same key and body: the first answer again, for 72 hours. Other body: 422. Still running: 409."}  # fmt: skip
_BEARER: dict[str, list[str]] = {"bearer": []}
#: A page's own call: the session cookie, and for what changes something the proof that it comes from our page.
_PAGE: dict[str, list[str]] = {"cookie": [], "csrf": []}
_READER: dict[str, list[str]] = {"cookie": []}


class Form(Schema):
    """What is said to a door. Unknown members are left out, so that newer clients can speak to an older house."""

    class Meta:
        unknown = EXCLUDE


class Query(Form):
    """What stands behind the question mark; an empty value is none."""

    @pre_load
    def drop_empty(self, data: Mapping[str, Any], **_more: Any) -> dict[str, Any]:
        return {name: value for name, value in data.items() if value != ""}


class Cell(Schema):
    """One cell of a sheet that cannot be taken in as it stands."""

    row = fields.Integer(required=True)
    field = fields.String(required=True)
    cell = fields.String(required=True, metadata={"description": "as Excel names it: E7; empty where there is none"})
    code = fields.String(required=True)
    detail = fields.String(required=True, metadata={"description": "for people, in their language"})


class Problem(Schema):
    """A refusal (RFC 9457); some codes bring a member of their own."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    code = fields.String(required=True, metadata={"description": "taken too_late over_cap not_eligible not_found bad_code invalid …"})
    detail = fields.String(required=True, metadata={"description": "for people, in their language"})
    field = fields.String(metadata={"description": "with `invalid`: what is wrong"})
    reason = fields.String(
        metadata={
            "description": "with `invalid`, of a photo: not_an_image other_format animated too_large too_many_pixels damaged too_slow"
        }
    )
    cells = fields.List(fields.Nested(Cell), metadata={"description": "with `invalid`, of a sheet: each cell that is wrong"})
    next = fields.List(fields.String(), metadata={"description": "with `taken`: open orders that suit"})
    changed = fields.List(fields.String(), metadata={"description": "with `edited`: fields or verbs"})
    version = fields.Integer(metadata={"description": "with `edited`: its version now"})
    opens_at = fields.AwareDateTime(metadata={"description": "with `too_early`: from when on it is for all"})
    opens_in_ms = fields.Integer(metadata={"description": "the same, from now, in milliseconds"})
    holder = fields.String(metadata={"description": "with `held`: who has it open"})
    until = fields.AwareDateTime(metadata={"description": "with `held`: until when it is kept for her"})
    head = fields.Integer(metadata={"description": "with `too_old`: the journal's last number"})
    retry_after = fields.Integer(metadata={"description": "seconds"})


def once(actor: Any, verb: str, body: Mapping[str, Any], *, required: bool = False) -> Once:
    """A command's key, from its header.

    Raises:
        Invalid: it is required and missing, or not a UUID.
    """
    key = request.headers.get("Idempotency-Key")
    if required and not key:
        raise Invalid("Idempotency-Key")
    return Once(actor.id, key, verb, body)


def check_text(value: Any, field: str = "body") -> None:
    """Refuse text that no database keeps: a NUL, or half of a character.

    Args:
        value: what came in: text, or anything that JSON can say.
        field: its name, should it be refused.
    Raises:
        Invalid: naming the innermost member with such text.
    """
    waiting: list[tuple[str, Any]] = [(field, value)]
    while waiting:
        name, part = waiting.pop()
        if isinstance(part, str):
            if _UNKEPT.search(part):
                raise Invalid(name)
        elif isinstance(part, dict):
            waiting += [(name, key) for key in part]
            waiting += [(key if name == field else f"{name}.{key}", inner) for key, inner in part.items()]
        elif isinstance(part, list):
            waiting += [(name, inner) for inner in part]


def check_request() -> None:
    """The same for an address and for what a page's form says."""
    if any("\0" in str(value) for value in (request.view_args or {}).values()):
        raise NotFound()
    for said in (request.args, request.form):
        for name, value in said.items(multi=True):
            check_text(name)
            check_text(value, name)


def leans_on_no_cookie(view: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a route whose asker shows a key in the request itself: a cookie counts for nothing there, so no page has to prove itself."""
    view.leans_on_no_cookie = True  # type: ignore[attr-defined]
    return view


class Parser(FlaskParser):
    """Reads bodies: what is not JSON, too deep or with numbers of a thousand digits is a mistake of the sender's."""

    def _raw_load_json(self, req: Request) -> Any:
        try:
            body = super()._raw_load_json(req)
        except json.JSONDecodeError:
            raise
        except (ValueError, RecursionError) as error:
            raise Invalid("body") from error
        check_text(body)
        return body


class Door(Blueprint):
    """A room's part of the API."""

    ARGUMENTS_PARSER = Parser()

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._prepare_doc_cbks.append(_readers_need_no_proof)

    def answers(self, schema: type[Schema], status: int = 200, *, key: str = "") -> Callable[..., Any]:
        """Describe a route: what it answers, and whether it takes a command's key.

        Args:
            schema: the answer's form.
            status: of an answer that is not a refusal.
            key: "" for none, "optional" or "required".
        """

        def describe(view: Callable[..., Any]) -> Callable[..., Any]:
            if key:
                view = self.doc(parameters=[{**_KEY, "required": key == "required"}])(view)
            described: Callable[..., Any] = self.alt_response(status, schema=schema, success=True)(view)
            return described

        return describe

    def takes(self, spoken: type[Schema], written: type[Schema]) -> Callable[..., Any]:
        """Read a body that is JSON (`spoken`), or a form with a file (`written`)."""

        def describe(view: Callable[..., Any]) -> Callable[..., Any]:
            @wraps(view)
            def parsed(*arguments: Any, **more: Any) -> Any:
                form = request.mimetype in ("multipart/form-data", "application/x-www-form-urlencoded")
                body = self.ARGUMENTS_PARSER.parse(written if form else spoken, location="form" if form else "json")
                return view(body, *arguments, **more)

            body = {"application/json": {"schema": spoken}, "multipart/form-data": {"schema": written}}
            described: Callable[..., Any] = self.doc(requestBody={"required": True, "content": body})(parsed)
            return described

        return describe


def _readers_need_no_proof(operation: dict[str, Any], _info: Any, *, method: str, **_more: Any) -> dict[str, Any]:
    return operation | {"security": [_BEARER, _READER]} if method == "get" else operation


def _describe_house(spec: APISpec) -> None:
    """What holds for every route: how one shows who one is, and what a refusal looks like."""
    components = spec.components
    components.security_scheme("bearer", {"type": "http", "scheme": "bearer", "description": "flask --app wsgi people token LOGIN"})
    components.security_scheme("cookie", {"type": "apiKey", "in": "cookie", "name": "lm_session"})
    components.security_scheme("csrf", {"type": "apiKey", "in": "header", "name": "X-CSRFToken", "description": "from the page's meta tag"})
    spec.options["security"] = [_BEARER, _PAGE]
    for name in ("DEFAULT_ERROR", "UNPROCESSABLE_ENTITY"):
        refusal = {"description": "Refused; nothing was changed.", "content": {"application/problem+json": {"schema": Problem}}}
        components.response(name, refusal, lazy=True)


def init_app(app: Flask) -> None:
    """After the API has been bound, before its rooms are."""
    app.before_request(check_request)
    _describe_house(api.spec)
