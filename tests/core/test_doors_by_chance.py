"""What a program might send, right and wrong, mixed by chance: never a fault of ours, on either database."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.core.visitors import Visitor

# What takes longer than a habit should: `make test` runs it, `make check` does not.
pytestmark = pytest.mark.slow

Visit = Callable[[str], Visitor]
LOGINS = ("", "clerk", "coordinator", "courier1", "supervisor", "admin")

_TEXT = st.one_of(
    st.text(max_size=40), st.sampled_from(["", "\0", "药", "x" * 300, "2026-11-25T10:00:00+08:00", "0001-01-01T00:00:00+14:00"])
)
_LEAF = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), _TEXT, st.sampled_from([2**31, 2**63, -1, 0, 1e308]))
_JSON = st.recursive(_LEAF, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3), max_leaves=8)


def _right_or_wrong(schema: dict[str, Any], schemas: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Values as described three times of four, anything else the fourth."""
    if "$ref" in schema:
        schema = schemas[schema["$ref"].rpartition("/")[2]]
    kinds = schema.get("type", "object")
    kind = kinds if isinstance(kinds, str) else kinds[0]
    right: st.SearchStrategy[Any] = _TEXT
    if "enum" in schema:
        right = st.sampled_from(schema["enum"])
    elif kind == "integer":
        right = st.integers(schema.get("minimum", 0), schema.get("maximum", 100))
    elif kind == "number":
        right = st.floats(schema.get("minimum", -1e9), schema.get("maximum", 1e9))
    elif kind == "boolean":
        right = st.booleans()
    elif kind == "array":
        right = st.lists(_right_or_wrong(schema["items"], schemas), max_size=3)
    elif kind == "object":
        members = {name: _right_or_wrong(inner, schemas) for name, inner in schema.get("properties", {}).items()}
        required = {name: members[name] for name in schema.get("required", [])}
        right = st.fixed_dictionaries(required, optional={name: value for name, value in members.items() if name not in required})
    return st.integers(0, 3).flatmap(lambda n: right if n else _JSON)


def _operations(described: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    verbs = ("get", "post", "put", "delete", "patch")
    return [(path, method, path_item[method]) for path, path_item in described["paths"].items() for method in verbs if method in path_item]


def _request_of(operation: dict[str, Any], schemas: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    content = operation.get("requestBody", {}).get("content", {})
    bodies = [_right_or_wrong(one["schema"], schemas).map(lambda body, kind=kind: (kind, body)) for kind, one in content.items()]
    asked = [one for one in operation.get("parameters", []) if one["in"] == "query"]
    query = st.fixed_dictionaries({}, optional={one["name"]: _right_or_wrong(one["schema"], schemas) for one in asked})
    return st.fixed_dictionaries(
        {
            "body": st.one_of(*bodies, st.just(("", None))),
            "query": query,
            "key": st.one_of(st.uuids().map(str), st.text(max_size=40), st.none()),
        }
    )


def _sent(request: dict[str, Any]) -> dict[str, Any]:
    kind, body = request["body"]
    query = {name: value if isinstance(value, str) else json.dumps(value) for name, value in request["query"].items()}
    more: dict[str, Any] = {"query_string": {name: value.encode(errors="replace") for name, value in query.items()}}
    if kind == "multipart/form-data" and isinstance(body, dict):
        more["data"] = {
            str(name).encode(errors="replace").decode(): str(value).encode(errors="replace").decode() for name, value in body.items()
        }
    elif kind:
        more["data"] = json.dumps(body).encode()
    more["content_type"] = kind or None
    key = request["key"]
    return more | {"key": None if key is None else key.encode(errors="replace").decode("latin-1").replace("\r", "").replace("\n", "")}


def test_nothing_that_hypothesis_thinks_of_is_a_fault_of_ours(either_app: Flask, visit: Visit) -> None:
    cast = {login: visit(login) for login in LOGINS}
    described = cast[""].ask("GET", "/api/openapi.json").json
    operations, schemas = _operations(described), described["components"]["schemas"]
    orders = [item["id"] for item in cast["coordinator"].get("/orders").json["items"]]

    @settings(max_examples=400, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def ask(data: st.DataObject) -> None:
        path, method, operation = data.draw(st.sampled_from(operations))
        login = data.draw(st.sampled_from(LOGINS))
        request = data.draw(_request_of(operation, schemas))
        path = path.replace("{order_id}", data.draw(st.sampled_from([*orders, "0" * 32, "%00"])))
        answer = cast[login].ask(method.upper(), path, **_sent(request))
        assert answer.status_code < 500, answer.text
        if answer.status_code >= 400:
            assert answer.mimetype == "application/problem+json"
            assert answer.json["code"]
            assert answer.json["detail"]
        else:
            assert answer.is_json

    ask()
