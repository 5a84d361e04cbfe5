"""The pages of the hours as a browser meets them, and the whole way on a served house with either database."""

from __future__ import annotations

import re
import time
import uuid
from datetime import timedelta
from typing import Any

import pytest
import requests
from flask import Flask
from sqlalchemy import select

from dispatch.core.clock import now
from dispatch.core.unit_of_work import look_again, reading
from dispatch.hours.booking import book
from dispatch.hours.models import Certificate, Correction
from dispatch.hours.rules import day_of
from tests.conftest import NewHouse
from tests.hours.errands import delivered
from tests.hours.test_correcting import booked, counts_for
from tests.orders.play import STATION, Street
from tests.people.doors import Browser, mistakes
from tests.realtime.conftest import Served

#: Page → who is let in; everybody else is told that it is not for them, a stranger that he should sign in.
DOORS = {
    "/hours": {"courier11"},
    "/hours/station": {"coordinator"},
    "/hours/certificates": {"coordinator"},
    "/hours/corrections": {"coordinator", "supervisor"},
    "/hours/rule": {"courier11", "clerk", "coordinator", "supervisor", "admin", ""},
}


def main_of(answer: Any) -> str:
    found = re.search(r"<main.*</main>", answer.text, re.DOTALL)
    assert found
    return found[0]


@pytest.mark.parametrize("login", ["courier11", "clerk", "coordinator", "supervisor", "admin", ""])
def test_who_is_let_in_where(app: Flask, play: Street, login: str) -> None:
    browser = Browser(app).become(login) if login else Browser(app)
    for path, known in DOORS.items():
        assert browser.get(path).status_code == (200 if login in known else 403 if login else 401), path


def test_he_sees_what_he_did_and_for_whom_in_general_terms(app: Flask, play: Street) -> None:
    delivered(play, "courier11", minutes=40, kind="medicine", building="3号楼")
    book()
    page = main_of(Browser(app).become("courier11").get("/hours"))
    assert "取药 · 3号楼" in page
    assert "0.75 小时" in page
    for word in ("陈桂兰", "2单元301", "13900001234", "门铃", "代取降压药"):
        assert word not in page
    assert "排名" not in page


@pytest.mark.parametrize("query", ["year=1066", "year=abc", "page=999", "page=-1", "year=２０２６", "year=99999999999"])
def test_a_strange_address_is_no_fault(app: Flask, play: Street, query: str) -> None:
    assert Browser(app).become("courier11").get(f"/hours?{query}").status_code == 200


def test_he_takes_a_certificate_home_and_what_he_typed_stays_when_refused(app: Flask, play: Street) -> None:
    booked(play)
    browser = Browser(app).become("courier11")
    form = {"station_id": STATION, "from_day": "2019-01-01", "to_day": "2019-12-31"}
    refused = browser.send("/hours/certificates", form, page="/hours")
    assert refused.status_code == 422
    assert mistakes(refused)
    assert 'value="2019-12-31"' in refused.text
    for wrong in ("", "tomorrow", "2019-13-01", "0000-00-00"):
        assert browser.send("/hours/certificates", {**form, "to_day": wrong}, page="/hours").status_code == 422
    tomorrow = (day_of(now()) + timedelta(days=1)).isoformat()
    assert browser.send("/hours/certificates", {**form, "to_day": tomorrow}, page="/hours").status_code == 422
    year = re.findall(r'name="(from_day|to_day)" value="([\d-]+)"', browser.get("/hours").text)[:2]
    assert browser.send("/hours/certificates", {**form, **dict(year)}, page="/hours").status_code == 302
    look_again()
    certificate = reading().execute(select(Certificate.__table__).order_by(Certificate.__table__.c.issued_at.desc())).first()
    assert certificate is not None
    pdf = browser.get(f"/hours/certificates/{certificate.id}.pdf")
    assert (pdf.status_code, pdf.mimetype) == (200, "application/pdf")
    assert pdf.data.startswith(b"%PDF-")
    assert Browser(app).become("courier12").get(f"/hours/certificates/{certificate.id}.pdf").status_code == 404
    drawn = [browser.get(f"/hours/certificates/{certificate.id}.pdf").status_code for _ in range(35)]
    assert drawn[-1] == 429, "who draws it again and again is slowed"
    boss = Browser(app).become("coordinator")
    assert certificate.number in boss.get("/hours/certificates").text
    assert boss.send(f"/hours/certificates/{certificate.id}/withdraw", {"reason": "mistake"}, page="/hours/certificates").status_code == 302


def test_two_persons_correct_an_errand_by_their_pages(app: Flask, play: Street) -> None:
    claim = booked(play)
    boss, chief = Browser(app).become("coordinator"), Browser(app).become("supervisor")
    address = f"/hours/{claim}/correct"
    assert address in boss.get("/hours/station").text
    for wrong in ({"minutes": "", "reason": "clock_wrong"}, {"minutes": "15", "reason": ""}, {"minutes": "1e3", "reason": "clock_wrong"},
                  {"minutes": "15", "reason": "other", "note": "x" * 201}):  # fmt: skip
        refused = boss.send(address, wrong)
        assert refused.status_code == 422
        assert mistakes(refused)
    assert boss.send(address, {"minutes": "15", "reason": "other", "note": "电梯坏了"}).status_code == 302
    page = boss.get("/hours/corrections")
    assert "要由另一个人确认" in page.text
    look_again()
    correction = reading().execute(select(Correction.__table__.c.id)).scalar_one()
    confirm = f"/hours/corrections/{correction}/confirm"
    assert boss.send(confirm, {}, page="/hours/corrections").status_code == 403
    assert "电梯坏了" in chief.get("/hours/corrections").text
    assert chief.send(confirm, {}, page="/hours/corrections").status_code == 302
    assert chief.send(confirm, {}, page="/hours/corrections").status_code == 409
    assert chief.send(f"/hours/corrections/{correction}/invent", {}, page="/hours/corrections").status_code == 404
    assert counts_for(claim) == 15
    assert "已更正，原来 0.75 小时" in Browser(app).become("courier11").get("/hours").text


@pytest.mark.slow
def test_the_whole_way_on_a_served_house(new_house: NewHouse, database: str, need: dict[str, Any]) -> None:
    house = new_house(database).start()
    people = Served(house, ["clerk", "coordinator", "supervisor", "courier11"])
    clerk, boss, chief, courier = (people[login] for login in ("clerk", "coordinator", "supervisor", "courier11"))
    assert courier.http.put(f"{house.url}/api/v1/me/duty", json={"on": True}, timeout=30).ok
    order = clerk.post("/orders", need).json()
    for verb, body in (("claim", {}), ("pick-up", {}), ("deliver", {"code": order["code"]})):
        assert courier.post(f"/orders/{order['id']}/{verb}", body, key=str(uuid.uuid4())).ok
    deadline = time.monotonic() + 30
    while not (errands := courier.get("/me/hours").json()["items"]):
        assert time.monotonic() < deadline, house.said()
        time.sleep(0.2)
    assert [errand["minutes"] for errand in errands] == [15]
    assert clerk.post(f"/orders/{order['id']}/confirm", {"satisfied": True}).ok
    today = errands[0]["day"]
    wanted = {"station_id": errands[0]["station_id"], "from_day": f"{today[:4]}-01-01", "to_day": today}
    made = courier.post("/me/certificates", wanted)
    assert made.status_code == 201, made.text
    pdf = requests.get(f"{house.url}/hours/certificates/{made.json()['id']}.pdf", headers=dict(courier.http.headers), timeout=60)
    assert pdf.content.startswith(b"%PDF-"), pdf.text
    address = re.sub(r"^https?://[^/]+", house.url, made.json()["verify_url"])
    assert "这份证明有效" in requests.get(address, headers={"Accept-Language": "zh"}, timeout=30).text
    proposed = boss.post(f"/hours/{errands[0]['id']}/corrections", {"minutes": 30, "reason": "clock_wrong"})
    assert proposed.status_code == 201, proposed.text
    again = boss.post(f"/hours/{errands[0]['id']}/corrections", {"minutes": 45, "reason": "clock_wrong"})
    assert (again.status_code, again.json()["code"]) == (409, "too_late")
    assert chief.post(f"/hours/corrections/{proposed.json()['correction_id']}/confirm").ok
    mine = courier.get("/me/hours").json()
    assert (mine["minutes"], mine["thanked"], mine["items"][0]["booked"]) == (30, 1, 15)
    assert "已撤回" in requests.get(address, headers={"Accept-Language": "zh"}, timeout=30).text
    assert house.flask("journal", "verify").strip() == "every journal holds"
    people.close()
