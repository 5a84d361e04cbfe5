"""How a Chinese name can be typed in Latin letters: pinyin, initials, and both mixed, with the readings that surnames have."""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Sequence
from functools import lru_cache

# Its dictionary of phrases would take 45 MB of every process, and names are no phrases.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
os.environ.setdefault("PYPINYIN_NO_DICT_COPY", "true")

from pypinyin import Style, pinyin

#: Signs that are read otherwise as a surname: this reading comes first; the usual ones are understood too.
SURNAMES = {
    "单": "shan", "曾": "zeng", "解": "xie", "仇": "qiu", "区": "ou", "查": "zha", "盖": "ge", "朴": "piao", "乐": "yue", "翟": "zhai",
    "缪": "miao", "覃": "qin", "种": "chong", "折": "she", "黑": "he", "秘": "bi", "员": "yun", "尉": "yu", "隗": "wei", "召": "shao",
    "郇": "xun", "洗": "xian", "重": "chong", "繁": "po", "卜": "bu", "薄": "bo", "莘": "xin", "祭": "zhai", "能": "nai",
}  # fmt: skip
DOUBLE_SURNAMES = {
    "尉迟": ("yu", "chi"), "万俟": ("mo", "qi"), "长孙": ("zhang", "sun"), "澹台": ("tan", "tai"), "单于": ("chan", "yu"),
    "令狐": ("ling", "hu"), "鲜于": ("xian", "yu"), "中行": ("zhong", "hang"),
}  # fmt: skip
#: A longer name is known by whole syllables and by initials, not by every mixture of both.
MIXED_MOST = 4
#: So many readings of one sign are understood.
READINGS_MOST = 3

_UNITS = re.compile(r"[a-z0-9]+|[\u3400-\u9fff\U00020000-\U0003ffff]", re.IGNORECASE)


@lru_cache(maxsize=20_000)
def readings(sign: str) -> tuple[str, ...]:
    """How a sign may be read, the usual reading first, without tones; ü is v, and u for who types it so."""
    if sign.isascii():
        return (sign.casefold(),)
    found: list[str] = []
    for reading in pinyin(sign, style=Style.NORMAL, heteronym=True)[0][:READINGS_MOST]:
        found += [reading, *([reading.replace("v", "u")] if "v" in reading else [])]
    return tuple(dict.fromkeys(found))


def _units(name: str) -> list[tuple[str, ...]]:
    signs = _UNITS.findall(name)
    # Of a surname every reading; in a given name the rare third one would only bring strangers.
    units = [readings(sign)[: READINGS_MOST if n == 0 else 2] for n, sign in enumerate(signs)]
    double = DOUBLE_SURNAMES.get("".join(signs[:2]))
    if double:
        units[:2] = [tuple(dict.fromkeys((first, *known))) for first, known in zip(double, units, strict=False)]
    elif signs and signs[0] in SURNAMES:
        units[0] = tuple(dict.fromkeys((SURNAMES[signs[0]], *units[0])))
    return units


def spellings(name: str) -> tuple[list[str], list[str]]:
    """Everything that somebody may type who means this name, the usual spelling first; and who means only its later part.

    What is typed is right if one of these begins with it: 陈桂兰 is `chenguilan`, `cgl`, `chengl`, and from 桂 on `guilan`, `gl`, `guil`.
    """
    units = _units(name)
    whole = _from(units)
    later = [spelling for start in range(1, len(units)) for spelling in _from(units[start:])]
    return list(dict.fromkeys(whole)), list(dict.fromkeys(later))


def _from(units: Sequence[tuple[str, ...]]) -> list[str]:
    if not units:
        return []
    if len(units) <= MIXED_MOST:
        forms = [tuple(dict.fromkeys((*unit, *(reading[0] for reading in unit)))) for unit in units]
        return ["".join(choice) for choice in itertools.product(*forms)]
    whole = ["".join(unit[0] for unit in units)]
    return whole + ["".join(initial) for initial in itertools.product(*({reading[0]: 0 for reading in unit} for unit in units[:6]))]
