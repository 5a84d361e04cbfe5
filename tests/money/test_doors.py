"""The doors to the money: receipts on their way, who reads which part of it, every answer as it is described."""

from __future__ import annotations

import io
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from dispatch import jobs
from dispatch.core.clock import now
from dispatch.core.unit_of_work import look_again, reading, transaction
from dispatch.money.queries import span_of
from dispatch.orders.forgetting import forget_finished
from dispatch.orders.models import Receipt
from dispatch.orders.settling import today
from dispatch.realtime.gateway import COMMANDS
from dispatch.residents.models import Export, Resident, Reveal
from tests.core.visitors import Visitor
from tests.money.purse import HOME, Purse
from tests.orders.play import code_of
from tests.orders.test_api_description import Described, Player, jpeg

LOGINS = ("clerk", "clerk2", "coordinator", "courier1", "courier2", "neighbour", "supervisor", "admin")


def send_receipt(visitor: Visitor, order: str, data: bytes | None = None, **more: Any) -> Any:
    form = {"receipt": (io.BytesIO(data if data is not None else jpeg()), "receipt.jpg")}
    return visitor.ask("POST", f"/api/v1/orders/{order}/receipt", data=form, content_type="multipart/form-data", **more)


def photos_in(app: Flask) -> list[Path]:
    return list((Path(app.config["DATA_DIR"]) / "photos").glob("*"))


@pytest.fixture
def described(app: Flask) -> Described:
    return Described(app)


def test_every_answer_of_an_errand_with_money_is_as_described(app: Flask, purse: Purse, described: Described) -> None:
    clerk, boss, one, chief = (Player(app, login, described) for login in ("clerk", "coordinator", "courier1", "supervisor"))
    order = purse.picked_up(2000)
    receipt = send_receipt(one, order).json["receipt_id"]
    said = {"code": code_of(purse.street, order), "amount": 2350, "receipt_id": receipt}
    over = one.say("deliver", order, **said)
    assert (over.status_code, over.json["field"]) == (422, "amount")
    assert clerk.say("raise-limit", order, money_limit=3000).json["money_limit"] == 3000
    assert one.say("deliver", order, **said).status_code == 200
    assert clerk.ask("POST", "/api/v1/money/box", json={"amount": 10_000, "how": "bank"}).status_code == 200
    assert clerk.say("settle", order, version=1, way="box", how="wechat", amount=1000, paid_on=today().isoformat()).status_code == 200
    seen = clerk.get("/money/advances").json["items"][0]
    assert clerk.say("settle", order, version=seen["version"], way="resident", how="cash").status_code == 200
    voucher = clerk.get("/money/book").json["vouchers"][-1]
    assert clerk.ask("POST", f"/api/v1/money/vouchers/{voucher['id']}/reverse", json={"reason": "wrong_way"}).status_code == 200
    assert clerk.ask("POST", f"/api/v1/money/vouchers/{voucher['id']}/reverse", json={"reason": "wrong_way"}).status_code == 409
    seen = clerk.get("/money/advances").json["items"][0]
    assert clerk.say("correct-advance", order, version=seen["version"], amount=2400, reason="wrong_amount").status_code == 200
    for who in (clerk, boss, one, chief):
        assert who.get("/money/advances").status_code == 200
    assert boss.get("/money/book", community_id=HOME, month="2026-11").status_code == 200
    assert one.get("/money/book").status_code == 403
    assert chief.get("/money/book").status_code == 403
    assert boss.ask("POST", "/api/v1/money/box", json={"amount": 1, "how": "cash", "community_id": HOME}).status_code == 403
    assert clerk.ask("POST", f"/api/v1/money/vouchers/{'0' * 32}/reverse", json={"reason": "other"}).status_code == 404
    assert clerk.get("/money/book", month="2026-13").status_code == 422
    purse.check()


def test_who_reads_which_part_of_an_advance(app: Flask, purse: Purse) -> None:
    purse.advance()
    for login in LOGINS:
        items = Visitor(app, login).get("/money/advances").json["items"]
        assert len(items) == (1 if login in ("clerk", "coordinator", "courier1") else 0), login
        for item in items:
            assert (item["amount"], item["due"]) == (2350, 2350)
            assert ("resident" in item) == (login != "courier1"), login
            assert "陈桂兰" not in str(item) or login != "courier1"


@pytest.mark.parametrize(("login", "community", "status"), [
    ("clerk", None, 200), ("clerk", HOME, 200), ("clerk", "120116014004", 404), ("clerk2", HOME, 404), ("coordinator", HOME, 200),
    ("coordinator", "120116015001", 404), ("courier1", None, 403), ("neighbour", HOME, 403), ("supervisor", HOME, 403),
    ("admin", None, 403),
])  # fmt: skip
def test_who_looks_into_which_book(app: Flask, purse: Purse, login: str, community: str | None, status: int) -> None:
    purse.fund(100)
    asked = {"community_id": community} if community else {}
    assert Visitor(app, login).get("/money/book", **asked).status_code == status


def test_a_receipt_comes_with_the_delivery_or_ahead_of_it_and_what_is_refused_leaves_none(app: Flask, purse: Purse) -> None:
    one, order = Visitor(app, "courier1"), purse.picked_up(2000)

    def deliver(amount: int, key: str | None = None) -> Any:
        form = {"code": code_of(purse.street, order), "amount": str(amount), "receipt": (io.BytesIO(jpeg()), "r.jpg")}
        return one.ask(
            "POST", f"/api/v1/orders/{order}/deliver", data=form, content_type="multipart/form-data", key=key or str(uuid.uuid4())
        )

    assert deliver(2001).json["field"] == "amount"
    assert photos_in(app) == []
    key = str(uuid.uuid4())
    for _ in range(2):
        answer = deliver(1999, key)
        assert answer.status_code == 200, answer.json
    assert len(photos_in(app)) == 1
    assert purse.left(order) == (1999, 1999)
    assert send_receipt(one, order).status_code == 409  # not his any more
    assert send_receipt(Visitor(app, "courier2"), order).status_code == 403
    assert send_receipt(Visitor(app, "neighbour"), order).status_code == 404
    assert send_receipt(Visitor(app, "clerk"), order, b"<svg/>").json["field"] == "receipt"
    assert len(photos_in(app)) == 1


def test_a_receipt_is_seen_by_clerk_and_coordinator_alone_and_each_look_is_written_down(app: Flask, purse: Purse) -> None:
    one, order = Visitor(app, "courier1"), purse.picked_up()
    receipt = send_receipt(one, order).json["receipt_id"]
    assert one.say("deliver", order, code=code_of(purse.street, order), amount=2350, receipt_id=receipt).status_code == 200
    for login in LOGINS:
        answer = Visitor(app, login).ask("GET", f"/orders/{order}/receipt")
        assert answer.status_code == (200 if login in ("clerk", "coordinator") else 404), login
        if answer.status_code == 200:
            assert (answer.mimetype, answer.headers["Cache-Control"]) == ("image/jpeg", "private, no-store")
        answer.close()
    look_again()
    looks = reading().execute(select(Reveal.__table__).where(Reveal.__table__.c.what == "receipt")).all()
    assert [look.why for look in looks] == ["clerk", "coordinator"]


def test_a_receipt_goes_when_the_stations_time_for_it_is_over_and_an_unused_one_after_a_day(app: Flask, purse: Purse) -> None:
    used, unused = purse.advance(), purse.picked_up()
    purse.receipt(unused)
    purse.street.settings(receipts_kept=30)
    table = Receipt.__table__

    def aged(days: int) -> list[Any]:
        with transaction() as work:
            work.execute(update(table).values(at=now() - timedelta(days=days)))
        jobs.tidy(app)
        look_again()
        return list(reading().execute(select(table).order_by(table.c.at)))

    assert [row.order_id for row in aged(29)] == [used]
    assert aged(29)[0].photo is not None
    assert aged(31)[0].photo is None
    assert Visitor(app, "clerk").ask("GET", f"/orders/{used}/receipt").status_code == 404
    assert not Visitor(app, "clerk").get("/money/advances").json["items"][0]["receipt"]


def test_a_resident_who_owes_is_not_forgotten_until_she_does_not(purse: Purse) -> None:
    order = purse.advance()
    resident = purse.row(order).resident_id
    with transaction() as work:
        work.execute(update(Resident.__table__).values(created_at=now() - timedelta(days=60)))
    purse.street.set(order, changed_at=now() - timedelta(days=31))

    def known() -> bool:
        with transaction() as work:
            forget_finished(work)
        look_again()
        return reading().execute(select(Resident.__table__.c.id).where(Resident.__table__.c.id == resident)).first() is not None

    assert known()
    purse.settle(order, "resident")
    assert not known()
    purse.check()


def test_the_sheet_has_vouchers_totals_and_balances_and_is_written_down(app: Flask, purse: Purse) -> None:
    order = purse.advance()
    purse.fund(10_000)
    purse.settle(order, "aid")
    clerk = Visitor(app, "clerk")
    month = f"{today():%Y-%m}"
    sheet = clerk.ask("POST", "/money/export", data={"period": month, "format": "csv"})
    assert sheet.status_code == 200
    assert "attachment" in sheet.headers["Content-Disposition"]
    rows = [line.split(",") for line in sheet.data.decode("utf-8-sig").split("\r\n")]
    assert rows[0][:8] == ["日期", "凭证号", "摘要", "借方科目", "贷方科目", "金额", "经手人", "订单号"]
    entries = [row for row in rows[1:] if len(row) == len(rows[0])]
    assert [row[1][5:] for row in entries] == ["0001", "0002", "0003", "0003"]
    assert [row[5] for row in entries] == ["23.50", "100.00", "23.50", "23.50"]
    assert entries[0][6:8] == ["钱建国", purse.street.row(order).number]
    assert "陈桂兰" not in sheet.data.decode("utf-8-sig")
    total = next(row for row in rows if row[0] == "合计")
    assert total[5] == "170.50"
    balance = next(row for row in rows if len(row) > 3 and row[2] == "合计")
    assert balance[3:] == ["0.00", "183.50", "183.50", "0.00"] or balance[3] == balance[6] == "0.00"
    assert clerk.ask("POST", "/money/export", data={"period": month[:4], "format": "xlsx"}).data.startswith(b"PK")
    for login, status in (("coordinator", 200), ("clerk2", 404), ("courier1", 403), ("supervisor", 403)):
        asked = {"period": month, "format": "csv", "community_id": HOME}
        assert Visitor(app, login).ask("POST", "/money/export", data=asked).status_code == status, login
    for asked in ({"period": "2026-13"}, {"period": ""}, {"period": "２０２６"}, {"period": month, "format": "pdf"}):
        assert clerk.ask("POST", "/money/export", data=asked).status_code == 422, asked
    look_again()
    taken = reading().execute(select(Export.__table__).where(Export.__table__.c.what == "money")).all()
    assert [(row.unit_id, row.station_id, row.why) for row in taken] == [(HOME, HOME[:9], form) for form in ("csv", "xlsx", "csv")]


def test_a_month_begins_with_what_the_one_before_left(app: Flask, purse: Purse) -> None:
    purse.fund(10_000)
    clerk = Visitor(app, "clerk")
    cash = next(one for one in clerk.get("/money/book").json["accounts"] if one["kind"] == "cash")
    assert (cash["opening"], cash["debit"], cash["credit"], cash["closing"]) == (0, 10_000, 0, 10_000)
    next_year = clerk.get("/money/book", month=f"{today().year + 1}-01").json
    cash = next(one for one in next_year["accounts"] if one["kind"] == "cash")
    assert (cash["opening"], cash["debit"], cash["credit"], cash["closing"]) == (10_000, 0, 0, 10_000)
    assert next_year["vouchers"] == []


@pytest.mark.parametrize(("year", "month", "start", "end"), [
    (2026, 1, "2026-01-01", "2026-02-01"), (2026, 2, "2026-02-01", "2026-03-01"), (2026, 12, "2026-12-01", "2027-01-01"),
    (2028, 2, "2028-02-01", "2028-03-01"), (2026, None, "2026-01-01", "2027-01-01"),
])  # fmt: skip
def test_months_and_years_of_the_street(year: int, month: int | None, start: str, end: str) -> None:
    span = span_of(year, month)
    assert [moment.isoformat() for moment in span] == [f"{start}T00:00:00+08:00", f"{end}T00:00:00+08:00"]


@pytest.mark.parametrize(
    ("login", "status"), [("clerk", 200), ("coordinator", 200), ("courier1", 200), ("supervisor", 403), ("admin", 403)]
)
def test_whose_page_it_is(app: Flask, purse: Purse, login: str, status: int) -> None:
    purse.advance()
    page = Visitor(app, login).ask("GET", "/money")
    assert page.status_code == status
    if login == "courier1":
        assert "陈桂兰" not in page.text


def test_a_delivery_with_money_said_by_the_line_and_again_by_http_is_one(app: Flask, purse: Purse) -> None:
    one, order = Visitor(app, "courier1"), purse.picked_up()
    receipt = send_receipt(one, order).json["receipt_id"]
    said = {"code": code_of(purse.street, order), "amount": 2350, "receipt_id": receipt, "epoch": 1}
    key = str(uuid.uuid4())
    told = COMMANDS["order.deliver"](purse.street.cast("courier1"), {"order_id": order, "key": key, **said})
    assert told["order"]["status"] == "delivered"
    again = one.ask("POST", f"/api/v1/orders/{order}/deliver", json=said, key=key)
    assert (again.status_code, again.json["status"]) == (200, "delivered")
    assert len(purse.transfers(order)) == 1
