"""What a photo may be, and what is left of it when it is kept: the picture, upright, in its colours, and nothing else."""

from __future__ import annotations

import io
import stat
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image

from dispatch.core import photos
from dispatch.core.photos import (
    MAX_BYTES,
    Box,
    PhotoRefused,
    black_out,
    existing,
    lock_away,
    path_of,
    put_back,
    remove,
    remove_locked,
    store,
)
from dispatch.orders.photographing import folder
from tests.core.looking import bare
from tests.core.photo_corpus import KINDS, exif, png_of, saved, scene


@pytest.mark.parametrize("kind", KINDS)
def test_jpeg_png_and_webp_are_kept_as_jpeg_for_us_alone(tmp_path: Path, kind: str) -> None:
    place = tmp_path / "photos"
    kept = store(saved(scene(), kind), place)
    assert (kept.width, kept.height) == (640, 480)
    file = path_of(place, kept.name)
    assert file.stat().st_size == kept.size
    assert bare(file.read_bytes())
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    assert [one.name for one in place.iterdir()] == [kept.name]


def test_a_large_one_becomes_small_enough_to_be_sent_on(tmp_path: Path) -> None:
    kept = store(saved(Image.new("RGB", (6000, 4000)), "JPEG"), tmp_path)
    assert (kept.width, kept.height) == (2048, 1365)


def test_twenty_five_megapixels_are_kept_and_one_line_more_is_not(tmp_path: Path) -> None:
    assert store(saved(Image.new("L", (5000, 5000)), "PNG"), tmp_path).width == 2048
    with pytest.raises(PhotoRefused, match="too_many_pixels"):
        store(saved(Image.new("L", (5000, 5001)), "PNG"), tmp_path)


def test_eight_megabytes_are_kept_and_one_byte_more_is_not(tmp_path: Path) -> None:
    data = saved(scene(), "JPEG").ljust(MAX_BYTES, b"\0")
    assert store(data, tmp_path).width == 640
    with pytest.raises(PhotoRefused, match="too_large"):
        store(data + b"\0", tmp_path)


def test_a_header_is_read_without_the_picture() -> None:
    class Counted(io.BytesIO):
        taken = 0

        def read(self, size: int | None = -1, /) -> bytes:
            data = super().read(size)
            self.taken += len(data)
            return data

    for data in (png_of(5000, 5000), saved(scene((2000, 2000)), "JPEG", exif=exif()), saved(scene(), "WEBP")):
        counted = Counted(data.ljust(MAX_BYTES, b"\0"))
        photos.form_of(counted)
        assert counted.taken < 200


# Nothing but what the child has made anew ------------------------------------------------------------


def child_that(monkeypatch: pytest.MonkeyPatch, folder: Path, *instead: tuple[str, str]) -> None:
    """The same child with something else in it."""
    program = photos._CHILD.read_text()
    for old, new in instead:
        assert old in program
        program = program.replace(old, new)
    child = folder / "child.py"
    child.write_text(program)
    monkeypatch.setattr(photos, "_CHILD", child)


WRITE = 'sys.stdout.buffer.write(json.dumps(said).encode() + b"\\n" + out.getvalue())'
RUBBISH = {
    "nothing": "sys.stdout.buffer.write(b'')",
    "words": "sys.stdout.buffer.write(b'hello')",
    "no-line-before": "sys.stdout.buffer.write(out.getvalue())",
    "original": "image.fp.seek(0); sys.stdout.buffer.write(b'{}\\n' + image.fp.read())",
    "something-behind": "sys.stdout.buffer.write(b'{}\\n' + out.getvalue() + b'Canary')",
    "something-between": "sys.stdout.buffer.write(b'{}\\n' + out.getvalue()[:20] + b'\\xff\\xfe\\x00\\x08Canary' + out.getvalue()[20:])",
    "half": "sys.stdout.buffer.write(b'{}\\n' + out.getvalue()[:-100])",
    "without-end": "[sys.stdout.buffer.write(b'{}' * 500_000) for _ in range(1000)]",
    "then-dies": WRITE + "; sys.stdout.flush(); import os; os.abort()",
    "then-fails": WRITE + "; sys.exit(3)",
    "then-is-killed": WRITE + "; sys.stdout.flush(); os = sys.modules['os']; os.kill(os.getpid(), 9)",
}


@pytest.mark.parametrize("instead", RUBBISH.values(), ids=RUBBISH)
def test_a_child_that_is_not_well_is_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, instead: str) -> None:
    child_that(monkeypatch, tmp_path, (WRITE, instead))
    place = tmp_path / "photos"
    with pytest.raises(PhotoRefused, match="damaged"):
        store(saved(scene(), "JPEG", exif=exif()), place)
    assert not place.exists()


@pytest.mark.parametrize(
    ("limit", "little"),
    [("MEMORY_BYTES = 768 * 1024 * 1024", "MEMORY_BYTES = 24 * 1024 * 1024"), ("CPU_SECONDS = 15", "CPU_SECONDS = 0")],
)
def test_a_decoder_that_wants_too_much_is_ended_and_nothing_is_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, little: str
) -> None:
    """The same child with so little that any photo is too much."""
    child_that(monkeypatch, tmp_path, (limit, little))
    place = tmp_path / "photos"
    with pytest.raises(PhotoRefused, match="damaged"):
        store(saved(scene((4000, 3000)), "JPEG"), place)
    assert not place.exists()


@pytest.mark.parametrize("reach", ["open('/etc/passwd')", "socket.socket()", "open('/tmp/canary', 'w')"])
def test_a_decoder_that_has_been_taken_over_opens_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reach: str) -> None:
    taken_over = ("import sys\n", "import socket\nimport sys\n"), ("    said = said_beside", f"    {reach}\n    said = said_beside")
    child_that(monkeypatch, tmp_path, *taken_over)
    with pytest.raises(PhotoRefused, match="damaged"):
        store(saved(scene(), "JPEG"), tmp_path / "photos")


def test_it_is_the_limits_that_keep_it_from_opening_anything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    child_that(monkeypatch, tmp_path, ("    limit()\n", "    open('/etc/passwd').close()\n"))
    assert store(saved(scene(), "JPEG"), tmp_path / "photos").width == 640


def test_a_decoder_that_never_ends_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(photos, "CHILD_SECONDS", 0.01)
    with pytest.raises(PhotoRefused, match="too_slow"):
        store(saved(scene(), "JPEG"), tmp_path / "photos")
    assert not (tmp_path / "photos").exists()


def test_a_disk_that_takes_nothing_leaves_no_half_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(photos.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        store(saved(scene(), "JPEG"), tmp_path / "photos")
    assert list((tmp_path / "photos").iterdir()) == []


# Names ------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["../secret.jpg", "a.jpg", "", "0" * 32, f"{'0' * 32}.png", f"{'0' * 32}.jpg\n", f"/{'0' * 32}.jpg", "\0", f"locked/{'0' * 32}.jpg"],
)
def test_only_names_that_we_gave_lead_to_a_file(tmp_path: Path, name: str) -> None:
    for act in (path_of, existing, remove, lock_away, remove_locked):
        with pytest.raises(ValueError, match="not a photo's name"):
            act(tmp_path, name)
    with pytest.raises(ValueError, match="not a photo's name"):
        put_back(tmp_path, name, b"x")
    with pytest.raises(ValueError, match="not a photo's name"):
        black_out(tmp_path, name, [Box(0, 0, 1, 1)])


def test_removing_twice_is_removing_once(tmp_path: Path) -> None:
    kept = store(saved(scene(), "JPEG"), tmp_path)
    remove(tmp_path, kept.name)
    remove(tmp_path, kept.name)
    assert list(tmp_path.iterdir()) == []


def test_photos_lie_outside_of_everything_that_is_served(app: Flask) -> None:
    kept = store(saved(scene(), "JPEG"), folder())
    lock_away(folder(), kept.name)
    assert not folder().resolve().is_relative_to(Path(str(app.static_folder)).resolve())
    for name in (kept.name, f"locked/{kept.name}"):
        for path in ("/photos", "/static", "/static/../var/photos", "/static/%2e%2e/photos"):
            assert app.test_client().get(f"{path}/{name}").status_code == 404
