"""A program of another house at the Open311 door: asks in both forms, and reads the XML back by the specification's mapping."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

from flask import Flask

from dispatch.core.unit_of_work import look_again, transaction
from dispatch.open311.keying import make_key
from tests.core.visitors import Visitor
from tests.hazards.corner import CORNER, RUBBISH, Corner

BASE = "/open311/v2"
LISTS = {"services", "service_requests", "attributes", "values", "endpoints", "formats", "errors"}
REPORT = {"service_code": RUBBISH, "lat": str(CORNER["lat"]), "long": str(CORNER["lon"]), "description": "桥下一堆垃圾"}


def key_for(corner: Corner, login: str, name: str = "city-app", a_day: int = 50) -> str:
    person_id = corner.cast(login).id
    with transaction() as work:
        return make_key(work, name, person_id, a_day)


def spark(element: ElementTree.Element) -> Any:
    """An element as the specification's mapping says it in JSON, every value as text."""
    if element.tag in LISTS and (len(element) or not (element.text or "").strip()):
        return [spark(child) for child in element] or None
    if len(element):
        return {child.tag: spark(child) for child in element}
    return element.text


def as_text(value: Any) -> Any:
    """What JSON says, every value as XML would write it."""
    if isinstance(value, dict):
        return {name: as_text(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [as_text(inner) for inner in value] or None
    if isinstance(value, bool):
        return str(value).lower()
    return None if value in (None, "") else str(value)


class Program:
    """Asks at the door, as a stranger."""

    def __init__(self, app: Flask, key: str = "") -> None:
        self.stranger, self.key = Visitor(app), key

    def ask(self, path: str, form: str = "json", method: str = "GET", **more: Any) -> Any:
        look_again()
        return self.stranger.ask(method, f"{BASE}/{path}.{form}", **more)

    def read(self, path: str, **query: str) -> Any:
        """What both forms say, which must be the same."""
        spoken, written = (self.ask(path, form, query_string=query) for form in ("json", "xml"))
        assert (spoken.status_code, spoken.content_type) == (200, "application/json; charset=utf-8"), spoken.text
        assert (written.status_code, written.content_type) == (200, "text/xml; charset=utf-8"), written.text
        assert written.data.startswith(b'<?xml version="1.0" encoding="utf-8"?>')
        assert spark(ElementTree.fromstring(written.data)) == as_text(spoken.json)
        return spoken.json

    def post(self, *, form: str = "json", idempotency: str | None = None, **said: str) -> Any:
        return self.ask("requests", form, "POST", data={"api_key": self.key, **REPORT, **said}, key=idempotency)

    def refused(self, path: str, method: str = "GET", **more: Any) -> tuple[int, str]:
        """The status of a refusal, and its sentence: the same in both forms."""
        spoken, written = (self.ask(path, form, method, **more) for form in ("json", "xml"))
        assert spoken.content_type == "application/json; charset=utf-8"
        assert written.content_type == "text/xml; charset=utf-8"
        assert ElementTree.fromstring(written.data).tag == "errors"
        assert spark(ElementTree.fromstring(written.data)) == as_text(spoken.json)
        (error,) = spoken.json
        assert error["code"] == spoken.status_code == written.status_code
        assert set(error) == {"code", "description"}
        assert error["description"]
        return spoken.status_code, error["description"]
