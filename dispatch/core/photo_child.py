"""The child process that decodes one photo from its input and writes it anew to its output, within limits."""

import io
import resource
import sys

from PIL import Image, ImageOps

MEMORY_BYTES = 768 * 1024 * 1024
CPU_SECONDS = 15
LONGEST_PX = 2048
QUALITY = 82


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    image = Image.open(io.BytesIO(sys.stdin.buffer.read()), formats=("JPEG", "PNG", "WEBP"))
    # Cheap for JPEG: decodes at a fraction of the size where that is enough.
    image.draft("RGB", (LONGEST_PX, LONGEST_PX))
    upright = ImageOps.exif_transpose(image)
    upright.thumbnail((LONGEST_PX, LONGEST_PX))
    # Pasted onto a fresh picture, so that no field of the old one can travel with it; transparency becomes paper.
    fresh = Image.new("RGB", upright.size, "white")
    coloured = upright.convert("RGBA")
    fresh.paste(coloured, mask=coloured.getchannel("A"))
    fresh.save(sys.stdout.buffer, "JPEG", quality=QUALITY, optimize=True)


main()
