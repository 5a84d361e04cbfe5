"""How the tests look at a kept photo: what a JPEG consists of, and which colour is where."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PIL import Image

from dispatch.core.photos import StoredPhoto, path_of

RED, GREEN, BLUE, WHITE, BLACK = (254, 0, 0), (0, 255, 0), (0, 0, 254), (255, 255, 255), (0, 0, 0)

ALLOWED = [0xE0, 0xDB, 0xC0, 0xC4, 0xDA, 0xD9]


def segments(data: bytes) -> tuple[list[tuple[int, bytes]], bytes]:
    """Each marker behind the beginning with what stands in it, and what hangs behind the end."""
    assert data[:2] == b"\xff\xd8"
    found, at = [], 2
    while True:
        assert data[at] == 0xFF, at
        mark = data[at + 1]
        if mark == 0xD9:
            return [*found, (mark, b"")], data[at + 2 :]
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        found.append((mark, data[at + 4 : at + 2 + length]))
        at += 2 + length
        if mark == 0xDA:
            while data[at] != 0xFF or data[at + 1] == 0:
                at += 1


def bare(data: bytes) -> bool:
    """Whether there is a picture and nothing else: its tables, one frame, one scan, no note, no thumbnail, no byte behind."""
    found, behind = segments(data)
    marks = [mark for mark, _said in found]
    once = all(marks.count(mark) == 1 for mark in (0xE0, 0xC0, 0xDA, 0xD9))
    jfif = found[0][0] == 0xE0 and found[0][1][:5] == b"JFIF\0" and len(found[0][1]) == 14 and found[0][1][12:] == b"\0\0"
    return once and jfif and set(marks) <= set(ALLOWED) and marks[-2:] == [0xDA, 0xD9] and behind == b""


def looked_at(place: Path, kept: StoredPhoto) -> Image.Image:
    with Image.open(path_of(place, kept.name)) as image:
        image.load()
        return image


def near(image: Image.Image, at: tuple[int, int], colour: tuple[int, int, int], by: int = 30) -> bool:
    """Whether a pixel is of a colour, as far as JPEG keeps colours."""
    there: Any = image.getpixel(at)
    return all(abs(one - other) <= by for one, other in zip(there, colour, strict=True))
