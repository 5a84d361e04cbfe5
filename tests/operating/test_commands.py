"""The commands of `flask --app wsgi`: what each prints and does, and that a mistake is a sentence, never a traceback."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import text

from dispatch.core.unit_of_work import reading, transaction
from dispatch.people.queries import person_by_login
from dispatch.people.settings import KNOWN
from dispatch.people.signing_in import sign_in_staff
from tests.core.visitors import Visitor
from tests.house import ROOT, House

STATION, CLERKS_HOME, DEPOT = "120116014", "120116014003", "120116014D01"
Visit = Callable[[str], Visitor]
ONE_DATABASE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def run(app: Flask, *words: str) -> Result:
    return app.test_cli_runner().invoke(args=list(words))


def refused(app: Flask, *words: str) -> str:
    """The sentence of a command that is not carried out."""
    result = run(app, *words)
    assert result.exit_code in (1, 2), (words, result.output)
    assert isinstance(result.exception, SystemExit), result.exception
    assert "Traceback" not in result.output
    return result.output


def test_a_person_is_added_and_signs_in_with_the_printed_passphrase(either_app: Flask) -> None:
    added = run(either_app, "people", "add", "--login", "wang.min", "--role", "clerk", "--unit", CLERKS_HOME, "--name", "王敏")
    person, passphrase = added.output.splitlines()
    assert len(person) == 32
    said = passphrase.removeprefix("passphrase: ")
    with either_app.app_context():
        assert sign_in_staff("wang.min", said)


@ONE_DATABASE
@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--login", "clerk", "--role", "clerk", "--unit", CLERKS_HOME, "--name", "王敏"), "login: This login is taken"),
        (("--login", "x" * 41, "--role", "clerk", "--unit", CLERKS_HOME, "--name", "王敏"), "login: "),
        (("--login", "王敏", "--role", "clerk", "--unit", CLERKS_HOME, "--name", "王敏"), "login: "),
        (("--login", "n", "--role", "clerk", "--unit", STATION, "--name", "王敏"), "unit: "),
        (("--login", "n", "--role", "clerk", "--unit", "nowhere", "--name", "王敏"), "unit: "),
        (("--login", "n", "--role", "clerk", "--unit", CLERKS_HOME, "--name", " "), "name: "),
        (("--login", "n", "--role", "clerk", "--unit", CLERKS_HOME, "--name", "长" * 61), "name: "),
        (("--login", "n", "--role", "clerk", "--unit", CLERKS_HOME, "--name", "王敏", "--phone", "12"), "phone: "),
        (
            ("--login", "n", "--role", "clerk", "--unit", CLERKS_HOME, "--name", "王敏", "--passphrase", "short"),
            "passphrase: ",
        ),
        (("--login", "n", "--role", "queen", "--unit", CLERKS_HOME, "--name", "王敏"), "'queen' is not one of"),
        (("--login", "n"), "Missing option"),
    ],
)
def test_a_person_who_cannot_be_added_is_refused_with_the_field(either_app: Flask, words: tuple[str, ...], why: str) -> None:
    assert why in refused(either_app, "people", "add", *words)
    with either_app.app_context():
        assert person_by_login(reading(), "n") is None


def test_an_invite_is_a_link_that_opens_once_for_a_courier_alone(either_app: Flask) -> None:
    link = run(either_app, "people", "invite", "courier1").output.strip()
    assert link.startswith("http://localhost:5000/enrol/")
    assert Visitor(either_app).ask("GET", link.removeprefix("http://localhost:5000")).status_code == 200
    assert "for an active courier" in refused(either_app, "people", "invite", "clerk")
    assert "nobody with the login nobody" in refused(either_app, "people", "invite", "nobody")


def test_a_token_stands_alone_on_the_last_line_and_is_good_at_the_door(either_app: Flask) -> None:
    token = run(either_app, "people", "token", "supervisor").output.splitlines()[-1]
    answer = Visitor(either_app).ask("GET", "/api/v1/me", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.json["role"]) == (200, "supervisor")
    assert "nobody with the login nobody" in refused(either_app, "people", "token", "nobody")


def test_a_person_is_moved_and_sees_the_other_community(either_app: Flask, visit: Visit) -> None:
    clerk = visit("clerk")
    assert run(either_app, "people", "move", "clerk", "--role", "clerk", "--unit", f"{STATION}004").exit_code == 0
    assert clerk.get("/me").json["unit"]["id"] == f"{STATION}004"
    assert "unit: " in refused(either_app, "people", "move", "clerk", "--role", "courier", "--unit", f"{STATION}004")
    assert "nobody with the login" in refused(either_app, "people", "move", "nobody", "--role", "clerk", "--unit", CLERKS_HOME)


@ONE_DATABASE
def test_a_table_comes_in_as_any_spreadsheet_saves_it_and_what_is_none_is_refused(either_app: Flask, tmp_path: Path) -> None:
    table = "code,name,parent_code,level\n120116014099,新港社区,120116014,community\n"
    for number, coding in enumerate(("utf-8", "utf-8-sig", "gb18030")):
        file = tmp_path / f"{coding}.csv"
        file.write_bytes(table.replace("099", f"09{number}").encode(coding))
        done = run(either_app, "org", "import", str(file))
        assert (done.exit_code, done.output.splitlines()[-1]) == (0, "1 added, 0 changed, 0 unchanged, 0 refused")
    for name, data, why in (
        ("noise.csv", b"\xff\xff\xff\x80", "neither UTF-8 nor GB 18030"),
        ("wide.csv", b"code,name\n" + b"x" * 200_000, "not a table that can be read"),
        ("nul.csv", b"code,name,parent_code,level\n120116014098,a\0b,120116014,community\n", "name must have"),
    ):
        (tmp_path / name).write_bytes(data)
        assert why in refused(either_app, "org", "import", str(tmp_path / name))
    assert "does not exist" in refused(either_app, "org", "import", str(tmp_path / "none.csv"))
    assert "0 added" in run(either_app, "org", "import", str(_written(tmp_path / "empty.csv", ""))).output


def _written(path: Path, said: str) -> Path:
    path.write_text(said)
    return path


# A station's settings -------------------------------------------------------------------------------------------------------------


def test_settings_are_shown_with_what_they_are_for_and_whether_they_were_chosen(either_app: Flask) -> None:
    lines = run(either_app, "org", "settings", STATION).output.splitlines()
    assert lines[:2] == ["claim_cap=3 (default)", "    How many orders a courier may hold at once. (1 to 50)"]
    assert "look_first=off (default)" in lines
    assert sum(line.startswith("    ") for line in lines) == len(KNOWN)
    chosen = run(either_app, "org", "settings", STATION, "claim_cap=5", "look_first=on").output.splitlines()
    assert {"claim_cap=5", "look_first=on", "pick_up_urgent=15 (default)"} <= set(chosen)
    assert run(either_app, "org", "settings", STATION).output.splitlines() == chosen


def test_a_setting_holds_at_once_and_an_empty_value_puts_the_default_back(either_app: Flask, visit: Visit, need: dict[str, Any]) -> None:
    clerk = visit("clerk")
    run(either_app, "org", "settings", STATION, "look_first=yes", "claim_cap=7")
    assert clerk.post(need).json["status"] == "waiting"
    assert visit("courier1").get("/me").json["claim_cap"] == 7
    shown = run(either_app, "org", "settings", STATION, "look_first=").output
    assert "look_first=off (default)" in shown
    assert "claim_cap=7\n" in shown
    assert clerk.post(need).json["status"] == "open"


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("1201160",), "There is no station 1201160"),
        ((CLERKS_HOME,), f"There is no station {CLERKS_HOME}"),
        ((STATION, "cap=3"), "There is no setting cap. There are: claim_cap, look_first"),
        ((STATION, "cap="), "There is no setting cap."),
        ((STATION, "claim_cap=0"), "claim_cap is a whole number from 1 to 50"),
        ((STATION, "claim_cap=51"), "claim_cap is a whole number from 1 to 50"),
        ((STATION, "claim_cap=-1"), "claim_cap is a whole number"),
        ((STATION, "claim_cap=2.5"), "claim_cap is a whole number"),
        ((STATION, "claim_cap=３"), "claim_cap is a whole number"),
        ((STATION, f"claim_cap={'9' * 5000}"), "claim_cap is a whole number"),
        ((STATION, "look_first=maybe"), "look_first is on or off"),
        ((STATION, "claim_cap"), "NAME=VALUE"),
        ((STATION, "claim_cap=2", "claim_cap=3"), "each setting once"),
        ((STATION, "claim_cap=2", "look_first=maybe"), "look_first is on or off"),
    ],
)
@ONE_DATABASE
def test_a_setting_that_cannot_be_is_refused_and_none_is_set(either_app: Flask, words: tuple[str, ...], why: str) -> None:
    assert why in refused(either_app, "org", "settings", *words)
    assert "claim_cap=3 (default)" in run(either_app, "org", "settings", STATION).output


# The house as a whole -------------------------------------------------------------------------------------------------------------


def test_the_doctor_finds_a_miscounted_order(either_app: Flask) -> None:
    assert run(either_app, "doctor").output == "all is well\n"
    with either_app.app_context(), transaction() as work:
        order = work.execute(text("SELECT id FROM orders WHERE status = 'open'")).scalars().first()
        work.execute(text("UPDATE orders SET taken = 1 WHERE id = :id"), {"id": order})
    found = run(either_app, "doctor")
    assert (found.exit_code, found.output) == (1, f"order {order}: taken does not match its claims\n")


@ONE_DATABASE
def test_the_demo_is_loaded_once_and_only_where_it_was_asked_for(either_app: Flask) -> None:
    assert run(either_app, "demo", "load").output == "already there\n"
    either_app.config["DEMO"] = False
    assert "only where DEMO=1" in refused(either_app, "demo", "load")


@pytest.mark.slow
def test_the_jobs_run_in_a_process_of_their_own_until_it_is_ended(street: Path, tmp_path: Path) -> None:
    folder = tmp_path / "jobs"
    shutil.copytree(street, folder)
    house = House(folder)
    process = subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "wsgi", "jobs", "run"],
        cwd=ROOT,
        env=house.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        # Whatever started the tests may have turned Ctrl-C off.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    )
    assert process.stdout is not None
    try:
        while (line := process.stdout.readline()) and b"The jobs run" not in line:
            pass
        assert process.poll() is None
    finally:
        process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=20)[0]
    assert process.returncode == 0, said
    assert b"Traceback" not in said
