"""What a photo may be, and what is left of it when it is kept: the picture, upright, and nothing else."""

from __future__ import annotations

import io
import stat
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from PIL import Image

from dispatch.core import photos
from dispatch.core.photos import MAX_BYTES, PhotoRefused, StoredPhoto, path_of, put_back, remove, store
from dispatch.orders.photographing import folder

GPS, MAKE, ORIENTATION = 0x8825, 0x010F, 0x0112


def picture(kind: str, size: tuple[int, int] = (640, 480), mode: str = "RGB", **more: Any) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, more.pop("colour", 0)).save(out, kind, **more)
    return out.getvalue()


def two_frames(kind: str) -> bytes:
    out = io.BytesIO()
    first, second = Image.new("RGB", (64, 48), "red"), Image.new("RGB", (64, 48), "blue")
    first.save(out, kind, save_all=True, append_images=[second], duration=100)
    return out.getvalue()


def png_that_claims(width: int, height: int) -> bytes:
    """A few bytes with a header of any size: what a decompression bomb looks like before it is opened."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


def looked_at(place: Path, kept: StoredPhoto) -> Image.Image:
    with Image.open(path_of(place, kept.name)) as image:
        image.load()
        return image


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_jpeg_png_and_webp_are_kept_as_jpeg_for_us_alone(tmp_path: Path, kind: str) -> None:
    place = tmp_path / "photos"
    kept = store(picture(kind, colour="green"), place)
    assert (kept.width, kept.height) == (640, 480)
    file = path_of(place, kept.name)
    assert file.stat().st_size == kept.size
    assert file.read_bytes().startswith(b"\xff\xd8\xff")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    assert [one.name for one in place.iterdir()] == [kept.name]


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16"])
def test_every_way_of_colour_is_kept_and_transparency_becomes_paper(tmp_path: Path, mode: str) -> None:
    kept = store(picture("JPEG" if mode == "CMYK" else "PNG", mode=mode), tmp_path)
    image = looked_at(tmp_path, kept)
    assert image.mode == "RGB"
    if mode in ("LA", "RGBA"):
        assert image.getpixel((5, 5)) == (255, 255, 255)


def test_a_large_one_becomes_small_enough_to_be_sent_on(tmp_path: Path) -> None:
    kept = store(picture("JPEG", (6000, 4000)), tmp_path)
    assert (kept.width, kept.height) == (2048, 1365)


@pytest.mark.parametrize(
    ("orientation", "size", "corner"), [(1, (200, 100), "red"), (3, (200, 100), "blue"), (6, (100, 200), "red"), (8, (100, 200), "blue")]
)
def test_a_photo_is_turned_upright(tmp_path: Path, orientation: int, size: tuple[int, int], corner: str) -> None:
    """Left half red, right half blue, held in each way."""
    image = Image.new("RGB", (200, 100), "red")
    image.paste("blue", (100, 0, 200, 100))
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif, quality=95)
    kept = store(out.getvalue(), tmp_path)
    assert (kept.width, kept.height) == size
    red, _green, blue = looked_at(tmp_path, kept).getpixel((5, 5))  # type: ignore[misc]
    assert (red > blue) is (corner == "red")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_nothing_that_was_written_beside_the_picture_is_kept(tmp_path: Path, kind: str) -> None:
    exif = Image.Exif()
    exif[MAKE] = "CanaryPhone"
    exif.get_ifd(GPS).update({1: "N", 2: (39.0, 1.0, 25.0), 3: "E", 4: (117.0, 41.0, 55.0)})
    more: dict[str, Any] = {"exif": exif, "icc_profile": b"CanaryProfile" * 20}
    more |= {"comment": b"CanaryComment"} if kind == "JPEG" else {}
    more |= {"xmp": b"<x:xmpmeta>CanaryXmp</x:xmpmeta>"} if kind != "PNG" else {}
    data = picture(kind, **more)
    with Image.open(io.BytesIO(data)) as before:
        assert before.getexif().get_ifd(GPS)
    kept = path_of(tmp_path, store(data, tmp_path).name).read_bytes()
    for trace in (b"Canary", b"Exif", b"GPS", b"ICC_PROFILE", b"xmp"):
        assert trace not in kept
    with Image.open(io.BytesIO(kept)) as after:
        assert not after.getexif()
        assert set(after.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_what_hangs_behind_a_picture_is_cut_off(tmp_path: Path) -> None:
    for tail in (b"<script>alert('canary')</script>", b"PK\x03\x04canary", b"#!/bin/sh\necho canary"):
        kept = store(picture("JPEG") + tail, tmp_path)
        assert b"canary" not in path_of(tmp_path, kept.name).read_bytes()


def test_a_phones_photo_with_a_second_view_is_a_photo(tmp_path: Path) -> None:
    kept = store(two_frames("MPO"), tmp_path)
    red, _green, blue = looked_at(tmp_path, kept).getpixel((5, 5))  # type: ignore[misc]
    assert red > blue


REFUSED: list[tuple[str, bytes, str]] = [
    ("empty", b"", "not_an_image"),
    ("text", b"hello" * 100, "not_an_image"),
    ("svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "not_an_image"),
    ("html-called-jpeg", b"\xff\xd8\xff<html>", "not_an_image"),
    ("gif", picture("GIF", mode="P"), "not_an_image"),
    ("tiff", picture("TIFF"), "not_an_image"),
    ("bmp", picture("BMP"), "not_an_image"),
    ("ico", picture("ICO", (64, 64)), "not_an_image"),
    ("pdf", picture("PDF"), "not_an_image"),
    ("postscript", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "not_an_image"),
    ("gif-animated", two_frames("GIF"), "not_an_image"),
    ("png-animated", two_frames("PNG"), "animated"),
    ("webp-animated", two_frames("WEBP"), "animated"),
    ("too-large", b"\xff\xd8" + b"0" * MAX_BYTES, "too_large"),
    ("bomb", png_that_claims(5001, 5000), "too_many_pixels"),
    ("great-bomb", png_that_claims(60_000, 60_000), "too_many_pixels"),
    ("long-bomb", png_that_claims(2**31 - 1, 1), "too_many_pixels"),
    ("half-a-png", png_that_claims(4000, 4000), "damaged"),
    ("truncated", picture("JPEG", (1200, 900), colour="green")[:4000], "damaged"),
    ("truncated-webp", picture("WEBP", (1200, 900), colour="green", lossless=True)[:-40], "not_an_image"),
]


@pytest.mark.parametrize(("data", "reason"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_what_is_no_photo_is_refused_and_nothing_is_stored(tmp_path: Path, data: bytes, reason: str) -> None:
    place = tmp_path / "photos"
    with pytest.raises(PhotoRefused) as refused:
        store(data, place)
    assert refused.value.reason == reason
    assert not place.exists()


def test_twenty_five_megapixels_are_kept_and_are_told_from_the_header_alone(tmp_path: Path) -> None:
    kind, width, height = photos.inspect(png_that_claims(5000, 5000))
    assert (kind, width * height) == ("PNG", 25_000_000)
    assert store(picture("PNG", (5000, 5000), mode="L"), tmp_path).width == 2048


@pytest.mark.parametrize("limit", ["MEMORY_BYTES = 768 * 1024 * 1024", "CPU_SECONDS = 15"])
def test_a_decoder_that_wants_too_much_is_ended_and_nothing_is_stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    """The same child with so little that any photo is too much."""
    little = "MEMORY_BYTES = 24 * 1024 * 1024" if limit.startswith("MEMORY") else "CPU_SECONDS = 0"
    program = photos._CHILD.read_text()
    assert limit in program
    child = tmp_path / "child.py"
    child.write_text(program.replace(limit, little))
    monkeypatch.setattr(photos, "_CHILD", child)
    place = tmp_path / "photos"
    with pytest.raises(PhotoRefused, match="damaged"):
        store(picture("JPEG", (4000, 3000)), place)
    assert not place.exists()


def test_a_decoder_that_never_ends_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(photos, "CHILD_SECONDS", 0.01)
    with pytest.raises(PhotoRefused, match="too_slow"):
        store(picture("JPEG"), tmp_path / "photos")
    assert not (tmp_path / "photos").exists()


@pytest.mark.parametrize("name", ["../secret.jpg", "a.jpg", "", "0" * 32, f"{'0' * 32}.png", f"{'0' * 32}.jpg\n", f"/{'0' * 32}.jpg", "\0"])
def test_only_names_that_we_gave_lead_to_a_file(tmp_path: Path, name: str) -> None:
    for act in (lambda: path_of(tmp_path, name), lambda: remove(tmp_path, name), lambda: put_back(tmp_path, name, b"x")):
        with pytest.raises(ValueError, match="not a photo's name"):
            act()


def test_removing_twice_is_removing_once(tmp_path: Path) -> None:
    kept = store(picture("JPEG"), tmp_path)
    remove(tmp_path, kept.name)
    remove(tmp_path, kept.name)
    assert list(tmp_path.iterdir()) == []


def test_photos_lie_outside_of_everything_that_is_served(app: Flask) -> None:
    kept = store(picture("JPEG"), folder())
    assert not folder().resolve().is_relative_to(Path(str(app.static_folder)).resolve())
    for path in (
        f"/photos/{kept.name}",
        f"/static/{kept.name}",
        f"/static/../var/photos/{kept.name}",
        f"/static/%2e%2e/photos/{kept.name}",
    ):
        assert app.test_client().get(path).status_code == 404
