"""What people read of a hazard in words: the four plain ones, and the reasons for which a report is declined."""

from __future__ import annotations

import csv
from functools import lru_cache
from importlib import resources
from typing import NamedTuple

from flask_babel import LazyString, get_locale
from flask_babel import lazy_gettext as _

#: What `states.PUBLIC_WORDS` names, for people.
WORDS: dict[str, LazyString] = {
    "waiting": _("待审核"),
    "accepted": _("已受理"),
    "in_hand": _("处理中"),
    "done": _("已办结"),
    "declined": _("不予受理"),
}


class Reason(NamedTuple):
    """A reason to decline, in both languages: for one family of hazards, or for all; one of a station's own also for a category."""

    family: str
    code: str
    zh: str
    en: str
    category: str | None = None


@lru_cache
def canned_reasons() -> tuple[Reason, ...]:
    """The reasons that come with the house."""
    rows = csv.DictReader(resources.files(__package__).joinpath("reasons.csv").read_text(encoding="utf-8").splitlines())
    return tuple(Reason(row["family"], row["code"], row["zh"], row["en"]) for row in rows)


def reasons_for(family: str) -> list[Reason]:
    """The reasons that fit a family, its own first."""
    return sorted((one for one in canned_reasons() if one.family in ("", family)), key=lambda one: one.family == "")


def reads_english() -> bool:
    """Whether who asks reads English."""
    return str(get_locale() or "zh").startswith("en")


def reason_words(family: str, code: str) -> str | None:
    """The sentence of a reason in the reader's language; None where the code has none."""
    for reason in reasons_for(family):
        if reason.code == code:
            return said(reason)
    return None


def said(reason: Reason) -> str:
    """A reason in the reader's language."""
    return reason.en if reads_english() else reason.zh
