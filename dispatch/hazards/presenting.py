"""What a hazard looks like to one reader: the public part to everybody who sees it, each further part by its own permit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from dispatch.core.clock import iso, now
from dispatch.core.permits import permitted
from dispatch.core.unit_of_work import reading
from dispatch.hazards.categorising import Category, categories
from dispatch.hazards.photographing import may_look, photo_url
from dispatch.hazards.policy import PERMITS
from dispatch.hazards.queries import Row, fast_lane, full_hazard, photos_of, reporters_of, steps_of, survivors
from dispatch.hazards.reasoning import own_words
from dispatch.hazards.states import POSSIBLE, PUBLIC_WORDS, RUNNING, Status
from dispatch.hazards.words import WORDS, Reason, reads_english, reason_words, said
from dispatch.people.identity import Actor

#: Verbs that a person is offered while the hazard stands where they lead from.
_OFFERED = (
    "hold", "accept", "decline", "merge", "unmerge", "assign", "send_back", "suspend", "resume", "extend", "correct", "fix", "verify",
    "reopen", "void", "join", "answer",
)  # fmt: skip
_PLAIN = ("id", "number", "status", "station_id", "community_id", "community", "category", "family", "urgent", "public", "title",
          "building", "lat", "lon", "version", "reopened", "responsible")  # fmt: skip


def present_one(connection: Connection, actor: Actor, hazard_id: str) -> dict[str, Any]:
    """One hazard as this person may read it, with its history for the desks.

    Raises:
        NotFound: there is none that they may know of.
    """
    row = full_hazard(connection, actor, hazard_id)
    said = present(connection, actor, [row])[0]
    if permitted(PERMITS, "see_steps", actor, row):
        said["steps"] = _steps(connection, row.id, persons=permitted(PERMITS, "see_reporters", actor, row))
    return said


#: What a step says of itself to the community's desk: codes and counts, no person, no other hazard.
_SAID_OF_STEPS = ("reason", "changed", "how", "photos", "parts")


def _steps(connection: Connection, hazard_id: str, *, persons: bool) -> list[dict[str, Any]]:
    """The history: what, when, by which role; by whom for the station alone."""
    steps = []
    for one in steps_of(connection, hazard_id):
        step = {"verb": one.verb, "was": one.was, "role": one.role or "clock", "at": iso(one.at)}
        step["said"] = one.said if persons else {name: one.said[name] for name in _SAID_OF_STEPS if name in one.said}
        steps.append(step | ({"by": one.by} if persons else {}))
    return steps


def outcome_hazard(actor: Actor, outcome: dict[str, Any]) -> dict[str, Any]:
    """What a command answers: the hazard as it left it, or, where the command is a repetition, as it is now.

    Raises:
        NotFound: it is none that they may know of any more.
    """
    hazard: dict[str, Any] | None = outcome.get("hazard")
    return hazard or present_one(reading(), actor, outcome["hazard_id"])


def present(connection: Connection, actor: Actor, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """These hazards as this person may read them."""
    ids = [row.id for row in rows]
    photos, ends = photos_of(connection, ids), survivors(connection, rows)
    station_rows = [row.id for row in rows if permitted(PERMITS, "see_reporters", actor, row)]
    reporters = reporters_of(connection, station_rows) if station_rows else {}
    quick = fast_lane(connection, {one.person_id for there in reporters.values() for one in there}) if reporters else set()
    kinds: dict[str, Mapping[str, Category]] = {}
    own = own_words(connection, [row.reason for row in rows])
    items = []
    for row in rows:
        if row.station_id not in kinds:
            kinds[row.station_id] = categories(connection, row.station_id)
        said = _public(row, kinds[row.station_id].get(row.category), ends.get(row.id, row)) | {"reason": _reason(row, own)}
        said["photos"] = [_photo(one, actor, row) for one in photos.get(row.id, []) if may_look(actor, row, one)]
        items.append(said | _private(actor, row) | _for_the_station(actor, row, reporters, quick))
    return items


def _public(row: Row, category: Category | None, end: Row) -> dict[str, Any]:
    names = (category.name, category.name_en) if category else (row.category, row.category)
    code = PUBLIC_WORDS[Status(end.status)]
    advice = (category.advice_en if reads_english() else category.advice) if category else ""
    return {name: getattr(row, name) for name in _PLAIN} | {
        "category_name": names[reads_english()],
        "advice": advice or None,
        "words": {"code": code, "text": str(WORDS[code])},
        "seen_at": iso(row.seen_at),
        "sent_at": iso(row.sent_at),
        "deadline": iso(row.due_at) if row.status in RUNNING | {Status.FIXED} else None,
        "overdue": row.status in RUNNING and row.due_at <= now(),
        "suspended_until": iso(row.suspended_until),
        "mine": row.my_report_at is not None,
        "asked": row.my_question_at is not None and row.status == Status.FIXED,
    }


def _reason(row: Row, own: Mapping[str, Reason]) -> dict[str, Any] | None:
    """Why it is declined, waits, was sent back or opened again; the sentence that somebody typed is for those who may read notes."""
    if not row.reason:
        return None
    words = said(own[row.reason]) if row.reason in own else reason_words(row.family, row.reason)
    return {"code": row.reason, "text": words if row.status == Status.DECLINED else None}


def _photo(photo: Row, actor: Actor, hazard: Row) -> dict[str, Any]:
    said = {"id": photo.id, "url": photo_url(photo.id), "width": photo.width, "height": photo.height, "caption": photo.caption}
    return said | ({"shown": photo.shown_at is not None} if permitted(PERMITS, "see_every_photo", actor, hazard) else {})


def _private(actor: Actor, row: Row) -> dict[str, Any]:
    """The parts that need a permit of their own, and what may be done next."""
    said: dict[str, Any] = {"actions": actions(actor, row)}
    if permitted(PERMITS, "see_note", actor, row):
        said |= {"note": row.note, "reason_text": row.reason_text, "merged_into": row.merged_into}
    if permitted(PERMITS, "see_order", actor, row):
        said["order_id"] = row.order_id
    return said


def _for_the_station(actor: Actor, row: Row, reporters: Mapping[str, Sequence[Row]], quick: set[str]) -> dict[str, Any]:
    if not permitted(PERMITS, "see_reporters", actor, row):
        return {}
    there = reporters.get(row.id, [])
    held = (
        {"by": row.held_by, "until": iso(row.held_until)}
        if row.held_by and row.held_until > now() and row.status == Status.REPORTED
        else None
    )
    named = [{"id": one.person_id, "name": one.name, "at": iso(one.at), "seen_at": iso(one.seen_at)} for one in there]
    return {"reporters": named, "fast_lane": any(one.person_id in quick for one in there[:1]), "held": held}


def actions(actor: Actor, row: Row) -> list[str]:
    """What this person may do with this hazard as it stands; the pages show buttons for these alone."""
    return [verb for verb in _OFFERED if row.status in POSSIBLE[verb] and permitted(PERMITS, verb, actor, row)]
