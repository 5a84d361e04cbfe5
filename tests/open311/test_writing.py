"""XML is well formed and says what the JSON says, whatever somebody has written."""

from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree

from flask import Flask
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from dispatch.open311.writing import answer
from tests.open311.program import as_text, spark

TEXT = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("\0\x01\x0b\r\n\t<>&\"']\ufffe\uffff\x85\u2028"), max_size=60)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(title=TEXT, address=TEXT)
@example(title="]]>\r\n<b>&amp;\0", address="\x1b[31m\ud7ff\U0010ffff")
@example(title="\r", address="\r\n")
def test_both_forms_say_the_same(app: Flask, title: str, address: str) -> None:
    said: list[dict[str, Any]] = [{"description": title, "address": address, "lat": 39.0391, "zipcode": None, "open": True}]
    spoken, written = (answer(form, "service_requests", said).data for form in ("json", "xml"))
    read = ElementTree.fromstring(written)
    assert read.tag == "service_requests"
    assert read[0].tag == "request"
    assert spark(read) == as_text(json.loads(spoken))
    written.decode("utf-8"), spoken.decode("utf-8")
