"""Parts of a kept photo made black for good, and the former one locked away until it goes."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from PIL import Image

from dispatch.core.errors import NotFound
from dispatch.core.photos import Box, black_out, existing, lock_away, path_of, remove_locked, store
from tests.core.looking import BLACK, BLUE, RED, bare, looked_at, near
from tests.core.photo_corpus import halves, saved, scene


def test_what_is_blacked_out_is_black_in_a_new_file_and_the_former_is_locked_away(tmp_path: Path) -> None:
    former = store(saved(halves((640, 480)), "JPEG"), tmp_path)
    made = black_out(tmp_path, former.name, [Box(100, 100, 64, 32), Box(600, 440, 500, 500), Box(-10, -10, 20, 20)])
    assert (made.width, made.height) == (640, 480)
    assert made.name != former.name
    assert bare(path_of(tmp_path, made.name).read_bytes())
    image = looked_at(tmp_path, made)
    for inside in ((104, 104), (159, 127), (131, 115), (605, 445), (639, 479), (2, 2)):
        assert near(image, inside, BLACK), inside
    for outside, colour in (((80, 100), RED), (((131, 150)), RED), ((400, 300), BLUE), ((580, 470), BLUE)):
        assert near(image, outside, colour), outside
    assert existing(tmp_path, former.name).is_file()
    lock_away(tmp_path, former.name)
    lock_away(tmp_path, former.name)
    with pytest.raises(NotFound):
        existing(tmp_path, former.name)
    locked = tmp_path / "locked" / former.name
    assert locked.is_file()
    assert stat.S_IMODE(locked.parent.stat().st_mode) == 0o700
    assert existing(tmp_path, made.name).is_file()
    remove_locked(tmp_path, former.name)
    remove_locked(tmp_path, former.name)
    assert list(locked.parent.iterdir()) == []


def test_what_was_under_the_black_is_not_there_any_more(tmp_path: Path) -> None:
    """Not in the pixels, the file's bytes are as if it had been black from the beginning."""
    plain, marked = Image.new("RGB", (320, 240), "white"), Image.new("RGB", (320, 240), "white")
    marked.paste(scene((64, 64)), (128, 96))
    box = [Box(112, 80, 96, 96)]
    made = [black_out(tmp_path, store(saved(image, "PNG"), tmp_path).name, box) for image in (plain, marked)]
    assert looked_at(tmp_path, made[0]).tobytes() == looked_at(tmp_path, made[1]).tobytes()


@pytest.mark.parametrize("boxes", [[], [Box(0, 0, 1, 1)] * 51, [Box(0, 0, 0, 5)], [Box(0, 0, 5, -1)], [Box(10**9, 0, 5, 5)]])
def test_what_is_no_rectangle_blacks_nothing_out(tmp_path: Path, boxes: list[Box]) -> None:
    kept = store(saved(scene(), "JPEG"), tmp_path)
    with pytest.raises(ValueError, match="not rectangles"):
        black_out(tmp_path, kept.name, boxes)
    assert [file.name for file in tmp_path.iterdir()] == [kept.name]


def test_a_photo_that_is_not_there_can_be_neither_blacked_out_nor_locked_away(tmp_path: Path) -> None:
    for act in (lambda: black_out(tmp_path, f"{'0' * 32}.jpg", [Box(0, 0, 1, 1)]), lambda: lock_away(tmp_path, f"{'0' * 32}.jpg")):
        with pytest.raises(NotFound):
            act()
