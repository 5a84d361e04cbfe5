"""The one photo pipeline: what a photo may be, made anew without metadata in a limited child process, or not kept at all."""

from __future__ import annotations

import io
import os
import re
import secrets
import warnings
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from dispatch.core.children import TooSlow, work_apart

MAX_BYTES = 8 * 1024 * 1024
MAX_PIXELS = 25_000_000
FORMATS = ("JPEG", "PNG", "WEBP")
#: How long the child may take by the clock, in seconds.
CHILD_SECONDS = 20.0
_CHILD = Path(__file__).with_name("photo_child.py")
_NAME = re.compile(r"[0-9a-f]{32}\.jpg")


class PhotoRefused(Exception):
    """`reason`: not_an_image, too_large, too_many_pixels, animated, damaged or too_slow."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class StoredPhoto:
    """A kept photo: its random name, size in pixels and in bytes."""

    name: str
    width: int
    height: int
    size: int


def inspect(data: bytes) -> tuple[str, int, int]:
    """Format, width and height, from the header alone.

    Raises:
        PhotoRefused: too large, not one of FORMATS by content, too many pixels, or more than one frame.
    """
    if len(data) > MAX_BYTES:
        raise PhotoRefused("too_large")
    try:
        with warnings.catch_warnings():
            # Pillow warns of large pictures; we refuse them ourselves two lines further on.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=FORMATS) as image:
                (width, height), kind, frames = image.size, image.format or "", getattr(image, "n_frames", 1)
    except Image.DecompressionBombError as error:
        raise PhotoRefused("too_many_pixels") from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise PhotoRefused("not_an_image") from error
    if width * height > MAX_PIXELS:
        raise PhotoRefused("too_many_pixels")
    # MPO is what many phones call a JPEG that brings a second view or a preview along; the first picture is the photo.
    if frames != 1 and kind != "MPO":
        raise PhotoRefused("animated")
    return kind, width, height


def store(data: bytes, folder: Path) -> StoredPhoto:
    """Keep a photo: upright, at most 2048 px, without metadata, under a random name, readable by us alone.

    Args:
        data: the upload.
        folder: where photos lie; outside the web root.
    Raises:
        PhotoRefused: it cannot be kept; then nothing is.
    """
    inspect(data)
    clean = _clean(data)
    with Image.open(io.BytesIO(clean)) as image:
        width, height = image.size
    name = f"{secrets.token_hex(16)}.jpg"
    put_back(folder, name, clean)
    return StoredPhoto(name, width, height, len(clean))


def put_back(folder: Path, name: str, data: bytes) -> None:
    """Keep what `store` has made, under its name.

    Raises:
        ValueError: not a name that `store` gives.
    """
    path = path_of(folder, name)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _write(path, data)


def _clean(data: bytes) -> bytes:
    """Decode and encode in a child whose memory and time are limited."""
    try:
        made = work_apart(_CHILD, data, CHILD_SECONDS)
    except TooSlow as error:
        raise PhotoRefused("too_slow") from error
    if made is None or not made.startswith(b"\xff\xd8"):
        raise PhotoRefused("damaged")
    return made


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all."""
    half = path.with_suffix(".half")
    try:
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(half, path)
    finally:
        half.unlink(missing_ok=True)


def path_of(folder: Path, name: str) -> Path:
    """Where a kept photo lies.

    Raises:
        ValueError: not a name that `store` gives.
    """
    if not _NAME.fullmatch(name):
        raise ValueError("not a photo's name")
    return folder / name


def remove(folder: Path, name: str) -> None:
    """Remove a kept photo; one that is gone already is fine."""
    path_of(folder, name).unlink(missing_ok=True)
