"""How a name can be typed: pinyin, initials, mixtures, from any sign on; and surnames that are read otherwise."""

from __future__ import annotations

import pytest

from dispatch.residents.spelling import MIXED_MOST, spellings


def typed(name: str, word: str) -> bool:
    return any(spelling.startswith(word) for known in spellings(name) for spelling in known)


@pytest.mark.parametrize("word", ["chenguilan", "cgl", "chengl", "cguil", "chengui", "che", "c", "guilan", "gl", "lan", "cgla"])
def test_she_is_meant(word: str) -> None:
    assert typed("陈桂兰", word)


@pytest.mark.parametrize("word", ["chenlan", "cl", "lgc", "an", "engui", "chenguilang", "x"])
def test_she_is_not_meant(word: str) -> None:
    assert not typed("陈桂兰", word)


@pytest.mark.parametrize(
    ("name", "reading"),
    [("单玉兰", "shan"), ("曾广福", "zeng"), ("解秀珍", "xie"), ("仇德明", "qiu"), ("区惠芳", "ou"), ("查良镛", "zha"), ("盖叫天", "ge"),
     ("朴顺姬", "piao"), ("乐嘉", "yue"), ("翟志刚", "zhai"), ("缪昌文", "miao"), ("覃海洋", "qin"), ("种师道", "chong"), ("卜算子", "bu"),
     ("尉迟恭", "yuchi"), ("万俟雪", "moqi"), ("长孙敏", "zhangsun"), ("单于明", "chanyu"), ("澹台文", "tantai"), ("令狐冲", "linghu")],
)  # fmt: skip
def test_a_surname_is_read_as_one_and_comes_first(name: str, reading: str) -> None:
    assert spellings(name)[0][0].startswith(reading)


@pytest.mark.parametrize(
    ("name", "usual"), [("单玉兰", "dan"), ("曾广福", "ceng"), ("解秀珍", "jie"), ("仇德明", "chou"), ("区惠芳", "qu")]
)
def test_who_reads_it_as_written_finds_her_too(name: str, usual: str) -> None:
    assert typed(name, usual)


@pytest.mark.parametrize("word", ["lvxl", "luxiulan", "lv", "lu", "lxl"])
def test_the_sound_that_no_keyboard_has(word: str) -> None:
    assert typed("吕秀兰", word)


@pytest.mark.parametrize(
    ("name", "word"), [("阿卜杜拉·买买提", "mmt"), ("Anna 王", "anna"), ("Anna 王", "wang"), ("王O", "wo"), ("𠮷田", "tian")]
)
def test_names_of_other_kinds(name: str, word: str) -> None:
    assert typed(name, word)


def test_a_long_name_does_not_grow_without_bound() -> None:
    assert (
        max(len(spellings(name)[0]) + len(spellings(name)[1]) for name in ("解乐重行" * 3, "行" * 60, "单" * MIXED_MOST, "a" * 60)) < 6000
    )


def test_nothing_is_no_name() -> None:
    assert spellings("") == spellings("…") == ([], [])
