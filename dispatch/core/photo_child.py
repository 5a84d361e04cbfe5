"""The child process that decodes one photo from its input and writes it anew to its output, within limits.

Its words: the format that the header told, and the rectangles to be blacked out as JSON. It writes one line of JSON (where and
when the photo was taken, as the camera said) and the new JPEG.
"""

import io
import json
import math
import resource
import sys
from datetime import datetime
from typing import Any

# Named here although Pillow would find them: once the limits stand, no file can be opened, a module's neither.
from PIL import Image, ImageCms, ImageDraw, JpegImagePlugin, MpoImagePlugin, PngImagePlugin, TiffImagePlugin, WebPImagePlugin

MEMORY_BYTES = 768 * 1024 * 1024
CPU_SECONDS = 15
MAX_PIXELS = 25_000_000
LONGEST_PX = 2048
QUALITY = 82
NEEDED = (JpegImagePlugin, MpoImagePlugin, PngImagePlugin, TiffImagePlugin, WebPImagePlugin)
ORIENTATION, DETAILS, GPS = 0x0112, 0x8769, 0x8825
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM, 5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE, 8: Image.Transpose.ROTATE_90,
}  # fmt: skip


def limit() -> None:
    """No more memory or time than this, no core, no file and no other process."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    for kind, most in ((resource.RLIMIT_CORE, 0), (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_NPROC, 0), (resource.RLIMIT_NOFILE, 3)):
        resource.setrlimit(kind, (most, most))


def opened(data: bytes, kind: str) -> Image.Image:
    """The picture, not yet decoded; what it says of itself to a decoder is asked once more, should it tell the server something else."""
    image = Image.open(io.BytesIO(data), formats=(kind,))
    if image.width * image.height > MAX_PIXELS or (getattr(image, "n_frames", 1) != 1 and image.format != "MPO"):
        raise ValueError("not the picture that its header announced")
    return image


def orientation(image: Image.Image) -> Any:
    try:
        return image.getexif().get(ORIENTATION)
    except Exception:  # what is written beside a picture can be broken in every way; the picture is not
        return None


def place_of(exif: Image.Exif) -> list[float] | None:
    """Latitude and longitude in WGS-84, unless the camera says that it uses another datum, or does not know."""
    gps = exif.get_ifd(GPS)
    datum = "".join(sign for sign in str(gps.get(18, "")).upper() if sign.isalnum())
    if datum not in ("", "WGS84"):
        return None
    found = []
    for name, most in ((2, 90), (4, 180)):
        degrees, minutes, seconds = (float(part) for part in gps[name])
        value = (degrees + minutes / 60 + seconds / 3600) * (-1 if str(gps[name - 1]).upper()[:1] in ("S", "W") else 1)
        if not math.isfinite(value) or abs(value) > most:
            return None
        found.append(round(value, 6))
    return found if any(found) else None


def moment_of(exif: Image.Exif) -> str | None:
    """When it was taken, as ISO; with the camera's zone if it says so."""
    details = exif.get_ifd(DETAILS)
    for name, zone in ((0x9003, 0x9011), (0x9004, 0x9012)):
        if name in details:
            day, _space, hour = str(details[name]).strip("\0 ").partition(" ")
            offset = str(details.get(zone, "")).strip("\0 ")
            return datetime.fromisoformat(f"{day.replace(':', '-')}T{hour}{offset}").isoformat()
    return None


def said_beside(image: Image.Image) -> dict[str, Any]:
    said = {}
    for name, read in (("place", place_of), ("taken", moment_of)):
        try:
            said[name] = read(image.getexif())
        except Exception:  # as above: then it has not been said
            said[name] = None
    return said


def plain(image: Image.Image) -> Image.Image:
    """One of RGB, RGBA, L and CMYK, which can be shrunk and coloured: palettes and single bits cannot, sixteen bits are too many."""
    if image.mode in ("P", "PA", "LA", "La", "RGBa") or "transparency" in image.info:
        return image.convert("RGBA")
    if image.mode.startswith("I"):
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if image.mode == "1":
        return image.convert("L")
    return image if image.mode in ("RGB", "RGBA", "L", "CMYK") else image.convert("RGB")


def in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """The colours that its profile means, so that the profile can go."""
    alpha = image.getchannel("A") if image.mode == "RGBA" else None
    flat = coloured = image.convert("RGB") if alpha else image
    if profile:
        try:
            theirs, ours = ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB")
            coloured = ImageCms.profileToProfile(flat, theirs, ours, outputMode="RGB") or flat
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            coloured = flat  # no profile, or that of something else: the colours are taken as they are
    coloured = coloured.convert("RGB")
    if alpha:
        coloured.putalpha(alpha)
    return coloured


def made_anew(image: Image.Image, boxes: list[list[int]]) -> Image.Image:
    # Cheap for JPEG: decodes at a fraction of the size where that is enough.
    image.draft("RGB", (LONGEST_PX, LONGEST_PX))
    turned, profile = UPRIGHT.get(orientation(image)), image.info.get("icc_profile")
    small = plain(image)
    small.thumbnail((LONGEST_PX, LONGEST_PX))
    coloured = in_srgb(small, profile)
    if turned is not None:
        coloured = coloured.transpose(turned)
    # Pasted onto a fresh picture, so that no field of the old one can travel with it; transparency becomes paper.
    fresh = Image.new("RGB", coloured.size, "white")
    fresh.paste(coloured, mask=coloured.getchannel("A") if coloured.mode == "RGBA" else None)
    draw = ImageDraw.Draw(fresh)
    for left, top, width, height in boxes:
        draw.rectangle((left, top, left + width - 1, top + height - 1), fill="black")
    return fresh


def main() -> None:
    kind, boxes = sys.argv[1], json.loads(sys.argv[2])
    Image.preinit()
    limit()
    image = opened(sys.stdin.buffer.read(), kind)
    said = said_beside(image)
    out = io.BytesIO()
    made_anew(image, boxes).save(out, "JPEG", quality=QUALITY, optimize=True)
    sys.stdout.buffer.write(json.dumps(said).encode() + b"\n" + out.getvalue())


main()
