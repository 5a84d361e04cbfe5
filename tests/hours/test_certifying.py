"""Certificates: from the book alone, numbered, checked by anybody who holds one; as a PDF whose words can be copied."""

from __future__ import annotations

import re
import shutil
import subprocess
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update

from dispatch.core.clock import now
from dispatch.core.errors import Invalid, NotEligible, NotFound, TooLate
from dispatch.core.unit_of_work import look_again, reading, transaction
from dispatch.hours.booking import book
from dispatch.hours.certifying import issue, my_certificate, withdraw
from dispatch.hours.correcting import confirm, propose
from dispatch.hours.drawing import FONT_FILE, draw, unprintable
from dispatch.hours.models import Certificate, HourEntry
from dispatch.hours.presenting import verify_link
from dispatch.hours.rules import day_of
from dispatch.people.models import Person
from tests.hours.errands import delivered
from tests.hours.test_correcting import told
from tests.house import ROOT
from tests.orders.play import STATION, Street, once
from tests.people.doors import Browser

HOURS, CERTIFICATES = HourEntry.__table__, Certificate.__table__
RARE = "喆珺䶮𬭚㛃㵆犇堃〇"


def today() -> date:
    return day_of(now())


def issued(play: Street, login: str = "courier11", *, minutes: int = 40) -> str:
    """A certificate of this year for one errand and what was before."""
    delivered(play, login, minutes=minutes)
    book()
    me = play.cast(login)
    return str(issue(me, STATION, date(today().year, 1, 1), today(), once(me))["certificate_id"])


def row(certificate_id: str) -> object:
    look_again()
    return reading().execute(select(CERTIFICATES).where(CERTIFICATES.c.id == certificate_id)).one()


def path_of(certificate: object) -> str:
    return re.sub(r"^https?://[^/]+", "", verify_link(certificate))


def run(program: str, *arguments: str | Path) -> str:
    """What a program of the machine says, one of those that `.ci/system` brings."""
    found = shutil.which(program)
    assert found, f"the tests need {program}: see .ci/system"
    return subprocess.run([found, *arguments], check=True, capture_output=True, text=True).stdout


def words(pdf: bytes, tmp_path: Path) -> str:
    (tmp_path / "c.pdf").write_bytes(pdf)
    return run("pdftotext", "-layout", tmp_path / "c.pdf", "-")


def scanned(pdf: bytes, tmp_path: Path) -> str:
    """What a phone reads off the printed page."""
    (tmp_path / "c.pdf").write_bytes(pdf)
    run("pdftoppm", "-r", "150", "-png", "-singlefile", tmp_path / "c.pdf", tmp_path / "c")
    return run("zbarimg", "--quiet", "--raw", tmp_path / "c.png").strip()


def test_it_says_what_the_rule_asks_and_its_words_can_be_copied(play: Street, tmp_path: Path) -> None:
    with transaction() as work:
        work.execute(update(Person.__table__).where(Person.__table__.c.login == "courier11").values(name=RARE))
    certificate = row(issued(play))
    said = words(draw(certificate, verify_link(certificate)), tmp_path)
    told_in_it = (RARE, certificate.number, "泰达街道社工站", "0.75 小时", "完成服务 1 次", "取药 1 次", "志愿服务记录证明", "无偿")  # type: ignore[attr-defined]
    bare = re.sub(r"\s", "", said)
    assert not [part for part in told_in_it if part.replace(" ", "") not in bare], said
    assert f"{today().year}年{today().month}月{today().day}日" in said
    assert path_of(certificate) in bare


def test_a_phone_reads_the_link_off_the_paper(play: Street, tmp_path: Path) -> None:
    certificate = row(issued(play))
    link = verify_link(certificate)
    assert scanned(draw(certificate, link), tmp_path) == link


def test_the_same_certificate_is_the_same_bytes_with_its_type_inside(play: Street) -> None:
    certificate = row(issued(play))
    link = verify_link(certificate)
    pdf = draw(certificate, link)
    assert pdf == draw(row(certificate.id), link)  # type: ignore[attr-defined]
    assert b"/FontFile2" in pdf
    assert b"Helvetica" not in pdf
    assert len(pdf) < 100_000


def test_the_type_is_the_one_that_the_hashes_name_and_knows_the_names_of_people() -> None:
    sums = (ROOT / "static/vendor/SHA384SUMS").read_text()
    assert f"{FONT_FILE.parent.name}/{FONT_FILE.name}" in sums
    everyday = "".join(chr(code) for code in range(0x4E00, 0x9FA6)) + "".join(chr(code) for code in range(0x3400, 0x4DB6))
    assert unprintable(everyday) == ""
    assert unprintable(RARE + "·ABC 買買提") == ""


def test_a_name_that_cannot_be_printed_is_refused_plainly(play: Street) -> None:
    with transaction() as work:
        work.execute(update(Person.__table__).where(Person.__table__.c.login == "courier11").values(name="王\U0002a6a5"))
    with pytest.raises(Invalid) as refused:
        issued(play)
    assert refused.value.extra["field"] == "name"
    assert "\U0002a6a5" in str(refused.value.detail)


def test_asked_again_it_is_the_same_one_until_there_is_more_to_say(play: Street) -> None:
    first = issued(play)
    me = play.cast("courier11")
    assert issue(me, STATION, date(today().year, 1, 1), today(), once(me))["certificate_id"] == first
    assert len(told("certificate.issued")) == 1
    second = issued(play)
    assert second != first
    assert [row(one).number for one in (first, second)] == [f"{STATION}-{today().year}-{n:05d}" for n in (1, 2)]  # type: ignore[attr-defined]
    assert [row(one).minutes for one in (first, second)] == [45, 90]  # type: ignore[attr-defined]


def test_each_station_certifies_its_own_errands_and_only_days_that_have_been(play: Street) -> None:
    issued(play)
    me, year = play.cast("courier11"), today().year
    refused = [
        ("120116015", date(year, 1, 1), today(), "from_day"),  # he was never lent there
        (STATION, date(year, 1, 1), today() + timedelta(days=1), "to_day"),
        (STATION, today(), today() - timedelta(days=1), "to_day"),
        (STATION, date(2019, 1, 1), date(2019, 12, 31), "from_day"),
        ("nowhere", date(year, 1, 1), today(), "from_day"),
    ]
    for station, first, last, field in refused:
        with pytest.raises(Invalid) as why:
            issue(me, station, first, last, once(me))
        assert why.value.extra["field"] == field


@pytest.mark.parametrize("login", ["coordinator", "clerk", "supervisor", "admin"])
def test_only_a_courier_has_hours_to_certify(play: Street, login: str) -> None:
    actor = play.cast(login)
    with pytest.raises(NotEligible):
        issue(actor, STATION, today(), today(), once(actor))


def test_his_own_and_his_stations_and_nobody_elses(play: Street) -> None:
    certificate = issued(play)
    for login in ("courier11", "coordinator"):
        assert my_certificate(play.cast(login), certificate)
    for login in ("courier12", "neighbour", "clerk", "supervisor", "admin"):
        with pytest.raises(NotFound):
            my_certificate(play.cast(login), certificate)
        with pytest.raises(NotFound):
            withdraw(play.cast(login), certificate, "mistake", once(play.cast(login)))
    mine = play.cast("courier11")
    with pytest.raises(NotEligible):
        withdraw(mine, certificate, "mistake", once(mine))


def test_anybody_can_check_it_and_learns_nothing_more(app: Flask, play: Street, browser: Browser) -> None:
    certificate = row(issued(play))
    name = reading().execute(select(Person.__table__.c.name).where(Person.__table__.c.login == "courier11")).scalar_one()
    page = browser.get(path_of(certificate))
    assert page.status_code == 200
    for part in ("这份证明有效", certificate.number, "泰达街道社工站", f"{name[0]}*", "0.75"):  # type: ignore[attr-defined]
        assert part in page.text, part
    assert name not in page.text
    main = page.text.partition("<main")[2].partition("</main>")[0]
    assert "取药" not in main
    assert "1 次" not in main
    assert browser.get(path_of(certificate)[:-1] + "x").status_code == 404
    assert browser.get(f"/certificates/{certificate.number}").status_code == 404  # type: ignore[attr-defined]
    assert browser.get("/certificates/-").status_code == 404
    boss = play.cast("coordinator")
    withdraw(boss, certificate.id, "mistake", once(boss))  # type: ignore[attr-defined]
    assert "已撤回" in browser.get(path_of(certificate)).text
    assert told("certificate.withdrawn")[-1]["reason"] == "mistake"
    with pytest.raises(TooLate):
        withdraw(boss, certificate.id, "mistake", once(boss))  # type: ignore[attr-defined]
    with pytest.raises(Invalid):
        withdraw(boss, certificate.id, "no reason", once(boss))  # type: ignore[attr-defined]


def test_who_tries_addresses_is_slowed(app: Flask, browser: Browser) -> None:
    said = [browser.get(f"/certificates/x-{n}").status_code for n in range(40)]
    assert said[0] == 404
    assert said[-1] == 429


def test_when_hours_are_corrected_what_certifies_them_is_withdrawn(play: Street, browser: Browser) -> None:
    certificate = row(issued(play))
    other = row(issued(play, "courier12"))
    claim = reading().execute(select(HOURS.c.claim_id).where(HOURS.c.person_id == certificate.person_id)).scalars().first()  # type: ignore[attr-defined]
    boss, chief = play.cast("coordinator"), play.cast("supervisor")
    correction = propose(boss, claim, 15, "clock_wrong", None, once(boss))["correction_id"]
    assert row(certificate.id).status == "valid"  # type: ignore[attr-defined]
    confirm(chief, correction, once(chief))
    assert (row(certificate.id).status, row(certificate.id).reason) == ("withdrawn", "corrected")  # type: ignore[attr-defined]
    assert row(other.id).status == "valid"  # type: ignore[attr-defined]
    me = play.cast("courier11")
    fresh = issue(me, STATION, date(today().year, 1, 1), today(), once(me))["certificate_id"]
    assert row(fresh).minutes == 15  # type: ignore[attr-defined]


def test_the_name_and_the_token_are_nowhere_in_the_file(app: Flask, play: Street) -> None:
    certificate = row(issued(play))
    look_again()
    data = b"".join(path.read_bytes() for path in Path(app.config["DATA_DIR"]).glob("lastmetre.db*"))
    assert certificate.token.encode() not in data  # type: ignore[attr-defined]
    assert certificate.number.encode() in data  # type: ignore[attr-defined]
    assert certificate.name.encode() not in data  # type: ignore[attr-defined]
