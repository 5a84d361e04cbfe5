"""What every answer says to the browser, and where the choice of a language may lead."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from tests.people.doors import Browser


def connects_to(answer: object) -> list[str]:
    found = re.search(r"connect-src ([^;]+);", answer.headers["Content-Security-Policy"])  # type: ignore[attr-defined]
    assert found
    return found[1].split()


def test_a_page_may_speak_to_its_own_host_alone(app: Flask) -> None:
    answer = Browser(app, "http://10.0.0.7:5000").get("/sign-in")
    assert connects_to(answer) == ["'self'", "ws://10.0.0.7:5000", "wss://10.0.0.7:5000"]
    assert "Strict-Transport-Security" not in answer.headers


def test_behind_https_the_public_name_counts_and_the_browser_remembers_it(app: Flask) -> None:
    app.config["PUBLIC_ORIGIN"] = "https://errands.example"
    answer = Browser(app, "http://inside:8000").get("/sign-in")
    assert connects_to(answer) == ["'self'", "ws://errands.example", "wss://errands.example"]
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


@pytest.mark.parametrize("host", ["evil.example; script-src *", "a b", "*", "x,y"])
def test_what_is_no_host_name_does_not_become_policy(app: Flask, host: str) -> None:
    answer = Browser(app).ask("GET", "/healthz", headers={"Host": host})
    assert connects_to(answer) == ["'self'"]


def test_pages_are_not_kept_and_what_carries_its_version_is(app: Flask) -> None:
    browser = Browser(app)
    assert browser.get("/sign-in").headers["Cache-Control"] == "no-store"
    vendor = browser.get("/static/vendor/socket.io-client@4.8.4/socket.io.esm.min.js")
    assert vendor.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    vendor.close()
    own = browser.get("/static/api.js")
    assert "immutable" not in own.headers.get("Cache-Control", "")
    own.close()


@pytest.mark.parametrize(
    ("wanted", "led"), [("/sign-in", "/sign-in"), ("//evil.example", "/"), ("/\\evil.example", "/"), ("https://evil.example", "/")]
)
def test_the_choice_of_a_language_stays_in_the_house(app: Flask, wanted: str, led: str) -> None:
    answer = Browser(app).send("/language", {"lang": "en", "next": wanted}, page="/sign-in")
    assert (answer.status_code, answer.headers["Location"]) == (302, led)


COURIERS = "/couriers"


def leads_back_to(answer: object) -> str:
    found = re.search(r'name="next" value="([^"]*)"', answer.text)  # type: ignore[attr-defined]
    assert found
    return found[1]


def test_the_choice_of_a_language_leads_back_to_the_page_with_all_that_it_asks(app: Flask) -> None:
    browser = Browser(app).become("coordinator")
    assert leads_back_to(browser.get(COURIERS)) == "/couriers"
    assert leads_back_to(browser.get("/overview?period=2026")) == "/overview?period=2026"
    assert leads_back_to(browser.get("/nothing/there")) == "/nothing/there"


@pytest.mark.parametrize(
    ("before", "led"),
    [
        (COURIERS, COURIERS),
        ("/overview?period=2026", "/overview?period=2026"),
        ("/couriers/invite", "/"),  # a command is no page
        ("https://evil.example/couriers", "/"),
        ("", "/"),
    ],
)
def test_from_the_answer_to_a_form_it_leads_to_the_page_of_the_form(app: Flask, before: str, led: str) -> None:
    browser = Browser(app).become("coordinator")
    data = {"name": "", "phone": "", "depot_id": "", "csrf_token": browser.proof(COURIERS)}
    referer = before if "//" in before else browser.origin + before
    answer = browser.ask("POST", "/couriers/invite", data=data, headers={"Referer": referer} if before else {})
    assert leads_back_to(answer) == led
