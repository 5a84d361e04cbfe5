"""Every word that a person may read is there in both languages."""

from __future__ import annotations

import re
from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from tests.house import ROOT

CJK = re.compile(r"[\u3400-\u9fff]")
#: Brackets, stops and commas as Chinese has them.
MARKS = re.compile(r"[\u3000-\u303f\uff01-\uff5e]")
PLACEHOLDER = re.compile(r"%\(\w+\)s|\{\w+\}")
KEYWORDS = {"_": None, "gettext": None, "lazy_gettext": None}


def said_in_the_house() -> set[str]:
    found = [*extract_from_dir(ROOT / "dispatch", [("**.py", "python")], keywords=KEYWORDS)]
    found += extract_from_dir(ROOT / "templates", [("**.html", "jinja2")], keywords=KEYWORDS)
    return {str(message) for _file, _line, message, _comments, _context in found}


def english() -> dict[str, str]:
    with (ROOT / "dispatch/translations/en/LC_MESSAGES/messages.po").open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file) if message.id}


def test_every_text_has_its_english_and_no_english_is_left_over() -> None:
    assert set(english()) == said_in_the_house()
    assert not [text for text, translated in english().items() if not translated]


def test_the_english_keeps_the_places_of_names_and_numbers_and_has_no_chinese_left() -> None:
    for chinese, translated in english().items():
        assert sorted(PLACEHOLDER.findall(chinese)) == sorted(PLACEHOLDER.findall(translated)), chinese
        assert not CJK.search(translated), translated


def test_no_chinese_stands_in_a_template_or_script_outside_the_catalogue() -> None:
    for path in [*(ROOT / "templates").rglob("*.html"), *(ROOT / "static").rglob("*.js")]:
        bare = re.sub(r"_\('[^']*'[^)]*\)|\{#.*?#\}|<!--.*?-->|//[^\n]*", "", Path(path).read_text(encoding="utf-8"), flags=re.DOTALL)
        allowed = bare.replace("中文", "").replace("陈桂兰", "")
        assert not CJK.search(allowed), (path.name, CJK.findall(allowed))
        assert path.suffix == ".js" or not MARKS.search(allowed), (path.name, MARKS.findall(allowed))
