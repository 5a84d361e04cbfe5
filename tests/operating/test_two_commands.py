"""The two commands for everybody: `make run` serves the street and keeps what happened on it; what `make test` needs is what is said."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.house import ROOT, Caller, House, free_port


def test_the_readme_names_what_the_tests_look_for_on_the_machine() -> None:
    looked_for = re.findall(r"missing\+=\(([^)]+)\)", (ROOT / ".ci/system").read_text())
    (said,) = re.findall(r"^The tests need: sudo apt-get install (.+)$", (ROOT / "README.md").read_text(), re.MULTILINE)
    assert said.split() == " ".join(looked_for).split()


def test_where_a_program_is_missing_that_cannot_be_installed_one_sentence_says_which_command_would(tmp_path: Path) -> None:
    for name in ("ls", "id", "grep"):
        (tmp_path / name).symlink_to(shutil.which(name) or name)
    bash = shutil.which("bash") or "bash"
    done = subprocess.run([bash, ".ci/system"], cwd=ROOT, env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert re.fullmatch(r"The tests need: sudo apt-get install chromium redis-server .*poppler-utils .*fontconfig\n", done.stderr)


@contextmanager
def make_run(environ: dict[str, str], log: Path) -> Iterator[str]:
    """`make run` until the block is over; gives its address. What is installed is left as it is."""
    url, deadline = f"http://localhost:{environ['PORT']}", time.monotonic() + 120
    with log.open("wb") as said:
        process = subprocess.Popen(
            ["make", "--old-file", ".venv/installed", "run"], cwd=ROOT, env=environ, stdout=said, stderr=said, start_new_session=True
        )
    try:
        while not answers(url):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
        yield url
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=30)


def answers(url: str) -> bool:
    try:
        return requests.get(f"{url}/readyz", timeout=5).status_code == 200
    except requests.RequestException:
        return False


@pytest.mark.slow
def test_make_run_says_where_to_look_and_who_to_be_and_the_next_one_keeps_the_data(
    tmp_path: Path, database: str, need: dict[str, Any], request: pytest.FixtureRequest
) -> None:
    folder, port, log = tmp_path / "var", free_port(), tmp_path / "said"
    made_by_make = ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "DATABASE_URL", "REDIS_URL", "DEMO", "PREPARE", "PUBLIC_ORIGIN")
    environ = {name: value for name, value in os.environ.items() if name not in made_by_make}
    environ |= {"DATA_DIR": str(folder), "PORT": str(port)}
    if database == "postgresql":
        environ["DATABASE_URL"] = request.getfixturevalue("postgres").database(f"made{uuid.uuid4().hex}")

    with make_run(environ, log) as url:
        front = requests.get(url, timeout=30)
        assert front.url == f"{url}/demo"
        for login in ("clerk", "clerk2", "coordinator", "courier1", "courier80", "neighbour", "supervisor", "admin"):
            assert f"/demo/be/{login}" in front.text
        token = House(folder, database_url=environ.get("DATABASE_URL")).token("clerk")
        order = Caller(url, token).post("/orders", need).json()["id"]
    said = log.read_text()
    assert f"http://localhost:{port}/" in said
    assert "clerk, clerk2, coordinator, courier1 … courier80, neighbour, supervisor, admin" in said
    assert "making the database ready" in said
    assert (folder / "lastmetre.db").exists() == (database == "sqlite")

    with make_run(environ, log) as url:
        again = Caller(url, token).get(f"/orders/{order}")
        assert (again.status_code, again.json()["private"]["name"]) == (200, need["resident"]["name"])
    assert "making the database ready" not in log.read_text()
