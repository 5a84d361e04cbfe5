"""One of the cast at the application's HTTP doors, in this process; each request stands alone, as on a server."""

from __future__ import annotations

import contextvars
import json
import uuid
from typing import Any

from flask import Flask

from dispatch.core.unit_of_work import reading
from dispatch.people.queries import person_by_login
from dispatch.people.signing_in import make_token


class Visitor:
    """Asks, with the token of a login; without a login a stranger."""

    def __init__(self, app: Flask, login: str = "") -> None:
        self.app, self.login = app, login
        self.headers: dict[str, str] = {}
        if login:
            with app.app_context():
                self.headers["Authorization"] = f"Bearer {make_token(person_by_login(reading(), login).id)}"

    def ask(self, method: str, path: str, *, key: str | None = None, **more: Any) -> Any:
        if "json" in more:
            # With its escapes, by which JSON can say half of a character.
            more |= {"data": json.dumps(more.pop("json")), "content_type": "application/json"}
        headers = {**self.headers, **({"Idempotency-Key": key} if key is not None else {}), **more.pop("headers", {})}
        return contextvars.Context().run(self.app.test_client().open, path, method=method, headers=headers, **more)

    def get(self, path: str, **query: Any) -> Any:
        return self.ask("GET", f"/api/v1{path}", query_string=query)

    def say(self, verb: str, order_id: str, **body: Any) -> Any:
        """A command with a fresh key."""
        return self.ask("POST", f"/api/v1/orders/{order_id}/{verb}", json=body, key=str(uuid.uuid4()))

    def post(self, need: dict[str, Any], **other: Any) -> Any:
        return self.ask("POST", "/api/v1/orders", json={**need, **other}, key=str(uuid.uuid4()))
