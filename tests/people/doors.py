"""The doors of the people as a browser meets them, a device as its courier made it, and a clock that can be moved."""

from __future__ import annotations

import contextvars
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from html import unescape
from types import ModuleType
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Table, select

from dispatch.core.clock import now
from dispatch.core.secrets import token_hash
from dispatch.core.unit_of_work import look_again, reading, transaction
from dispatch.people.enrolling import add_person
from dispatch.people.identity import Actor, Credential, actor_for
from dispatch.people.inviting import accept_invite, make_invite
from dispatch.people.models import Role

STATION, NEIGHBOUR, DISTRICT = "120116014", "120116015", "120116"
CLERKS_HOME = f"{STATION}003"
DEPOT = f"{STATION}D01"
PASSPHRASE = "four long plain words"
PIN, OTHER_PIN = "482913", "739164"
#: Of a courier who is invited.
PHONE = "13755502468"


class Browser:
    """One browser with its own cookies; each request stands alone, as on a server."""

    def __init__(self, app: Flask, origin: str = "http://localhost") -> None:
        self.client, self.origin = app.test_client(), origin

    def ask(self, method: str, path: str, **more: Any) -> Any:
        # In a context of its own: a request must not find what an earlier one, or the test, left in `g`.
        return contextvars.Context().run(self.client.open, path, method=method, base_url=self.origin, **more)

    def get(self, path: str) -> Any:
        return self.ask("GET", path)

    def proof(self, page: str) -> str:
        """The token that shows that a form comes from one of our pages."""
        found = re.search(r'<meta name="csrf-token" content="([^"]+)">', self.get(page).text)
        assert found
        return found[1]

    def send(self, path: str, form: dict[str, Any], page: str | None = None) -> Any:
        """Send a form as its page would."""
        data = {**form, "csrf_token": self.proof(page or path)}
        return self.ask("POST", path, data=data, headers={"Referer": f"{self.origin}{page or path}"})

    def send_without_proof(self, path: str, form: dict[str, str], **headers: str) -> Any:
        return self.ask("POST", path, data=form, headers=headers)

    def become(self, login: str) -> Browser:
        """Signed in, as one of the demo's cast."""
        cookie = self.send(f"/demo/be/{login}", {}, page="/demo").headers["Set-Cookie"].split(";")[0].partition("=")
        self.client.set_cookie(cookie[0], cookie[2])
        return self

    def cookie(self, name: str) -> str | None:
        kept = self.client.get_cookie(name)
        return kept.value if kept else None


def mistakes(answer: Any) -> list[str]:
    """The sentences that a page shows beside its fields."""
    return [unescape(found) for found in re.findall(r'<p class="error"[^>]*>([^<]+)</p>', answer.text)]


def set_cookies(answer: Any) -> dict[str, str]:
    """The cookies that an answer sets: name → everything behind it."""
    return dict(line.split("=", 1) for line in answer.headers.getlist("Set-Cookie"))


def new_staff(passphrase: str = PASSPHRASE, login: str = "wang") -> str:
    """The id of a new clerk who comes in by this passphrase."""
    with transaction() as work:
        return add_person(work, login=login, role=Role.CLERK, unit_id=CLERKS_HOME, name="王敏", passphrase=passphrase)


def enrolled_device(person_id: str, phone: str, pin: str = PIN) -> str:
    """The key of a new device of this courier."""
    with transaction() as work:
        token = make_invite(work, person_id, "test")
    return accept_invite(token, phone=phone, pin=pin)[0]


def known_by(token: str) -> Actor | None:
    """Who a session's token belongs to, as asked afresh."""
    look_again()
    return actor_for(Credential("session", token_hash(token)))


def rows(table: Table) -> list[dict[str, Any]]:
    """Every row of a table, as it is now."""
    look_again()
    return [dict(row._mapping) for row in reading().execute(select(table))]


class MovedClock:
    """The present moment of some modules, which stands still until it is moved."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *modules: ModuleType) -> None:
        self.moment = now()
        for module in modules:
            monkeypatch.setattr(module, "now", self)

    def __call__(self) -> datetime:
        return self.moment

    def forward(self, **span: float) -> None:
        self.moment += timedelta(**span)


Cast = Callable[[str], Actor]
