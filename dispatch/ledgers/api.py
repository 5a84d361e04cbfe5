"""The HTTP door to the ledgers: a sheet, a pasted text or corrected lines come in; what was understood, or the orders, go out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from flask import request
from marshmallow import ValidationError
from openpyxl.utils import column_index_from_string, get_column_letter
from sqlalchemy import select

from dispatch.core import sheets
from dispatch.core.breathing import in_parts
from dispatch.core.doors import Door, once
from dispatch.core.errors import Invalid
from dispatch.core.sheets import Sheet
from dispatch.core.unit_of_work import look_again, reading
from dispatch.ledgers import answers
from dispatch.ledgers.forms import LedgerColumn, LedgerFileForm, LedgerForm, LedgerLookForm
from dispatch.ledgers.lines import SAID, Ledger, Line, read_ledger
from dispatch.ledgers.transcribing import Entry, Looked, check_may, look_at, transcribe, wrong_cells
from dispatch.orders.commanding import ORDERS
from dispatch.people.identity import asker

blueprint = Door("ledgers_api", __name__, url_prefix="/api/v1", description="台账 ledgers")

#: How many cells of a column are shown, so that somebody can say what it is.
SAMPLES = 3


@blueprint.post("/ledgers/preview")
@blueprint.takes(LedgerLookForm, LedgerFileForm)
@blueprint.answers(answers.LedgerLook)
def preview(body: dict[str, Any]) -> dict[str, Any]:
    """How a ledger would be posted: `text`, `rows`, or multipart with `file`. Nothing of it is kept."""
    actor, community_id = asker(), body.get("community_id")
    check_may(actor, community_id)
    if body.get("rows") is not None:
        looked = look_at(actor, [_line(line) for line in body["rows"]], community_id)
        return {"title": "", "others": [], "columns": [], "rows": [_shown(one) for one in looked], "skipped": []}
    # A child process may read the sheet: nobody's picture of the database stays open meanwhile.
    look_again()
    sheet = _sheet(body)
    ledger = read_ledger(sheet.rows, {column_index_from_string(one["column"]) - 1: one["field"] for one in _columns(body)})
    looked = look_at(actor, ledger.lines, community_id) if ledger.lines else []
    return {
        "title": sheet.title, "others": sheet.others, "columns": _understood(sheet, ledger), "rows": [_shown(one) for one in looked],
        "skipped": [{"row": row.row, "why": row.why} for row in ledger.skipped],
    }  # fmt: skip


@blueprint.post("/ledgers")
@blueprint.arguments(LedgerForm)
@blueprint.answers(answers.LedgerPosted, 201, key="optional")
def post(body: dict[str, Any]) -> tuple[dict[str, Any], int]:
    """Post every line of a ledger, or none."""
    actor = asker()
    entries = [Entry(_line(line), line["again"]) for line in body.get("rows") or ()]
    outcome = transcribe(actor, entries, once(actor, "transcribe", body), body.get("community_id"))
    return _posted(outcome["rows"]), 201


def _sheet(body: Mapping[str, Any]) -> Sheet:
    file = request.files.get("file")
    if file:
        return sheets.read(file.read(), "")
    if not body.get("text"):
        raise Invalid("text")
    return sheets.read(body["text"].encode(), "")


def _columns(body: Mapping[str, Any]) -> list[dict[str, str]]:
    """What somebody has said of the columns; with a file it is JSON in a field of the form."""
    said = body.get("columns") or []
    if isinstance(said, str):
        try:
            said = LedgerColumn(many=True).load(json.loads(said))
        except (ValueError, RecursionError, ValidationError) as error:
            raise Invalid("columns") from error
    return list(said)


def _line(said: Mapping[str, Any]) -> Line:
    words = {name: said.get(name) or "" for name in SAID if name != "groups"}
    return Line(said["row"], {**words, "groups": " ".join(said.get("groups") or ())}, dict(said.get("cells") or {}))


def _shown(looked: Looked) -> dict[str, Any]:
    said = looked.judged.said
    return {
        **said, "row": looked.line.row, "groups": said["groups"].split(), "cells": looked.line.cells,
        "wrong": wrong_cells(looked.line, looked.judged), "twins": looked.twins, "same_as": looked.same_as,
    }  # fmt: skip


def _understood(sheet: Sheet, ledger: Ledger) -> list[dict[str, Any]]:
    below = sheet.rows[ledger.columns.begins :]
    shown = []
    for column in range(max((len(row) for row in sheet.rows), default=0)):
        cells = [row[column] for row in below if column < len(row) and row[column]]
        heading = ledger.columns.headings.get(column, "")
        if cells or heading:
            field = ledger.columns.fields.get(column)
            shown.append({"column": get_column_letter(column + 1), "heading": heading, "field": field, "sample": cells[:SAMPLES]})
    return shown


def _posted(rows: Sequence[tuple[int, str]]) -> dict[str, Any]:
    """The numbers, and the codes that the clerk tells the residents."""
    ids = [order_id for _row, order_id in rows]
    found: dict[str, Any] = {}
    for some in in_parts(ids):
        wanted = select(ORDERS.c.id, ORDERS.c.number, ORDERS.c.code).where(ORDERS.c.id.in_(some))
        found |= {row.id: row for row in reading().execute(wanted)}
    # An order that has been forgotten meanwhile is not there any more.
    items = [{"row": row, "id": one, "number": found[one].number, "code": found[one].code} for row, one in rows if one in found]
    return {"items": items, "total": len(items)}
