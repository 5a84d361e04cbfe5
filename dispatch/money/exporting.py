"""How a book leaves the house as a sheet that an accountant accepts: vouchers, totals, opening and closing balances; written down."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any, NamedTuple

from flask_babel import gettext as _
from sqlalchemy import insert

from dispatch.core.aside import aside
from dispatch.core.clock import SHANGHAI, now
from dispatch.core.ids import new_id
from dispatch.core.sheets import csv_bytes, xlsx
from dispatch.core.unit_of_work import Work, reading, transaction
from dispatch.money.funding import Community, community_for
from dispatch.money.presenting import present_accounts, present_vouchers
from dispatch.money.queries import span_of
from dispatch.people.identity import Actor
from dispatch.residents.models import Export

FORMATS = ("xlsx", "csv")
Cells = list[object]


class Sheet(NamedTuple):
    """A file to be taken away."""

    name: str
    data: bytes
    mimetype: str


def export(actor: Actor, community_id: str | None, year: int, month: int | None, form: str) -> Sheet:
    """A month or a year of a book as a file, and the row that says who took it.

    Args:
        community_id: whose book; the reader's own, or her first, by default.
        year, month: of Shanghai's calendar; without a month the whole year.
        form: one of FORMATS.
    Raises:
        NotFound, NotEligible: not somebody who may look into this book.
    """
    community = community_for(actor, "export", community_id)
    period = f"{year}-{month:02d}" if month else str(year)
    rows = list(_rows(community, year, month))
    with transaction() as work:
        _note(work, actor, community, len(rows), form)
    title = _("%(community)s 代购账 %(period)s", community=community.name, period=period)
    if form == "csv":
        return Sheet(f"{title}.csv", csv_bytes(rows), "text/csv; charset=utf-8")
    return Sheet(f"{title}.xlsx", aside(partial(xlsx, title, rows)), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")


def _note(work: Work, actor: Actor, community: Community, rows: int, form: str) -> None:
    """Names of couriers and clerks leave the house: who took them is written down."""
    row = {"id": new_id(), "person_id": actor.id, "station_id": community.station_id, "unit_id": community.community_id}
    work.execute(insert(Export.__table__), {**row, "what": "money", "rows": rows, "why": form, "at": now()})


def _yuan(fen: int) -> Decimal:
    return Decimal(fen).scaleb(-2)


def _rows(community: Community, year: int, month: int | None) -> Iterator[Cells]:
    span = span_of(year, month)
    vouchers = present_vouchers(reading(), community.community_id, span)
    accounts = present_accounts(reading(), community.community_id, span)
    yield [_("日期"), _("凭证号"), _("摘要"), _("借方科目"), _("贷方科目"), _("金额"), _("经手人"), _("订单号"), _("付款日期"),
           _("付款方式"), _("冲销凭证")]  # fmt: skip
    total = 0
    for voucher in vouchers:
        for line in voucher["lines"]:
            total += line["amount"]
            yield _entry(voucher, line)
    yield [_("合计"), None, None, None, None, _yuan(total)]
    yield []
    yield [_("科目余额表"), None, _("科目"), _("期初余额"), _("借方发生"), _("贷方发生"), _("期末余额")]
    sums = {name: sum(account[name] for account in accounts) for name in ("opening", "debit", "credit", "closing")}
    for account in accounts:
        yield [None, None, account["account"], *(_yuan(account[name]) for name in sums)]
    yield [None, None, _("合计"), *(_yuan(value) for value in sums.values())]
    yield [_("余额：借方为正，贷方为负。")]


def _entry(voucher: dict[str, Any], line: dict[str, Any]) -> Cells:
    day = datetime.fromisoformat(voucher["at"]).astimezone(SHANGHAI).date()
    return [day.isoformat(), voucher["number"], voucher["summary"], line["debit"], line["credit"], _yuan(line["amount"]), voucher["by"],
            voucher["order"], voucher["paid_on"], how_name(voucher["how"]), voucher["countered"]]  # fmt: skip


def how_name(how: str | None) -> str | None:
    """A way to pay, in words."""
    names = {"cash": _("现金"), "wechat": _("微信"), "alipay": _("支付宝"), "bank": _("银行转账"), "other": _("其他方式")}
    return names[how] if how else None
