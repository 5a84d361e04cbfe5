"""What the door to the ledgers takes in."""

from __future__ import annotations

from typing import Any

from marshmallow import EXCLUDE, ValidationError, fields, validate, validates_schema

from dispatch.core.doors import Form
from dispatch.core.sheet_texts import MOST_COLUMNS
from dispatch.core.sheets import MAX_BYTES
from dispatch.ledgers.columns import FIELDS, NONE
from dispatch.ledgers.lines import SAID, TYPED_MOST
from dispatch.ledgers.transcribing import MOST_LINES
from dispatch.residents.models import GROUPS


def _typed(**said: str) -> fields.String:
    return fields.String(load_default="", allow_none=True, validate=validate.Length(max=TYPED_MOST), metadata=said)


class LedgerCells(Form):
    """In which cell each field of a line stands, as Excel names it; a refusal names it again."""

    class Meta:
        unknown = EXCLUDE
        include = {name: fields.String(validate=validate.Length(max=10)) for name in SAID}  # noqa: RUF012


class LedgerLine(Form):
    """One errand of a ledger, in words: as read by the preview, or corrected."""

    row = fields.Integer(required=True, strict=True, validate=validate.Range(1, 1_048_576), metadata={"description": "as Excel shows it"})
    name = _typed()
    phone = _typed()
    building = _typed()
    door = _typed()
    kind = _typed()
    need = _typed()
    time = _typed(description="11月24日下午, 明天上午, 15点前 …; as `preview` writes it, it says the same tomorrow")
    urgency = _typed()
    note = _typed()
    groups = fields.List(fields.String(validate=validate.OneOf(GROUPS)), validate=validate.Length(max=len(GROUPS)))
    cells = fields.Nested(LedgerCells, load_default=dict)
    again = fields.Boolean(load_default=False, metadata={"description": "post it although the same stands already"})


class LedgerColumn(Form):
    column = fields.String(required=True, validate=validate.Regexp(r"[A-Z]{1,2}\Z"))
    field = fields.String(required=True, validate=validate.OneOf([*FIELDS, NONE]))


class _WholeLedger(Form):
    community_id = fields.String(allow_none=True, validate=validate.Length(max=32), metadata={"description": "the clerk's own by default"})
    rows = fields.List(fields.Nested(LedgerLine), validate=validate.Length(max=MOST_LINES))

    @validates_schema
    def each_row_once(self, data: dict[str, Any], **_more: Any) -> None:
        numbers = [line["row"] for line in data.get("rows") or ()]
        if len(set(numbers)) != len(numbers):
            raise ValidationError("each row once", "rows")


class LedgerLookForm(_WholeLedger):
    """Pasted text, or lines to be looked at again; `columns` where somebody has said what a column is."""

    text = fields.String(validate=validate.Length(max=MAX_BYTES))
    columns = fields.List(fields.Nested(LedgerColumn), validate=validate.Length(max=MOST_COLUMNS))


class LedgerFileForm(Form):
    """A file (multipart)."""

    community_id = fields.String(allow_none=True, validate=validate.Length(max=32))
    file = fields.Raw(metadata={"type": "string", "format": "binary", "description": ".xlsx, CSV or TSV, at most 8 MB"})
    columns = fields.String(validate=validate.Length(max=4_000), metadata={"description": "JSON: [{column, field}]"})


class LedgerForm(_WholeLedger):
    """The lines to be posted: all, or none."""
