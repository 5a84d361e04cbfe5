"""What the bytes of a photo say before anybody decodes them: format, size, frames; and whether a JPEG holds a picture and nothing else.

Written out here and not asked of a library, whose decoders already begin to work when they only open a file: no stranger's
byte reaches a decoder in the server itself.
"""

from __future__ import annotations

import io
import json
import re
import struct
from datetime import datetime
from typing import IO, NamedTuple

from dispatch.core.clock import SHANGHAI
from dispatch.core.geo import Point

#: So many segments or chunks before the picture begins are more than any camera writes.
MOST_PARTS = 2_000
_BABBLE = re.compile(rb"\xff[^\x00]")
#: Markers that stand for themselves, without a length behind them.
_ALONE = {0x01, *range(0xD0, 0xD8)}
#: Frame headers; C4, C8 and CC are something else.
_FRAMES = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
SOI, EOI, SOS, APP0, DQT, DHT, SOF0 = 0xD8, 0xD9, 0xDA, 0xE0, 0xDB, 0xC4, 0xC0
#: How other pictures begin, so that the sentence can say so.
_OTHERS = (b"GIF8", b"BM", b"II*\0", b"MM\0*", b"\0\0\1\0", b"\0\0\0\x0cjP  ", b"\xff\x0a", b"8BPS")


class Unreadable(Exception):
    """`reason`: not_an_image, other_format, animated or damaged."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Form(NamedTuple):
    """What a photo is by its own header: JPEG, PNG or WEBP, and its size in pixels."""

    kind: str
    width: int
    height: int


def form_of(data: IO[bytes]) -> Form:
    """Read the header, and no more of the file than that.

    Raises:
        Unreadable: none of the three formats, several frames, or a header that ends too early or cannot be.
    """
    data.seek(0)
    start = data.read(16)
    try:
        if start.startswith(b"\xff\xd8\xff"):
            form = Form("JPEG", *_jpeg(data))
        elif start.startswith(b"\x89PNG\r\n\x1a\n"):
            form = Form("PNG", *_png(data))
        elif start.startswith(b"RIFF") and start[8:12] == b"WEBP":
            form = Form("WEBP", *_webp(data))
        else:
            other = start.startswith(_OTHERS) or start[4:8] == b"ftyp"
            raise Unreadable("other_format" if other else "not_an_image")
    except struct.error:
        raise Unreadable("damaged") from None
    if form.width < 1 or form.height < 1:
        raise Unreadable("damaged")
    return form


def _jpeg(data: IO[bytes]) -> tuple[int, int]:
    data.seek(2)
    for _part in range(MOST_PARTS):
        (mark,) = struct.unpack("B", data.read(1))
        if mark != 0xFF:
            break
        while mark == 0xFF:
            (mark,) = struct.unpack("B", data.read(1))
        if mark in _ALONE:
            continue
        if mark in (SOI, EOI, SOS):
            break
        (length,) = struct.unpack(">H", data.read(2))
        if mark in _FRAMES:
            height, width = struct.unpack(">xHH", data.read(5))
            return width, height
        data.seek(max(length - 2, 0), io.SEEK_CUR)
    raise Unreadable("damaged")


def _png(data: IO[bytes]) -> tuple[int, int]:
    data.seek(8)
    length, name, width, height = struct.unpack(">I4sII", data.read(16))
    if (length, name) != (13, b"IHDR"):
        raise Unreadable("damaged")
    data.seek(8 + 12 + 13)
    for _part in range(MOST_PARTS):
        length, name = struct.unpack(">I4s", data.read(8))
        if name == b"IDAT":
            return width, height
        if name == b"acTL":
            raise Unreadable("animated")
        data.seek(length + 4, io.SEEK_CUR)
    raise Unreadable("damaged")


def _webp(data: IO[bytes]) -> tuple[int, int]:
    data.seek(12)
    name, _length = struct.unpack("<4sI", data.read(8))
    if name == b"VP8X":
        flags, low_w, high_w, low_h, high_h = struct.unpack("<B3xHBHB", data.read(10))
        if flags & 2:
            raise Unreadable("animated")
        return 1 + low_w + (high_w << 16), 1 + low_h + (high_h << 16)
    if name == b"VP8L":
        mark, sizes = struct.unpack("<BI", data.read(5))
        if mark == 0x2F:
            return 1 + (sizes & 0x3FFF), 1 + (sizes >> 14 & 0x3FFF)
    if name == b"VP8 ":
        begun, width, height = struct.unpack("<3x3sHH", data.read(10))
        if begun == b"\x9d\x01\x2a":
            return width & 0x3FFF, height & 0x3FFF
    raise Unreadable("damaged")


def bare_jpeg(data: bytes) -> tuple[int, int] | None:
    """Width and height of a JPEG that holds a baseline picture and nothing else, not a byte; None for any other.

    What a photo is made anew into is looked at with this before it is kept, because the child that made it has seen a stranger's bytes.
    """
    if not data.startswith(b"\xff\xd8\xff\xe0\x00\x10JFIF\x00") or not data.endswith(b"\xff\xd9"):
        return None
    if data[18:20] != b"\x00\x00":  # the size of a thumbnail
        return None
    at, size = 20, None
    while data[at : at + 1] == b"\xff" and len(data) >= at + 4:
        mark, length = data[at + 1], struct.unpack_from(">H", data, at + 2)[0]
        if mark == SOF0 and size is None and length == 17:
            height, width = struct.unpack_from(">HH", data, at + 5) if len(data) > at + 9 else (0, 0)
            size = (width, height)
        elif mark == SOS and size and min(size) > 0:
            end = _BABBLE.search(data, at + 2 + length)
            return size if end and end.start() == len(data) - 2 else None
        elif mark not in (DQT, DHT):
            return None
        at += 2 + length
    return None


def said_beside(line: bytes) -> tuple[Point | None, datetime | None]:
    """Where and when a photo was taken, as the child found it written beside the picture; what cannot be is taken as not said.

    Where the camera names no zone, its clock is that of the people here.
    """
    place = taken = None
    try:
        said = json.loads(line[:200])
        if said["place"]:
            lat, lon = map(float, said["place"])
            place = Point(lat, lon) if abs(lat) <= 90 and abs(lon) <= 180 else None
        if said["taken"]:
            moment = datetime.fromisoformat(said["taken"])
            taken = moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)
    except (ValueError, TypeError, KeyError):
        return place, None
    return place, taken
