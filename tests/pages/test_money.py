"""Money on the pages: typed as people type it, laid out at the door, settled by keyboard, heard at once by whom it concerns."""

from __future__ import annotations

import subprocess
import sys

import pytest
from playwright.sync_api import expect

from dispatch.orders.settling import today
from tests.house import ROOT, House
from tests.pages.personas import PATIENCE_MS, AsPersona
from tests.pages.scenes import Scene, receipt

pytestmark = pytest.mark.slow

#: What is typed → fen; None is not an amount.
TYPED: dict[str, int | None] = {
    "23.50": 2350, "23.5": 2350, "23": 2300, "23.": 2300, "0": 0, "0.07": 7, "4.35": 435, "1.15": 115, "8.29": 829, "0.29": 29,
    "1,234.50": 123_450, "1,234": 123_400, "23,50": 2350, "23,5": 2350, "\uff12\uff13\uff0e\uff15\uff10": 2350, "23\u30025": 2350,
    "\u00a523.5": 2350, "\uffe51\uff0c234\uff0e50\u5143": 123_450, " 2 3 ": 2300, "999999999": 99_999_999_900, "1.005": None, "-1": None,
    "abc": None, "1e3": None, "": None, "12,34,56": None, "1.2.3": None, "1234567890": None,
}  # fmt: skip


def test_an_amount_is_read_exactly_as_it_was_meant(shared_house: House, as_persona: AsPersona) -> None:
    page = as_persona("courier1", house=shared_house).page
    read = page.evaluate("async (typed) => { const { fen } = await import('/static/yuan.js'); return typed.map(fen); }", list(TYPED))
    assert dict(zip(TYPED, read, strict=True)) == TYPED
    back = page.evaluate("async () => { const { yuan } = await import('/static/yuan.js'); return [2350, -5, 0, 123450].map(yuan); }")
    assert back == ["23.50", "\u22120.05", "0.00", "1234.50"]


def photo() -> list[dict[str, object]]:
    return [{"name": "slip.jpg", "mimeType": "image/jpeg", "buffer": receipt()}]


def test_over_the_limit_he_calls_the_clerk_raises_it_and_nothing_typed_is_lost(as_persona: AsPersona, scene: Scene) -> None:
    order = scene.taken_as_far("picked_up", kind="groceries", money_limit=2000)
    courier = as_persona("courier1")
    courier.go(f"/errands/{order['id']}")
    page = courier.live().page
    page.fill("#amount", "\uff12\uff13.50")
    page.fill("#code", order["code"])
    page.keyboard.press("Enter")
    expect(page.locator("#receipt")).to_be_focused(timeout=PATIENCE_MS)
    page.set_input_files("#receipt", files=photo())
    courier.sees("#receipt-there", has_text="小票已传上")
    page.locator("#code").press("Enter")
    courier.sees("#wrong", has_text="居委会")
    expect(page.locator("#amount")).to_be_focused(timeout=PATIENCE_MS)
    scene.do("clerk", order["id"], "raise-limit", money_limit=3000)
    courier.sees("#amount-hint", has_text="30.00")
    expect(page.locator("#amount")).to_have_value("\uff12\uff13.50")
    expect(page.locator("#code")).to_have_value(order["code"])
    page.locator("#code").press("Enter")
    courier.sees(".thanks")
    found = scene["clerk"].get("/money/advances").json()["items"][0]
    assert (found["amount"], found["receipt"]) == (2350, True)
    page.get_by_role("link", name="看我垫的钱").click()
    courier.sees("#due", has_text="23.50")


def test_without_a_purchase_an_errand_with_a_limit_is_delivered_by_the_code_alone(as_persona: AsPersona, scene: Scene) -> None:
    order = scene.taken_as_far("picked_up", kind="groceries", money_limit=2000)
    courier = as_persona("courier1")
    courier.go(f"/errands/{order['id']}")
    courier.live().page.fill("#code", order["code"])
    courier.page.keyboard.press("Enter")
    courier.sees(".thanks")
    assert scene["clerk"].get("/money/advances").json()["items"] == []


def test_two_keys_settle_what_is_owed_and_the_courier_sees_it_at_once(as_persona: AsPersona, scene: Scene) -> None:
    scene.advance(2350)
    scene.advance(1200)
    courier = as_persona("courier1")
    courier.go("/money")
    courier.live().sees("#due", has_text="35.50")
    clerk = as_persona("clerk")
    clerk.go("/money")
    page = clerk.live().page
    page.locator("#advances .opener").first.focus()
    for left in ("12.00", "0.00"):
        page.keyboard.press("Enter")
        expect(page.locator("input[name=way]:focus")).to_be_visible(timeout=PATIENCE_MS)
        page.keyboard.press("Enter")
        courier.sees("#due", has_text=f"{left} ")
        if left == "12.00":
            expect(page.locator("#advances .card")).to_have_count(1, timeout=PATIENCE_MS)
            expect(page.locator("#advances .opener").first).to_be_focused(timeout=PATIENCE_MS)
    expect(page.locator("#empty")).to_be_visible(timeout=PATIENCE_MS)
    assert not clerk.complaints() + courier.complaints()


def test_what_cannot_be_booked_is_said_at_its_field_and_what_was_typed_stays(as_persona: AsPersona, scene: Scene) -> None:
    scene.advance(2350)
    clerk = as_persona("clerk")
    clerk.go("/money")
    page = clerk.live().page
    page.locator("#advances .opener").first.click()
    for typed, words in (("abc", "23.50"), ("99", "最多还能结 23.50")):
        page.locator("#advances input[name=amount]").fill(typed)
        page.keyboard.press("Enter")
        clerk.sees("#advances .error", has_text=words)
        expect(page.locator("#advances input[name=amount]")).to_have_value(typed)
    page.get_by_label("备用金还给志愿者", exact=False).first.check()
    page.keyboard.press("Enter")
    clerk.sees("#advances .error", has_text="备用金不够")


def test_who_had_paid_before_it_was_cancelled_is_chosen_and_gets_his_money(as_persona: AsPersona, scene: Scene) -> None:
    order = scene.taken_as_far("claimed", kind="groceries", money_limit=2000)
    scene.do("courier1", order["id"], "release", reason="busy")
    scene.do("courier2", order["id"], "claim")
    scene.do("clerk", order["id"], "cancel", reason="other")
    clerk = as_persona("clerk")
    clerk.go("/money")
    page = clerk.live().page
    page.locator("summary", has_text="上限和补记").click()
    card = page.locator(f'#limits [data-id="{order["id"]}"]')
    card.get_by_role("button", name="补记垫付").click()
    form = card.locator("form", has=page.get_by_label("谁垫的钱"))
    form.locator("input[name=amount]").fill("12.50")
    form.locator("input[type=file]").set_input_files(files=photo())
    form.get_by_role("button", name="记账").click()
    clerk.sees("#limits .error", has_text="请选择是哪一位快递员")
    expect(form.get_by_label("谁垫的钱")).to_be_focused(timeout=PATIENCE_MS)
    form.get_by_label("谁垫的钱").select_option(label="钱建国")
    form.get_by_role("button", name="记账").click()
    clerk.sees("#advances .card", has_text="钱建国 垫付 12.50 元")
    assert scene["courier1"].get("/money/advances").json()["items"][0]["due"] == 1250
    assert not clerk.complaints()
    asked = {"period": f"{today():%Y}", "format": "xlsx"}
    sheet = scene["clerk"].http.post(f"{scene.house.url}/money/export", data=asked, timeout=60)
    assert sheet.content.startswith(b"PK"), sheet.text


DAYS_AGO = """
import sys
from datetime import timedelta
from wsgi import app
from dispatch.core.clock import now
from dispatch.core.unit_of_work import transaction
from dispatch.orders.commanding import ORDERS
with app.app_context(), transaction() as work:
    then = now() - timedelta(days=9)
    work.execute(ORDERS.update().where(ORDERS.c.id == sys.argv[1]).values(posted_at=then, changed_at=then, number="0901-017"))
"""


def days_ago(house: House, order_id: str) -> None:
    """It was posted and over nine days ago, with the number of that day."""
    subprocess.run([sys.executable, "-c", DAYS_AGO, order_id], cwd=ROOT, env=house.environ, check=True, capture_output=True, timeout=60)


def test_an_order_of_another_day_is_found_by_name_or_number_and_what_was_laid_out_for_it_is_entered(
    house: House, as_persona: AsPersona, scene: Scene
) -> None:
    hers = {"name": "欧阳桂香", "phone": "13900004321", "door": "2单元301"}
    order = scene.taken_as_far("delivered", kind="groceries", summary="买鸡蛋", resident=hers)
    scene.do("clerk", order["id"], "confirm")
    days_ago(house, order["id"])
    clerk = as_persona("clerk")
    clerk.go("/money")
    page = clerk.live().page
    page.locator("summary", has_text="上限和补记").click()
    found = page.locator(f'#found [data-id="{order["id"]}"]')
    sought = page.get_by_label("找以前的单")
    # Nothing typed, nobody of that name: said, and what was typed stays.
    sought.press("Enter")
    clerk.sees("#older .error", has_text="请先输入")
    sought.fill("阿凡提")
    sought.press("Enter")
    clerk.sees("#found-said", has_text="没有找到")
    expect(sought).to_have_value("阿凡提")
    # By her initials, by keyboard alone; her name and the day stand on it.
    sought.fill("oygx")
    sought.press("Enter")
    expect(found).to_contain_text("0901-017", timeout=PATIENCE_MS)
    expect(found).to_contain_text("欧阳桂香")
    assert page.locator(f'#limits [data-id="{order["id"]}"]').count() == 0
    # Nothing was to be laid out for it: first the limit, then what was.
    found.get_by_role("button", name="调高上限").click()
    found.locator("input[name=money_limit]").fill("30")
    found.locator("input[name=money_limit]").press("Enter")
    found.get_by_role("button", name="补记垫付").click()
    form = found.locator("form", has=page.get_by_label("谁垫的钱"))
    form.locator("input[name=amount]").fill("12.50")
    form.locator("input[type=file]").set_input_files(files=photo())
    form.get_by_role("button", name="记账").click()
    clerk.sees("#advances .card", has_text="垫付 12.50 元")
    assert scene["courier1"].get("/money/advances").json()["items"][0]["due"] == 1250
    # And by its number.
    page.reload()
    clerk.live()
    page.locator("summary", has_text="上限和补记").click()
    sought.fill("0901017")
    page.get_by_role("button", name="找单", exact=True).click()
    expect(found).to_contain_text("欧阳桂香", timeout=PATIENCE_MS)
    assert not clerk.complaints()
