"""How a resident is found while somebody types: sealed names, opened into the memory of each process that searches.

Nothing readable lies at rest, and nothing that could be guessed from: no hash of a part of a name is kept. A community's
residents are opened when they are searched for the first time; from then on one look at the community's number tells
whether anything has changed, and only what has changed is read again. (docs/decisions/0017)
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from flask import current_app, g
from sqlalchemy import Connection, bindparam, select

from dispatch.core.breathing import breathing
from dispatch.residents.models import GROUPS, Resident, Revision
from dispatch.residents.spelling import spellings

#: So many are opened before other requests of this process get a turn.
TURN = 200
#: Fewer digits are the number of a building or a door alone; from here on they may be the end of a phone number too.
PHONE_TAIL_LEAST = 3
#: Nobody types more words than these, and no word is longer.
WORDS_MOST, WORD_MOST = 6, 40

_residents, _revisions = Resident.__table__, Revision.__table__
_COLUMNS = ("id", "name", "phone", "building", "door", "groups", "on_care_list", "revision")
_changed = select(*(_residents.c[name] for name in _COLUMNS)).where(
    _residents.c.community_id == bindparam("community"), _residents.c.revision > bindparam("known")
)
_ids = select(_residents.c.id).where(_residents.c.community_id == bindparam("community"))
_BETWEEN = re.compile(r"[\s,，、。;；'’·\-]+")
_RUNS = re.compile(r"[a-z]+|[^a-z]+")
_NUMBER = re.compile(r"\d+")


class Card(NamedTuple):
    """What is kept in memory of one resident: what may be typed of her, and what a list is sorted and filtered by."""

    id: str
    name: str
    #: Building and door, each number in it between # and ;: 3号楼 is not 13号楼.
    place: str
    #: `|` before each spelling of her name, and one at the end; the same of its later part alone.
    whole: str
    later: str
    #: Her number with `;` at its end.
    phone: str
    listed: bool
    groups: frozenset[str]
    order: str


class Shelf:
    """A community's cards, and the number of the last change they show."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.revision = -1
        self.cards: dict[str, Card] = {}


def normal(text: str) -> str:
    """Text as it is compared: full-width signs as usual ones, small letters, ü as v."""
    return unicodedata.normalize("NFKC", text).casefold().replace("ü", "v").strip()


def _numbered(place: str) -> str:
    return _NUMBER.sub(r"#\g<0>;", place)


def _listed(known: Sequence[str]) -> str:
    return "".join(f"|{one}" for one in known) + "|"


def _card(row: tuple[object, ...]) -> Card:
    row_id, name, phone, building, door, groups, listed, _revision = row
    whole, later = spellings(str(name))
    place = "\n".join(_numbered(normal(str(part))) for part in (building, door) if part)
    told = frozenset(group for group in GROUPS if group in (groups or ()))  # type: ignore[operator]
    order = f"{whole[0] if whole else ''}|{name}|{row_id}"
    return Card(str(row_id), normal(str(name)), place, _listed(whole), _listed(later), f"{phone or ''};", bool(listed), told, order)


def _fresh(connection: Connection, community_id: str, revision: int, gone_at: int) -> Shelf:
    """The community's cards as they are now."""
    shelves: dict[str, Shelf] = current_app.extensions.setdefault("shelves", {})
    shelf = shelves.setdefault(community_id, Shelf())
    # Somebody whose picture is newer than ours may have brought it further: nothing is wrong with that.
    if shelf.revision < revision:
        with shelf.lock:
            _bring_up(connection, shelf, community_id, revision, gone_at)
    return shelf


def _bring_up(connection: Connection, shelf: Shelf, community_id: str, revision: int, gone_at: int) -> None:
    known = shelf.revision
    if known >= revision:
        return
    found = connection.execute(_changed, {"community": community_id, "known": known})
    shelf.cards |= {row.id: _card(row) for row in breathing(found, TURN)}
    if 0 <= known < gone_at:
        there = set(connection.execute(_ids, {"community": community_id}).scalars())
        shelf.cards = {card_id: card for card_id, card in shelf.cards.items() if card_id in there}
    shelf.revision = revision


def _cards(connection: Connection, communities: Sequence[str]) -> list[Card]:
    if "work" in g:
        raise RuntimeError("what is not committed yet must not be kept in memory: search outside of transactions")
    found = select(_revisions.c.community_id, _revisions.c.revision, _revisions.c.gone_at)
    counted = {row.community_id: row for row in connection.execute(found.where(_revisions.c.community_id.in_(communities)))}
    cards: list[Card] = []
    for community_id in communities:
        row = counted.get(community_id)
        cards += _fresh(connection, community_id, row.revision if row else 0, row.gone_at if row else 0).cards.values()
    return cards


def _test(word: str) -> Callable[[Card], bool]:
    """What one typed word asks of a card."""
    where = _numbered(word)
    if word.isdigit():
        tail = f"{word};"
        if len(word) < PHONE_TAIL_LEAST:
            return lambda card: where in card.place
        return lambda card: card.phone.endswith(tail) or where in card.place
    if word.isascii() and word.isalpha():
        begun = f"|{word}"
        return lambda card: begun in card.whole or begun in card.later or word in card.name or word in card.place
    runs = _RUNS.findall(word)
    if len(word) == 1:
        # 单 is somebody's surname, and the first sign of every 单元.
        return lambda card: word in card.name
    if len(runs) == 1:
        return lambda card: word in card.name or where in card.place
    parts = [_test(run) for run in runs]
    return lambda card: word in card.name or where in card.place or all(part(card) for part in parts)


def _nearness(words: Sequence[str]) -> Callable[[Card], tuple[int, bool, str]]:
    """What comes first: the very name, the whole of it spelled, its beginning, the rest; then who is on the list; then the alphabet."""
    first = words[0] if words else ""

    def nearness(card: Card) -> tuple[int, bool, str]:
        if not first or card.name == first:
            rank = 0
        elif f"|{first}|" in card.whole:
            rank = 1
        else:
            rank = 2 if card.name.startswith(first) or f"|{first}" in card.whole else 3
        return (rank, not card.listed, card.order)

    return nearness


def search(
    connection: Connection, communities: Sequence[str], typed: str = "", *, listed: bool | None = None, group: str | None = None
) -> list[str]:
    """The ids of the residents that somebody may mean, the likeliest first.

    Args:
        connection: where to read; not within a transaction.
        communities: whose residents.
        typed: words, each of which must fit: a part of the name, its pinyin or initials, the end of the phone number
            (three digits at least), building or door. Nothing typed finds everybody.
        listed: only who is on the care list, or only who is not.
        group: only who belongs to this group.
    """
    words = [word[:WORD_MOST] for word in _BETWEEN.split(normal(typed)) if word][:WORDS_MOST]
    cards: Iterable[Card] = _cards(connection, communities)
    if listed is not None:
        cards = [card for card in cards if card.listed is listed]
    if group is not None:
        cards = [card for card in cards if group in card.groups]
    for word in words:
        fits = _test(word)
        cards = [card for card in cards if fits(card)]
    return [card.id for card in sorted(cards, key=_nearness(words))]
