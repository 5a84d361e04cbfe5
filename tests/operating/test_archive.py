"""A backup is everything in one file, and comes back whole: on the same database, on the other, or not at all."""

from __future__ import annotations

import io
import json
import os
import stat
import tarfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from PIL import Image

from dispatch import archive
from tests.applications import opened
from tests.core.visitors import Visitor
from tests.house import ROOT, House
from tests.servers import Postgres

# What takes longer than a habit should: `make test` runs it, `make check` does not.
pytestmark = pytest.mark.slow

Empty = Callable[[str], Flask]
#: The version of the tables: the newest migration.
NEWEST = max(path.name[:4] for path in (ROOT / "dispatch/migrations/versions").glob("0*.py"))


@pytest.fixture
def empty(tmp_path: Path, street: Path, request: pytest.FixtureRequest) -> Iterator[Empty]:
    """`empty("postgresql")`: a house with the same keys, its tables made and nothing in them."""
    doors = []

    def make(kind: str) -> Flask:
        folder = tmp_path / f"empty-{kind}"
        folder.mkdir()
        for secret in ("demo-field_keys", "demo-secret_key"):
            (folder / secret).write_text((street / secret).read_text())
        server: Postgres | None = request.getfixturevalue("postgres") if kind == "postgresql" else None
        url = server.database(f"empty_{uuid.uuid4().hex}") if server else None
        House(folder, database_url=url).flask("db", "upgrade")
        door = opened(folder, url or "")
        doors.append(door)
        return door.__enter__()

    yield make
    for door in doors:
        door.__exit__(None, None, None)


def run(app: Flask, *words: str) -> Result:
    return app.test_cli_runner().invoke(args=list(words))


def delivered_by_photo(app: Flask, need: dict[str, Any]) -> str:
    """An errand whose delivery has a photo, and for which money was laid out."""
    clerk, courier = Visitor(app, "clerk"), Visitor(app, "courier1")
    order = str(clerk.post(need, money_limit=5000).json["id"])
    out = io.BytesIO()
    Image.new("RGB", (64, 48), "green").save(out, "JPEG")
    form = {"photo": (io.BytesIO(out.getvalue()), "door.jpg"), "reason": "老人在休息"}
    form |= {"amount": "2350", "receipt": (io.BytesIO(out.getvalue()), "receipt.jpg")}
    answers = [courier.say("claim", order), courier.say("pick-up", order)]
    answers += [
        courier.ask("POST", f"/api/v1/orders/{order}/deliver", data=form, content_type="multipart/form-data", key=str(uuid.uuid4()))
    ]
    assert [answer.status_code for answer in answers] == [200] * 3, [answer.json for answer in answers]
    hazard = {"category": "06010", "building": "3号楼", "note": "楼道", "photos": (io.BytesIO(out.getvalue()), "a.jpg")}
    reported = courier.ask("POST", "/api/v1/hazards", data=hazard, content_type="multipart/form-data", key=str(uuid.uuid4()))
    assert reported.status_code == 201, reported.json
    return order


def reported_by_a_program(app: Flask) -> str:
    """A report by Open311, and a photo of which a part was blacked out; returns the report's token."""
    key = run(app, "open311", "key", "city-app", "--login", "courier2").output.split()[-1]
    form = {"api_key": key, "service_code": "gb47678-event-06010", "address_string": "5号楼", "description": "桥下一堆垃圾"}
    boss = Visitor(app, "coordinator")
    hazard = next(one for one in boss.get("/hazards").json["items"] if one["photos"])
    path = f"/api/v1/hazards/{hazard['id']}/photos/{hazard['photos'][0]['id']}/black-out"
    black = boss.ask("POST", path, json={"boxes": [{"left": 0, "top": 0, "width": 9, "height": 9}]}, key=str(uuid.uuid4()))
    assert black.status_code == 200, black.json
    answer = Visitor(app).ask("POST", "/open311/v2/requests.json", data=form)
    assert answer.status_code == 200, answer.json
    return str(answer.json[0]["token"])


def seen(app: Flask, order: str) -> dict[str, Any]:
    """All that people read, which must be the same in the house it came from and in the other."""
    clerk, boss = Visitor(app, "clerk"), Visitor(app, "coordinator")
    station = boss.get("/me").json["station_id"]
    said = {path: clerk.get(path).json for path in (f"/orders/{order}", "/orders", "/communities", "/money/book", "/money/advances")}
    photo = clerk.ask("GET", f"/orders/{order}/photo")
    said["photo"] = photo.data
    photo.close()
    said["hazards"] = boss.get("/hazards").json
    hazard_photo = boss.ask("GET", next(one for one in said["hazards"]["items"] if one["photos"])["photos"][0]["url"])
    said["hazard_photo"] = hazard_photo.data
    hazard_photo.close()
    return said | {"couriers": boss.get("/couriers").json, "journal": boss.get("/journal", station_id=station, since=0).json}


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_everything_comes_back_on_the_same_database_and_on_the_other(
    either_app: Flask, empty: Empty, kind: str, need: dict[str, Any], tmp_path: Path
) -> None:
    order, file = delivered_by_photo(either_app, need), tmp_path / "copy.tgz"
    token = reported_by_a_program(either_app)
    locked = Path(either_app.config["DATA_DIR"]) / "photos" / "locked" / f"{'a' * 32}.jpg"
    locked.parent.mkdir()
    locked.write_bytes(b"what must not be seen")
    written = run(either_app, "backup", str(file))
    assert written.exit_code == 0, written.output
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    new = empty(kind)
    restored = run(new, "restore", str(file))
    assert (restored.exit_code, restored.output) == (0, written.output), restored.exception
    assert run(new, "journal", "verify").output == "every journal holds\n"
    assert run(new, "doctor").output == "all is well\n"
    assert seen(new, order) == seen(either_app, order)
    followed = [Visitor(app).ask("GET", f"/open311/v2/tokens/{token}.json").json for app in (either_app, new)]
    assert followed == [[{"service_request_id": None, "token": token}]] * 2
    behind = [{one.name for one in (Path(app.config["DATA_DIR"]) / "hazard_photos/locked").iterdir()} for app in (either_app, new)]
    assert len(behind[0]) == 1
    assert behind[0] == behind[1]
    photos = list((Path(new.config["DATA_DIR"]) / "photos").rglob("*.jpg"))
    assert [stat.S_IMODE(photo.stat().st_mode) for photo in photos] == [0o600] * 3
    assert (Path(new.config["DATA_DIR"]) / "photos" / "locked" / locked.name).read_bytes() == b"what must not be seen"
    # And it is a living house: the numbers go on where they were.
    assert Visitor(new, "clerk").post(need).status_code == 201
    assert run(new, "journal", "verify").exit_code == 0


def test_what_is_encrypted_is_so_in_the_file_and_the_keys_are_not_in_it(either_app: Flask, need: dict[str, Any], tmp_path: Path) -> None:
    Visitor(either_app, "clerk").post({**need, "resident": {"name": "康纳丽", "phone": "13977661234", "door": "九单元九零九"}})
    run(either_app, "backup", str(tmp_path / "copy.tgz"))
    with tarfile.open(tmp_path / "copy.tgz") as copy:
        files = {name: copy.extractfile(name).read() for name in copy.getnames()}  # type: ignore[union-attr]
    whole = b"".join(files.values())
    for word in ("康纳丽", "13977661234", "九单元九零九"):
        assert word.encode() not in whole
        assert json.dumps(word)[1:-1].encode() not in whole
    for key in ("FIELD_KEYS", "SECRET_KEY"):
        assert either_app.config[key].encode() not in whole
    assert files["schema"] == NEWEST.encode()


def test_a_house_with_anything_in_it_is_not_overwritten(either_app: Flask, tmp_path: Path) -> None:
    run(either_app, "backup", str(tmp_path / "copy.tgz"))
    refused = run(either_app, "restore", str(tmp_path / "copy.tgz"))
    assert refused.exit_code == 1
    assert "The database is not empty" in refused.output


def rewritten(file: Path, **changed: bytes | None) -> Path:
    """The same backup with some of its members changed, or without them."""
    other = file.with_name(f"other-{'-'.join(changed)}.tgz")
    with tarfile.open(file) as old, tarfile.open(other, "w:gz") as new:
        for member in old.getmembers():
            held = old.extractfile(member)
            data = changed.get(member.name.partition("/")[2].partition(".")[0] or member.name, held.read() if held else b"")
            if data is not None:
                member.size = len(data)
                new.addfile(member, io.BytesIO(data))
    return other


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_is_no_whole_backup_of_this_version_is_refused_and_leaves_nothing(either_app: Flask, empty: Empty, tmp_path: Path) -> None:
    good, half, text = tmp_path / "copy.tgz", tmp_path / "half.tgz", tmp_path / "text.tgz"
    run(either_app, "backup", str(good))
    half.write_bytes(good.read_bytes()[:-2000])
    text.write_text("hello")
    new = empty("sqlite")
    for file, why in (
        (half, "not a whole backup"),
        (text, "not a whole backup"),
        (rewritten(good, journal=None), "not a whole backup"),
        (rewritten(good, persons=b'{"id": "x"'), "not a whole backup"),
        (rewritten(good, schema=b"0000"), f"version 0000, this database those of {NEWEST}"),
    ):
        refused = run(new, "restore", str(file))
        assert (refused.exit_code, why in refused.output) == (1, True), (refused.output, refused.exception)
    assert run(new, "restore", str(good)).exit_code == 0


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_without_the_keys_it_was_sealed_with_it_is_refused(
    either_app: Flask, empty: Empty, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(either_app, "backup", str(tmp_path / "copy.tgz"))
    monkeypatch.setitem(os.environ, "FIELD_KEYS", "ab" * 32)
    refused = run(empty("sqlite"), "restore", str(tmp_path / "copy.tgz"))
    assert refused.exit_code == 1
    assert "sealed with other FIELD_KEYS" in refused.output


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_backup_that_cannot_be_written_leaves_the_earlier_one(either_app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "copy.tgz"
    file.write_bytes(b"earlier")
    table = tmp_path / "no-such-folder" / "copy.tgz"
    refused = run(either_app, "backup", str(table))
    assert refused.exit_code == 1
    assert "cannot be written" in refused.output
    assert run(either_app, "backup", str(file)).exit_code == 0
    assert file.read_bytes() != b"earlier"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_what_is_written_meanwhile_is_in_it_whole_or_not_at_all(
    either_app: Flask, empty: Empty, need: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An order is posted between two tables of the backup: what comes back must be a house as it was at one moment."""
    clerk, add_table = Visitor(either_app, "clerk"), archive._add_table

    def post_first(*arguments: Any) -> int:
        assert clerk.post(need).status_code == 201
        return add_table(*arguments)

    monkeypatch.setattr(archive, "_add_table", post_first)
    assert run(either_app, "backup", str(tmp_path / "copy.tgz")).exit_code == 0
    monkeypatch.undo()
    new = empty("sqlite")
    assert run(new, "restore", str(tmp_path / "copy.tgz")).exit_code == 0
    assert run(new, "doctor").output == "all is well\n"
