"""The one photo pipeline: what a photo may be, made anew without metadata in a limited child process, or not kept at all."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import secrets
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, NamedTuple

import structlog
from flask_babel import lazy_gettext as _

from dispatch.core.children import TooSlow, work_apart
from dispatch.core.errors import Busy, Invalid, NotFound
from dispatch.core.geo import Point
from dispatch.core.photo_forms import Unreadable, bare_jpeg, form_of, said_beside
from dispatch.core.photo_quota import DAILY, Quota, take

log = structlog.get_logger()

#: A file as it came, or its bytes.
Upload = IO[bytes] | bytes
MAX_BYTES = 8 * 1024 * 1024
MAX_PIXELS = 25_000_000
#: How long the child may take by the clock, in seconds.
CHILD_SECONDS = 20.0
#: One of 2048 × 2048 px in pure noise comes to 2.8 MB; what is larger is no photo of ours.
MOST_MADE = 4 * 1024 * 1024
#: A file younger than this may belong to a command under way, in seconds.
UNUSED_KEPT_S = 3600
#: So many rectangles are blacked out of one photo at a time.
MOST_BOXES = 50
_CHILD = Path(__file__).with_name("photo_child.py")
_NAME = re.compile(r"[0-9a-f]{32}\.jpg")
#: Where in the photos' folder lies what must not be seen any more.
_LOCKED = "locked"

SENTENCES = {
    "not_an_image": _("这不是照片。请拍一张，或者选一张 JPEG、PNG 或 WebP 照片。"),
    "other_format": _("这种格式的照片存不了。请换成 JPEG、PNG 或 WebP，或者直接用相机拍一张。"),
    "animated": _("这是会动的图片。请换一张普通的照片。"),
    "too_large": _("照片太大了，最多 8 MB。请在手机里选小一点的尺寸再发。"),
    "too_many_pixels": _("照片的尺寸太大了，最多 2500 万像素。请在手机里选小一点的尺寸再发。"),
    "damaged": _("这张照片打不开，可能没有传完整。请重新拍一张，或者再发一次。"),
    "too_slow": _("这张照片处理不了。请换一张再发。"),
}


class PhotoRefused(Exception):
    """`reason` is a key of SENTENCES; `sentence` is for people."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason, self.sentence = reason, SENTENCES[reason]


@dataclass(frozen=True)
class StoredPhoto:
    """A kept photo: its random name, size in pixels and in bytes.

    What its camera said is in no file: `place` in WGS-84 and `taken_at` are for who has sent it, to be offered and not kept.
    """

    name: str
    width: int
    height: int
    size: int
    place: Point | None = None
    taken_at: datetime | None = None


class Box(NamedTuple):
    """A rectangle of a stored photo, in its pixels from its upper left corner."""

    left: int
    top: int
    width: int
    height: int


def store(upload: Upload, folder: Path, by: str | None = None, quota: Quota | None = None) -> StoredPhoto:
    """Keep a photo: upright, at most 2048 px, sRGB, without metadata, under a random name, readable by us alone.

    Not within a transaction: it takes a second.

    Args:
        upload: the file as it came, or its bytes.
        folder: where photos lie; outside the web root.
        by: whose quota it counts for; None for the house itself.
        quota: how much that is in a day; DAILY unless said otherwise.
    Raises:
        PhotoRefused: it cannot be kept; then nothing is.
        RateLimited: this person has sent enough today.
        Busy: too many wait for their photos.
    """
    data = _stream(upload)
    size = data.seek(0, io.SEEK_END)
    if size > MAX_BYTES:
        raise PhotoRefused("too_large")
    try:
        form = form_of(data)
    except Unreadable as unreadable:
        raise PhotoRefused(unreadable.reason) from unreadable
    if form.width * form.height > MAX_PIXELS:
        raise PhotoRefused("too_many_pixels")
    if by is not None:
        # What is sent counts, whether or not a photo comes of it: the work is the same.
        take(by, size, quota or DAILY)
    return _made(data, form.kind, folder)


def received(upload: Upload, folder: Path, by: str, field: str) -> StoredPhoto:
    """`store` for a command: what cannot be kept is refused in the words of its form.

    Args:
        field: the upload's name.
    Raises:
        Invalid: it is not a photo that can be kept; with `reason`.
        RateLimited: this person has sent enough today.
        Busy: the disk takes nothing more, or too many wait for their photos.
    """
    try:
        return store(upload, folder, by)
    except PhotoRefused as refused:
        raise Invalid(field, refused.sentence, reason=refused.reason) from refused
    except OSError as error:
        log.error("photos.disk", error=type(error).__name__, errno=error.errno)
        raise Busy(retry_after=60) from error


def fingerprint(upload: Upload) -> str:
    """What makes two uploads the same one, for the idempotency key."""
    data = _stream(upload)
    data.seek(0)
    return hashlib.file_digest(data, "sha256").hexdigest()


def _stream(upload: Upload) -> IO[bytes]:
    return io.BytesIO(upload) if isinstance(upload, bytes) else upload


def black_out(folder: Path, name: str, boxes: Sequence[Box]) -> StoredPhoto:
    """Make a new photo of a kept one, with these rectangles black for good; then let nothing name the former, and `lock_away` it.

    Args:
        folder: where photos lie.
        name: of the kept photo; it stays as it is.
        boxes: 1 to 50; what reaches over the edge is cut there.
    Returns:
        the new one, with a name that does not tell the former.
    Raises:
        ValueError: not such boxes, or not a name that `store` gives.
        NotFound: no such photo is kept.
        PhotoRefused, Busy: it could not be made; then nothing new is kept.
    """
    if not 1 <= len(boxes) <= MOST_BOXES or any(min(box.width, box.height) < 1 or max(map(abs, box)) > 100_000 for box in boxes):
        raise ValueError("not rectangles of a photo")
    with existing(folder, name).open("rb") as data:
        return _made(data, "JPEG", folder, boxes)


def _made(data: IO[bytes], kind: str, folder: Path, boxes: Sequence[Box] = ()) -> StoredPhoto:
    """Decode and encode in a child, believe nothing of what it wrote, and keep that."""
    try:
        written = work_apart(_CHILD, data, CHILD_SECONDS, kind, json.dumps(boxes), most=MOST_MADE)
    except TooSlow as error:
        raise PhotoRefused("too_slow") from error
    beside, _line, clean = (written or b"").partition(b"\n")
    size = bare_jpeg(clean)
    if size is None:
        raise PhotoRefused("damaged")
    name = f"{secrets.token_hex(16)}.jpg"
    put_back(folder, name, clean)
    return StoredPhoto(name, *size, len(clean), *said_beside(beside))


def put_back(folder: Path, name: str, data: bytes) -> None:
    """Keep what `store` has made, under its name.

    Raises:
        ValueError: not a name that `store` gives.
    """
    path = path_of(folder, name)
    _make(folder)
    half = path.with_suffix(".half")
    try:
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(half, path)
    finally:
        half.unlink(missing_ok=True)
    _keep_names(folder)


def _make(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def _keep_names(folder: Path) -> None:
    """A power cut must not take a name that the database is about to know."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def path_of(folder: Path, name: str) -> Path:
    """Where a kept photo lies, or would.

    Raises:
        ValueError: not a name that `store` gives.
    """
    if not _NAME.fullmatch(name):
        raise ValueError("not a photo's name")
    return folder / name


def existing(folder: Path, name: str) -> Path:
    """Where a kept photo lies.

    Raises:
        ValueError: not a name that `store` gives.
        NotFound: it does not lie there, or has been locked away.
    """
    path = path_of(folder, name)
    if not path.is_file():
        raise NotFound()
    return path


def lock_away(folder: Path, name: str) -> None:
    """Nobody is shown this photo any more; its file stays until `remove_locked`. Twice is once.

    Raises:
        ValueError: not a name that `store` gives.
        NotFound: there is no such photo, locked away or not.
    """
    path, locked = path_of(folder, name), path_of(folder / _LOCKED, name)
    _make(folder / _LOCKED)
    try:
        os.replace(path, locked)
    except FileNotFoundError:
        if not locked.is_file():
            raise NotFound() from None
    _keep_names(folder / _LOCKED)
    _keep_names(folder)


def remove(folder: Path, name: str) -> None:
    """Remove a kept photo; one that is gone already is fine."""
    path_of(folder, name).unlink(missing_ok=True)


def remove_unnamed(folder: Path, named: Collection[str]) -> int:
    """Remove the files that nothing names any more, or never came to name because we were ended; returns how many."""
    before = time.time() - UNUSED_KEPT_S
    # Folders are others' to look after: what is locked away is named by nothing, and stays.
    lying = [file for file in folder.glob("*") if file.is_file()]
    unused = [file for file in lying if file.name not in named and file.stat().st_mtime < before]
    for file in unused:
        file.unlink(missing_ok=True)
    return len(unused)


def remove_locked(folder: Path, name: str) -> None:
    """Remove a photo that was locked away; one that is gone already is fine."""
    remove(folder / _LOCKED, name)
