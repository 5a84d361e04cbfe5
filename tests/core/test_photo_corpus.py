"""Every kind of file at the photo pipeline: what is kept holds a picture and not a byte more, what is not kept leaves nothing."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import force_locale
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from dispatch.core import photo_forms
from dispatch.core.photos import SENTENCES, PhotoRefused, path_of, store
from tests.core.looking import bare
from tests.core.photo_corpus import CANARY, EITHER, KINDS, NONE, PHOTOS, everything, saved, scene

# What takes longer than a habit should: `make test` runs it, `make check` does not.
pytestmark = pytest.mark.slow

Make = Callable[[], bytes]


def kept_bare_or_refused(data: bytes, place: Path) -> str:
    """The reason of a refusal, or "" for what was kept; whichever, nothing of what came lies there beside a bare picture."""
    before = set(place.glob("*"))
    try:
        kept = store(data, place)
    except PhotoRefused as refused:
        assert set(place.glob("*")) == before
        return refused.reason
    file = path_of(place, kept.name)
    assert set(place.glob("*")) - before == {file}
    assert bare(file.read_bytes())
    assert CANARY not in file.read_bytes()
    return ""


@pytest.mark.parametrize("make", [row[1] for row in PHOTOS], ids=[row[0] for row in PHOTOS])
def test_of_a_photo_nothing_but_the_picture_is_kept(tmp_path: Path, make: Make) -> None:
    assert kept_bare_or_refused(make(), tmp_path) == ""


@pytest.mark.parametrize(("make", "reason"), [row[1:] for row in NONE], ids=[row[0] for row in NONE])
def test_what_is_no_photo_is_refused_and_nothing_is_stored(tmp_path: Path, make: Make, reason: str) -> None:
    place = tmp_path / "photos"
    assert kept_bare_or_refused(make(), place) == reason
    assert not place.exists()


@pytest.mark.parametrize("make", [row[1] for row in EITHER], ids=[row[0] for row in EITHER])
def test_what_a_decoder_may_judge_either_way_is_kept_bare_or_refused(tmp_path: Path, make: Make) -> None:
    assert kept_bare_or_refused(make(), tmp_path) in ("", "damaged", "too_slow")


def test_the_corpus_says_what_it_promises() -> None:
    """What is written beside the picture is really there, in each format, before it is gone."""
    for kind in KINDS:
        assert everything(kind).count(CANARY) >= 4
    assert {reason for _name, _make, reason in NONE} == set(SENTENCES) - {"too_slow"}


def test_every_refusal_has_a_sentence_in_both_languages(app: Flask) -> None:
    for language in ("zh", "en"):
        with app.test_request_context(), force_locale(language):
            said = [str(PhotoRefused(reason).sentence) for reason in SENTENCES]
            assert len(set(said)) == len(SENTENCES)
            assert all(any("一" <= sign <= "鿿" for sign in sentence) is (language == "zh") for sentence in said), said


# Bytes that fell over on the way ---------------------------------------------------------------------------------------------------

SMALL = {kind: saved(scene((64, 48)), kind) for kind in KINDS}
FLIPS = st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=12)


def fallen(data: bytes, flips: list[tuple[int, int]], cut: int) -> bytes:
    changed = bytearray(data)
    for at, value in flips:
        changed[at % len(changed)] = value
    return bytes(changed[: len(changed) - cut])


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(flips=FLIPS, cut=st.sampled_from([0, 0, 0, 1, 7, 100]))
def test_bytes_that_fell_over_on_the_way_are_kept_bare_or_refused(
    tmp_path: Path, kind: str, flips: list[tuple[int, int]], cut: int
) -> None:
    assert kept_bare_or_refused(fallen(SMALL[kind], flips, cut), tmp_path) in ("", *SENTENCES)


@settings(max_examples=500, deadline=None)
@given(kind=st.sampled_from(KINDS), flips=FLIPS, cut=st.integers(0, 200), start=st.integers(0, 40))
def test_a_header_is_read_or_refused_whatever_it_is(kind: str, flips: list[tuple[int, int]], cut: int, start: int) -> None:
    """The flips near the beginning, where headers are."""
    data = fallen(SMALL[kind], [(at % 60 if start else at, value) for at, value in flips], cut)
    reason = ""
    try:
        form = photo_forms.form_of(io.BytesIO(data))
    except photo_forms.Unreadable as unreadable:
        reason = unreadable.reason
    assert reason in SENTENCES or (form.kind in KINDS and min(form.width, form.height) > 0)


@settings(max_examples=500, deadline=None)
@given(
    flips=st.lists(st.tuples(st.integers(0, 10**6), st.sampled_from([0, 8, 255, 254, 225, 217, 216])), max_size=4), cut=st.integers(0, 3)
)
@example(flips=[(18, 8)], cut=0)
def test_what_passes_for_bare_is_bare(flips: list[tuple[int, int]], cut: int) -> None:
    """The product's look at what a child wrote, against the tests' own."""
    data = fallen(saved(scene((64, 48)), "JPEG"), flips, cut)
    if photo_forms.bare_jpeg(data) is not None:
        assert bare(data)
