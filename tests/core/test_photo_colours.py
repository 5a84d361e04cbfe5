"""A kept photo is upright and in the colours that were meant, whatever its maker wrote beside it."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from dispatch.core.photos import path_of, store
from tests.core import photo_corpus as corpus
from tests.core.colour_profile import profile
from tests.core.looking import BLACK, BLUE, GREEN, RED, WHITE, bare, looked_at, near
from tests.core.photo_corpus import KINDS, exif, halves, saved

# What takes longer than a habit should: `make test` runs it, `make check` does not.
pytestmark = pytest.mark.slow

#: Where the upper left corner of the picture comes to lie, as a camera that was held so has to be shown: right?, bottom?
UPRIGHT = {1: (0, 0), 2: (1, 0), 3: (1, 1), 4: (0, 1), 5: (0, 0), 6: (1, 0), 7: (1, 1), 8: (0, 1)}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("orientation", UPRIGHT)
def test_a_photo_is_turned_upright(tmp_path: Path, kind: str, orientation: int) -> None:
    """A white picture with one red quarter."""
    image = Image.new("RGB", (200, 100), "white")
    image.paste("red", (0, 0, 100, 50))
    kept = store(saved(image, kind, exif=exif(orientation=orientation)), tmp_path)
    assert (kept.width, kept.height) == ((200, 100) if orientation < 5 else (100, 200))
    shown = looked_at(tmp_path, kept)
    for corner in ((0, 0), (1, 0), (0, 1), (1, 1)):
        at = (5 + corner[0] * (kept.width - 11), 5 + corner[1] * (kept.height - 11))
        assert near(shown, at, RED if corner == UPRIGHT[orientation] else WHITE), corner


def see_through(colour: tuple[int, int, int]) -> Image.Image:
    """Left half of a colour, right half of nothing."""
    image = Image.new("RGBA", (200, 100), (*colour, 255))
    image.paste((0, 0, 0, 0), (100, 0, 200, 100))
    return image


def with_one_colour_left_out() -> bytes:
    image = halves(right="black").quantize(4)
    return saved(image, "PNG", transparency=image.getpixel((150, 50)))


SWAPPED = profile(b"red is green", swapped=True)
GRAY = (192, 192, 192)
COLOURED: list[tuple[str, bytes, tuple[int, int, int], tuple[int, int, int]]] = [
    ("one-bit", saved(halves(left="white", right="black").convert("1"), "PNG"), WHITE, BLACK),
    ("gray", saved(halves(left="white", right="black").convert("L"), "JPEG"), WHITE, BLACK),
    ("palette", saved(halves().quantize(4), "PNG"), RED, BLUE),
    ("palette-with-a-hole", with_one_colour_left_out(), RED, WHITE),
    ("see-through", saved(see_through(RED), "PNG"), RED, WHITE),
    ("see-through-webp", saved(see_through(RED), "WEBP"), RED, WHITE),
    ("see-through-gray", saved(see_through(BLACK).convert("LA"), "PNG"), BLACK, WHITE),
    ("cmyk", saved(halves().convert("CMYK"), "JPEG", quality=95), RED, BLUE),
    ("sixteen-bits-gray", corpus.sixteen_bits(0), GRAY, GRAY),
    ("sixteen-bits", corpus.sixteen_bits(2), GRAY, GRAY),
    ("sixteen-bits-gray-and-through", corpus.sixteen_bits(4), GRAY, GRAY),
    ("sixteen-bits-and-through", corpus.sixteen_bits(6), GRAY, GRAY),
    ("red-is-green-here", saved(halves(), "JPEG", icc_profile=SWAPPED), GREEN, BLUE),
    ("red-is-green-in-a-png", saved(halves(), "PNG", icc_profile=SWAPPED), GREEN, BLUE),
    ("red-is-green-in-a-webp", saved(halves(), "WEBP", icc_profile=SWAPPED), GREEN, BLUE),
    ("red-is-green-and-through", saved(see_through(RED), "PNG", icc_profile=SWAPPED), GREEN, WHITE),
    ("a-profile-that-is-none", saved(halves(), "JPEG", icc_profile=b"Canary" * 50), RED, BLUE),
    ("a-profile-of-other-colours", saved(halves().convert("CMYK"), "JPEG", icc_profile=profile(b"sRGB")), RED, BLUE),
]


@pytest.mark.parametrize(("data", "left", "right"), [row[1:] for row in COLOURED], ids=[row[0] for row in COLOURED])
def test_every_way_of_colour_comes_out_as_it_was_meant_on_white_paper(
    tmp_path: Path, data: bytes, left: tuple[int, int, int], right: tuple[int, int, int]
) -> None:
    kept = store(data, tmp_path)
    image = looked_at(tmp_path, kept)
    assert image.mode == "RGB"
    assert bare(path_of(tmp_path, kept.name).read_bytes())
    for at, colour in ((5, left), (kept.width - 6, right)):
        assert near(image, (at, kept.height // 2), colour), image.getpixel((at, kept.height // 2))
