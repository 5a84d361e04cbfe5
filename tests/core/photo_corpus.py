"""Every kind of file that comes where a photo is asked for, built here: photos with all that is written beside them, and what is none.

`CANARY` stands wherever something could travel along unseen.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from tests.core.colour_profile import profile

CANARY = b"Canary"
KINDS = ("JPEG", "PNG", "WEBP")
MAKE, ORIENTATION, DETAILS, GPS = 0x010F, 0x0112, 0x8769, 0x8825
#: 39° 1′ 25″ N, 117° 41′ 55″ E.
AT = {1: "N", 2: (39.0, 1.0, 25.0), 3: "E", 4: (117.0, 41.0, 55.0)}
TAKEN = {0x9003: "2026:11:03 08:15:30", 0x9011: "+08:00"}
Case = tuple[str, Callable[[], bytes]]


def saved(image: Image.Image, kind: str, **more: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **more)
    return out.getvalue()


def halves(size: tuple[int, int] = (200, 100), left: str = "red", right: str = "blue") -> Image.Image:
    """Left half red, right half blue."""
    image = Image.new("RGB", size, left)
    image.paste(right, (size[0] // 2, 0, *size))
    return image


def scene(size: tuple[int, int] = (640, 480)) -> Image.Image:
    """Something to decode in every corner."""
    bands = [Image.linear_gradient("L").resize(size).rotate(turn) for turn in (0, 90, 180)]
    return Image.merge("RGB", bands)


def exif(gps: dict[int, Any] | None = None, details: dict[int, Any] | None = None, orientation: int = 1) -> bytes:
    """What a camera writes: its make, how it was held, where and when."""
    made = Image.Exif()
    made[MAKE], made[ORIENTATION] = CANARY.decode() + "Phone", orientation
    made.get_ifd(DETAILS).update(TAKEN if details is None else details)
    made.get_ifd(GPS).update(AT if gps is None else gps)
    return made.tobytes()


def xmp() -> bytes:
    return b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>" + CANARY + b"</x:xmpmeta>"


def iptc() -> bytes:
    """Photoshop's block 0x0404 with a caption."""
    caption = b"\x1c\x02\x78" + struct.pack(">H", len(CANARY)) + CANARY
    return b"Photoshop 3.0\0" + b"8BIM\x04\x04\0\0" + struct.pack(">I", len(caption)) + caption + b"\0" * (len(caption) % 2)


def segment(mark: int, data: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, mark, len(data) + 2) + data


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def riff(*parts: tuple[bytes, bytes]) -> bytes:
    body = b"WEBP" + b"".join(name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2) for name, data in parts)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def into_jpeg(*segments: bytes, image: Image.Image | None = None) -> bytes:
    """A JPEG with these behind its beginning."""
    data = saved(image or scene(), "JPEG")
    return data[:2] + b"".join(segments) + data[2:]


def into_png(*chunks: bytes, image: Image.Image | None = None) -> bytes:
    """A PNG with these behind its header."""
    data = saved(image or scene(), "PNG")
    return data[:33] + b"".join(chunks) + data[33:]


def png_of(width: int, height: int, depth: int = 8, colour: int = 2, rows: bytes = b"\0" * 1000) -> bytes:
    """A PNG that claims a size; its rows need not be as many."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 1)) + chunk(b"IEND", b"")


def jpeg_of(width: int, height: int) -> bytes:
    """A JPEG whose frame header claims a size."""
    data = bytearray(saved(scene(), "JPEG"))
    at = data.index(b"\xff\xc0")
    data[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(data)


def webp_of(width: int, height: int, flags: int = 0) -> bytes:
    """A WebP whose canvas claims a size."""
    sizes = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    lossy = saved(scene(), "WEBP")[12:]
    (length,) = struct.unpack_from("<I", lossy, 4)
    return riff((b"VP8X", bytes([flags, 0, 0, 0]) + sizes), (lossy[:4], lossy[8 : 8 + length]))


def frames(kind: str, first: str = "red", **more: Any) -> bytes:
    return saved(Image.new("RGB", (64, 48), first), kind, save_all=True, append_images=[Image.new("RGB", (64, 48), "blue")], **more)


def archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("a.html", "<script>" + CANARY.decode() + "</script>")
    return out.getvalue()


def everything(kind: str) -> bytes:
    """A photo with all that can be written beside one in its format."""
    more: dict[str, Any] = {"exif": exif(), "icc_profile": profile(CANARY)}
    if kind == "PNG":
        notes = PngInfo()
        notes.add_text("Comment", CANARY.decode())
        notes.add_text("Author", CANARY.decode() * 100, zip=True)
        notes.add_itxt("XML:com.adobe.xmp", xmp().decode())
        data = saved(scene(), kind, pnginfo=notes, **more)
        return data[:33] + chunk(b"tIME", struct.pack(">HBBBBB", 2026, 11, 3, 8, 15, 30)) + chunk(b"prVt", CANARY) + data[33:] + CANARY
    if kind == "WEBP":
        return saved(scene(), kind, xmp=xmp(), **more) + CANARY
    data = saved(scene(), kind, xmp=xmp(), comment=CANARY, **more)
    thumbnail = segment(0xE0, b"JFXX\0\x10" + saved(scene((64, 48)), "JPEG", comment=CANARY))
    beside = segment(0xED, iptc()) + thumbnail + b"".join(segment(mark, CANARY * 40) for mark in (0xE3, 0xEA, 0xEF, 0xFE))
    return data[:2] + beside + data[2:] + CANARY


def sixteen_bits(colour: int) -> bytes:
    """A PNG of 16 bits a sample, three quarters bright."""
    samples = {0: 1, 2: 3, 4: 2, 6: 4}[colour]
    row = b"\0" + (struct.pack(">H", 0xC000) * (samples - (colour > 3)) + (b"\xff\xff" if colour > 3 else b"")) * 40
    return png_of(40, 30, 16, colour, row * 30)


TAILS = {"zip": archive(), "html": b"<html><script>Canary</script>", "php": b"<?php Canary ?>", "shell": b"\n#!/bin/sh\necho Canary\n",
         "film": b"\0\0\0\x18ftypmp42Canary", "pdf": b"%PDF-1.7 Canary"}  # fmt: skip

#: What is kept, and must hold nothing but its picture then.
PHOTOS: list[Case] = [
    *[(f"{kind}-with-everything", lambda kind=kind: everything(kind)) for kind in KINDS],  # type: ignore[misc]
    *[(f"{kind}-and-{name}", lambda kind=kind, tail=tail: saved(scene(), kind) + tail) for kind in KINDS for name, tail in TAILS.items()],  # type: ignore[misc]
    ("JPEG-comment-of-html", lambda: into_jpeg(segment(0xFE, b"<script>Canary</script>"))),
    ("JPEG-is-an-archive-inside", lambda: into_jpeg(segment(0xFE, archive()))),
    ("PNG-chunk-of-html", lambda: into_png(chunk(b"htMl", b"<script>Canary</script>"))),
    ("JPEG-progressive", lambda: saved(scene(), "JPEG", progressive=True, comment=CANARY)),
    ("JPEG-of-two-views", lambda: frames("MPO")),
    ("JPEG-that-breaks-off-its-exif", lambda: into_jpeg(segment(0xE1, b"Exif\0\0" + exif()[6:90] + CANARY))),
    ("JPEG-with-rubbish-for-exif", lambda: into_jpeg(segment(0xE1, b"Exif\0\0" + CANARY * 50))),
    ("JPEG-with-rubbish-for-a-profile", lambda: saved(scene(), "JPEG", icc_profile=CANARY * 50)),
    ("JPEG-gray", lambda: saved(scene().convert("L"), "JPEG", comment=CANARY)),
    ("JPEG-cmyk", lambda: saved(scene().convert("CMYK"), "JPEG", comment=CANARY)),
    *[(f"PNG-sixteen-bits-{colour}", lambda colour=colour: sixteen_bits(colour)) for colour in (0, 2, 4, 6)],  # type: ignore[misc]
    ("WEBP-lossless", lambda: saved(scene(), "WEBP", lossless=True, xmp=xmp())),
]  # fmt: skip

#: What is refused, and as what.
NONE: list[tuple[str, Callable[[], bytes], str]] = [
    ("empty", lambda: b"", "not_an_image"),
    ("one-byte", lambda: b"\xff", "not_an_image"),
    ("text", lambda: b"hello" * 100, "not_an_image"),
    ("svg", lambda: b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "not_an_image"),
    ("html", lambda: b"<!doctype html><script>alert(1)</script>", "not_an_image"),
    ("html-behind-a-jpegs-beginning", lambda: b"\xff\xd8\xff<html>", "damaged"),
    ("html-behind-a-pngs-beginning", lambda: b"\x89PNG\r\n\x1a\n<html><body>", "damaged"),
    ("archive", archive, "not_an_image"),
    ("archive-before-a-jpeg", lambda: archive() + saved(scene(), "JPEG"), "not_an_image"),
    ("program", lambda: b"\x7fELF" + b"\0" * 100, "not_an_image"),
    ("pdf", lambda: saved(scene(), "PDF"), "not_an_image"),
    ("postscript", lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "not_an_image"),
    ("gif", lambda: saved(scene(), "GIF"), "other_format"),
    ("gif-animated", lambda: frames("GIF"), "other_format"),
    ("tiff", lambda: saved(scene(), "TIFF"), "other_format"),
    ("bmp", lambda: saved(scene(), "BMP"), "other_format"),
    ("ico", lambda: saved(scene((64, 64)), "ICO"), "other_format"),
    ("jpeg-2000", lambda: saved(scene(), "JPEG2000"), "other_format"),
    ("avif", lambda: saved(scene(), "AVIF"), "other_format"),
    ("heic", lambda: b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 200, "other_format"),
    ("png-animated", lambda: frames("PNG"), "animated"),
    ("png-that-announces-frames", lambda: into_png(chunk(b"acTL", struct.pack(">II", 2**32 - 1, 0))), "animated"),
    ("webp-animated", lambda: frames("WEBP"), "animated"),
    ("too-large", lambda: saved(scene(), "JPEG") + b"0" * 8 * 1024 * 1024, "too_large"),
    ("jpeg-fifty-thousand", lambda: jpeg_of(50_000, 50_000), "too_many_pixels"),
    ("png-fifty-thousand", lambda: png_of(50_000, 50_000), "too_many_pixels"),
    ("webp-fifty-thousand", lambda: webp_of(50_000, 50_000), "too_many_pixels"),
    ("webp-lossy-at-its-most", lambda: riff((b"VP8 ", b"\0\0\0\x9d\x01\x2a\xff\x3f\xff\x3f" + b"\0" * 99)), "too_many_pixels"),
    ("webp-lossless-at-its-most", lambda: riff((b"VP8L", b"\x2f\xff\xff\xff\x0f" + b"\0" * 99)), "too_many_pixels"),
    ("png-a-little-too-many", lambda: png_of(5001, 5000), "too_many_pixels"),
    ("png-one-endless-line", lambda: png_of(2**31 - 1, 1), "too_many_pixels"),
    ("jpeg-of-no-height", lambda: jpeg_of(640, 0), "damaged"),
    ("png-of-no-width", lambda: png_of(0, 640), "damaged"),
    ("png-with-too-few-rows", lambda: png_of(4000, 4000), "damaged"),
    ("png-without-end-of-chunks", lambda: into_png(*[chunk(b"prVt", b"")] * 300_000), "damaged"),
    ("jpeg-without-end-of-segments", lambda: into_jpeg(*[segment(0xE5, b"")] * 1_000_000), "damaged"),
    ("jpeg-of-twelve-bits", lambda: saved(scene(), "JPEG").replace(b"\xff\xc0\0\x11\x08", b"\xff\xc0\0\x11\x0c"), "damaged"),
    ("jpeg-with-two-sizes", lambda: into_jpeg(segment(0xC0, struct.pack(">BHHB", 8, 9, 9, 0))), "damaged"),
    ("webp-that-hides-its-frames", lambda: frames("WEBP").replace(b"VP8X\x0a\0\0\0\x02", b"VP8X\x0a\0\0\0\0"), "damaged"),
    ("png-of-words-that-unfold", lambda: into_png(chunk(b"zTXt", b"a\0\0" + unfolding())), "damaged"),
    ("png-of-other-words-that-unfold", lambda: into_png(chunk(b"iTXt", b"a\0\1\0\0\0" + unfolding())), "damaged"),
    ("png-of-a-profile-that-unfolds", lambda: into_png(chunk(b"iCCP", b"a\0\0" + unfolding())), "damaged"),
    *[(f"{kind}-broken-off-at-{part}-percent", lambda kind=kind, part=part: broken_off(kind, part), "damaged")
      for kind in KINDS for part in (1, 5, 20, 50, 80, 95)],  # type: ignore[misc]
]  # fmt: skip

#: What may be kept or refused, whatever its decoder says, but not with anything beside the picture.
EITHER: list[Case] = [
    ("png-with-rows-without-end", lambda: png_of(400, 300, rows=b"\0" * 100_000_000)),
    ("jpeg-of-a-thousand-scans", lambda: scans(1_000)),
    ("jpeg-without-its-last-bytes", lambda: saved(scene(), "JPEG")[:-2]),
    ("png-whose-sums-are-wrong", lambda: saved(scene(), "PNG")[:-16] + b"\0" * 4 + saved(scene(), "PNG")[-12:]),
    ("webp-that-says-it-is-longer", lambda: b"RIFF" + b"\xff\xff\xff\x7f" + saved(scene(), "WEBP")[8:]),
    ("webp-whose-canvas-is-not-its-picture", lambda: webp_of(100, 100)),
]  # fmt: skip


def unfolding() -> bytes:
    """A hundred megabytes in a hundred kilobytes."""
    return zlib.compress(b"\0" * 100_000_000, 1)


def broken_off(kind: str, percent: int) -> bytes:
    data = saved(scene(), kind)
    return data[: max(12, len(data) * percent // 100)]


def scans(number: int) -> bytes:
    """A progressive JPEG whose last scan is there again and again: each costs the decoder the whole picture."""
    data = saved(scene((2000, 2000)), "JPEG", progressive=True)
    last = data[data.rindex(b"\xff\xda") : -2]
    return data[:-2] + last * min(number, 7_000_000 // len(last)) + data[-2:]
