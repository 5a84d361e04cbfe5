"""What others have made and we serve: named with its version, with its licence, and byte for byte what is written down."""

from __future__ import annotations

import hashlib
import json
import re

from tests.house import ROOT

FOLDER = ROOT / "static/vendor"


def test_each_file_of_others_is_the_one_whose_hash_is_written_down() -> None:
    written = dict(reversed(line.split("  ")) for line in (FOLDER / "SHA384SUMS").read_text().splitlines())
    lying = {
        str(file.relative_to(FOLDER)): hashlib.sha384(file.read_bytes()).hexdigest() for file in FOLDER.glob("*@*/**/*") if file.is_file()
    }
    assert written == lying


def test_each_has_its_licence_and_the_version_that_is_asked_for() -> None:
    asked = json.loads((FOLDER / "package.json").read_text())["dependencies"]
    folders = {folder.name for folder in FOLDER.iterdir() if folder.is_dir()}
    assert folders == {f"{name.rpartition('/')[2]}@{version}" for name, version in asked.items()}
    assert all((FOLDER / folder / "LICENSE").stat().st_size for folder in folders)


def test_no_page_or_script_names_a_version_that_is_not_there() -> None:
    there = {folder.name for folder in FOLDER.iterdir() if folder.is_dir()}
    files = [*(ROOT / "templates").rglob("*.html"), *(ROOT / "dispatch").rglob("*.py"), *(ROOT / "static").glob("**/*.js")]
    named = {name for file in files if FOLDER not in file.parents for name in re.findall(r"vendor/([^/\"']+@[\d.]+)", file.read_text())}
    assert named <= there
    assert named
