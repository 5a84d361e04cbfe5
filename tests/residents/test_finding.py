"""Residents are found while somebody types: the right ones, in a good order, at once in every process, and nobody else's."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import delete

from config import settings
from dispatch import create_app
from dispatch.core.rotation import rotate
from dispatch.core.secrets import Keyring
from dispatch.core.unit_of_work import close, look_again, reading, transaction
from dispatch.demo.street import COMMUNITIES
from dispatch.people.identity import Actor
from dispatch.residents import keeping
from dispatch.residents.finding import search
from dispatch.residents.models import Resident
from dispatch.residents.registering import add_many, find_or_add, forget
from tests.bench.preparing import residents
from tests.residents.care import HOME, OTHER, SHAN, enter, found, once

Cast = Callable[[str], Actor]
_residents = Resident.__table__


def put(*people: tuple[str, str | None, str | None, str | None], community_id: str = HOME, listed: bool = True) -> list[str]:
    facts = [{"name": name, "phone": phone, "building": building, "door": door, "groups": [], "on_care_list": listed}
             for name, phone, building, door in people]  # fmt: skip
    with transaction() as work:
        return add_many(work, community_id, facts)


@pytest.fixture
def street_of_five(app: Flask) -> None:
    """Nobody but these."""
    with transaction() as work:
        work.execute(delete(_residents))
    put(
        ("陈桂兰", "13900001234", "3号楼", "2单元301"),
        ("陈桂花", "13900005678", "13号楼", "1单元102"),
        ("单玉兰", "02225261234", "康翠里30号楼", "301"),
        ("王桂兰", None, "A座", None),
        ("兰陈", "13755551235", "3号楼", "3单元103"),
    )


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("陈桂兰", ["陈桂兰"]),  # the whole name
        ("桂兰", ["陈桂兰", "王桂兰"]),  # a part of it
        ("陈", ["陈桂花", "陈桂兰", "兰陈"]),  # who is called so comes before who is also called so
        ("cgl", ["陈桂兰"]),  # initials
        ("CGL", ["陈桂兰"]),
        ("ｃｇｌ", ["陈桂兰"]),  # typed in full width
        ("chengui", ["陈桂花", "陈桂兰"]),  # pinyin that is not finished
        ("chen gui lan", ["陈桂兰"]),  # in words
        ("chen'gui'l", ["陈桂兰"]),  # as an input method shows it while one types
        ("gl", ["陈桂兰", "王桂兰"]),
        ("陈gl", ["陈桂兰"]),  # half and half
        ("shan", ["单玉兰"]),
        ("dan", ["单玉兰"]),
        ("syl", ["单玉兰"]),
        ("1234", ["陈桂兰", "单玉兰"]),  # the end of the number
        ("234", ["陈桂兰", "单玉兰"]),
        ("13900001234", ["陈桂兰"]),
        ("139 0000 1234", []),  # each of these words must fit by itself; a number is typed in one
        ("1390", []),  # the beginning of a number is everybody's
        ("3号楼", ["陈桂兰", "兰陈"]),  # not 13, not 30
        ("13号楼", ["陈桂花"]),
        ("30号", ["单玉兰"]),  # behind the name of the estate
        ("康翠里", ["单玉兰"]),
        ("a座", ["王桂兰"]),
        ("301", ["陈桂兰", "单玉兰"]),  # a door
        ("2单元301", ["陈桂兰"]),
        ("3号楼 gl", ["陈桂兰"]),  # both
        ("兰 3号楼", ["陈桂兰", "兰陈"]),
        ("x", []),
        ("张", []),
        ("   ", ["陈桂花", "陈桂兰", "兰陈", "单玉兰", "王桂兰"]),  # nothing typed is everybody, by the alphabet
        ("%", []),
        ("_" * 500, []),
        ("\\", []),
    ],
)
def test_what_is_typed_finds_whom_it_means(street_of_five: None, typed: str, names: list[str]) -> None:
    assert sorted(found(typed)) == sorted(names)


@pytest.mark.parametrize(
    ("typed", "first"),
    [("陈", "陈桂花"), ("兰", "兰陈"), ("lan", "兰陈"), ("chen", "陈桂花"), ("l", "兰陈")],
)
def test_the_likeliest_comes_first(street_of_five: None, typed: str, first: str) -> None:
    assert found(typed)[0] == first


def test_by_the_alphabet_where_nothing_else_tells(street_of_five: None) -> None:
    assert found("") == ["陈桂花", "陈桂兰", "兰陈", "单玉兰", "王桂兰"]


def test_who_is_on_the_list_comes_before_who_only_called_once(street_of_five: None) -> None:
    put(("陈安", None, "3号楼", "1"), listed=False)
    assert found("chen") == ["陈桂花", "陈桂兰", "陈安", "兰陈"]
    assert found("chen", listed=False) == ["陈安"]
    assert "陈安" not in found("chen", listed=True)


def test_by_group(app: Flask, cast: Cast) -> None:
    enter(cast("clerk"), name="单独居", groups=["living_alone"])
    enter(cast("clerk"), name="单低保", phone=None, groups=["minimum_income", "disabled"])
    assert [name for name in found("单", group="disabled") if name in ("单独居", "单低保")] == ["单低保"]


def test_another_communitys_residents_are_not_found(app: Flask, cast: Cast) -> None:
    enter(cast("clerk"))
    assert found("单桂兰", OTHER) == []
    assert found("单桂兰", HOME, OTHER) == ["单桂兰"]


def test_whoever_is_entered_posted_changed_or_forgotten_is_known_at_once(app: Flask, cast: Cast) -> None:
    clerk = cast("clerk")
    found("")
    resident = enter(clerk)
    assert found("sgl") == ["单桂兰"]
    keeping.change(clerk, resident, {"name": "单玉香"}, once(clerk))
    assert found("sgl") == []
    assert found("syx") == ["单玉香"]
    with transaction() as work:
        posted = find_or_add(work, HOME, {"name": "欧阳娜娜", "phone": None, "building": "9号楼", "door": None})
    assert found("oynn") == ["欧阳娜娜"]
    assert found("oynn 9号楼") == ["欧阳娜娜"]
    with transaction() as work:
        forget(work, [resident, posted])
    assert found("syx") == found("oynn") == []


def test_what_is_undone_is_not_found(app: Flask, cast: Cast) -> None:
    found("")

    def enter_and_fail() -> None:
        with transaction() as work:
            find_or_add(work, HOME, {"name": "欧阳娜娜", "phone": None})
            raise LookupError

    with pytest.raises(LookupError):
        enter_and_fail()
    assert found("欧阳娜娜") == []


def test_nobody_searches_in_what_is_not_committed(app: Flask) -> None:
    with transaction() as work, pytest.raises(RuntimeError):
        search(work.connection, [HOME], "陈")


def test_two_processes_know_the_same(app: Flask, cast: Cast, tmp_path: Path) -> None:
    folder = app.config["DATA_DIR"]
    other = create_app(settings({**os.environ, "DATA_DIR": str(folder), "DEMO": "1", "DATABASE_URL": "", "REDIS_URL": ""}))
    clerk = cast("clerk")

    def there(typed: str) -> int:
        with other.app_context():
            look_again()
            return len(search(reading(), [HOME], typed))

    try:
        assert there("sgl") == 0
        resident = enter(clerk)
        assert there("sgl") == 1
        keeping.change(clerk, resident, {"building": "77号楼"}, once(clerk))
        assert there("sgl 77") == 1
        with transaction() as work:
            forget(work, [resident])
        assert there("sgl") == 0
    finally:
        close(other)


def test_an_older_picture_takes_nothing_back(app: Flask, cast: Cast) -> None:
    """A request whose look at the database is older than another's must not undo what that one has brought."""
    found("")
    before = reading()
    shelf = app.extensions["shelves"][HOME]
    known = shelf.revision
    shelf.revision = known + 5
    assert search(before, [HOME], "chen")
    assert shelf.revision == known + 5


def test_a_search_finds_under_a_new_key_and_after_the_rotation(app: Flask, cast: Cast) -> None:
    enter(cast("clerk"))
    app.extensions["keyring"] = Keyring(f"{'b' * 64},{app.config['FIELD_KEYS']}")
    rotate()
    app.extensions["keyring"] = Keyring("b" * 64)
    assert found("sgl") == ["单桂兰"]


def test_nothing_that_was_entered_can_be_read_in_the_files(app: Flask, cast: Cast) -> None:
    enter(cast("clerk"))
    found("sgl")
    written = b"".join(path.read_bytes() for path in Path(app.config["DATA_DIR"]).rglob("*") if path.is_file())
    for said in (*(str(SHAN[name]) for name in ("name", "phone", "door", "note")), "单强", "shanguilan", "sgl"):
        assert said.encode() not in written


@pytest.mark.slow
def test_among_twenty_thousand_sealed_residents_the_right_one_is_found(app: Flask, cast: Cast) -> None:
    communities = COMMUNITIES
    residents(20_000)
    put(("单芳芳", "13755502468", "3号楼", "2单元301"), ("王桂兰", "13755501111", "9号楼", "1"), ("陈桂兰", "13755501112", "9号楼", "2"))
    look_again()
    typed = [
        "单芳芳",
        "芳芳",
        "sff",
        "shanfangfang",
        "2468",
        "02468",
        "3号楼 sff",
        "桂",
        "w",
        "王",
        "wgl",
        "301",
        "3号楼",
        "陈gl",
        "li 12号楼",
    ]
    for said in typed:
        assert search(reading(), communities, said), said
    for word in typed[:7]:
        assert "单芳芳" in found(word, *communities)
