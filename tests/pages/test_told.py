"""What a courier is told himself: whose turn it is, the station's words, a change, a record; seconds counted by the server's clock."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.pages.personas import PATIENCE_MS, AsPersona
from tests.pages.scenes import Scene

pytestmark = pytest.mark.slow
SUMMARY = "送一盒降压药"


def test_he_waits_for_a_full_errand_is_told_when_it_is_his_and_gives_it_back(as_persona: AsPersona, scene: Scene) -> None:
    order = scene.taken_as_far("claimed", summary=SUMMARY, skills=[])
    courier = as_persona("courier2").live()
    page = courier.page
    page.locator("#full-part summary").click()
    page.locator("#full .card", has_text=SUMMARY).get_by_role("button", name="候补").click()
    courier.sees("#queued .card", has_text="候补第 1 位")
    expect(page.locator("#full .card", has_text=SUMMARY)).to_have_count(0, timeout=PATIENCE_MS)
    scene.do("courier1", order["id"], "release", reason="busy")
    courier.sees("#told .note.good", has_text="轮到您了")
    courier.sees("#mine .card", has_text=SUMMARY)
    expect(page.locator("#queued-part")).to_be_hidden(timeout=PATIENCE_MS)
    page.locator("#told .note.good a").click()
    page.wait_for_url(f"**/errands/{order['id']}")
    courier.live().sees("#errand", has_text="陈桂兰")


def test_he_stops_waiting(as_persona: AsPersona, scene: Scene) -> None:
    order = scene.taken_as_far("claimed", summary=SUMMARY, skills=[])
    scene["courier2"].post(f"/orders/{order['id']}/queue")
    courier = as_persona("courier2").live()
    courier.page.locator("#queued .card", has_text=SUMMARY).get_by_role("button", name="不等了").click()
    expect(courier.page.locator("#queued-part")).to_be_hidden(timeout=PATIENCE_MS)
    assert scene["coordinator"].get(f"/orders/{order['id']}").json()["queue"] == []


@pytest.mark.parametrize("path", ["/board", "errand"])
def test_the_stations_words_are_there_at_once_on_whichever_page_he_is(as_persona: AsPersona, scene: Scene, path: str) -> None:
    order = scene.taken_as_far("claimed")
    courier = as_persona("courier1")
    courier.go(f"/errands/{order['id']}" if path == "errand" else path)
    courier.live()
    scene["coordinator"].post("/messages", {"text": "下午有雨，骑车慢一点"}).raise_for_status()
    note = courier.page.locator("#told .note", has_text="下午有雨")
    expect(note).to_be_visible(timeout=PATIENCE_MS)
    note.get_by_role("button", name="知道了").click()
    expect(note).to_have_count(0, timeout=PATIENCE_MS)
    courier.page.reload()
    courier.live()
    expect(note).to_have_count(0)
    assert scene["coordinator"].get("/messages").json()["items"][0]["read_by"] == 1


def test_a_change_to_his_errand_is_said_in_words(as_persona: AsPersona, scene: Scene) -> None:
    order = scene.taken_as_far("claimed")
    courier = as_persona("courier1")
    courier.go(f"/errands/{order['id']}")
    courier.live()
    scene.do("coordinator", order["id"], "correct", version=0, building="5号楼", summary="代取降糖药")
    courier.sees("#told .note.warn", has_text="这一单有改动：楼栋、说明")
    courier.sees("#errand", has_text="5号楼")


def test_the_others_count_the_seconds_of_the_familiar_one_and_then_may(as_persona: AsPersona, scene: Scene) -> None:
    order = scene.taken_as_far("picked_up", skills=[])
    scene.do("courier1", order["id"], "deliver", code=order["code"])
    scene.house.flask("org", "settings", "120116014", "head_start_s=12")
    knows, other = as_persona("courier1").live(), as_persona("courier2").live()
    other.expects("#board .card button.big[disabled]", "秒后可抢")
    scene.post(summary=SUMMARY, familiar_first=True, skills=[])
    other.saw()
    there = other.page.locator("#board .card", has_text=SUMMARY)
    expect(knows.page.locator("#board .card", has_text=SUMMARY).locator("button.big")).to_have_text("抢单", timeout=PATIENCE_MS)
    expect(there.get_by_role("button", name="抢单")).to_be_enabled(timeout=PATIENCE_MS)
    there.get_by_role("button", name="抢单").click()
    other.page.wait_for_url("**/errands/*")


def test_he_reads_that_he_did_not_come_and_answers(as_persona: AsPersona, scene: Scene) -> None:
    order = scene.taken_as_far("claimed")
    courier = as_persona("courier1").live()
    holder = scene["coordinator"].get(f"/orders/{order['id']}").json()["holders"][0]["id"]
    scene.do("coordinator", order["id"], "no-show", person_id=holder, reason="never_came")
    card = courier.page.locator("#no-shows .card", has_text=order["number"])
    expect(card).to_contain_text("原因：没有来", timeout=PATIENCE_MS)
    card.locator("textarea").fill("电动车坏在路上")
    card.get_by_role("button", name="交给社工站").click()
    expect(courier.page.locator("#said")).to_have_text("已交给社工站。", timeout=PATIENCE_MS)
    assert scene["coordinator"].get("/no-shows").json()["items"][0]["answer"] == "电动车坏在路上"


def test_the_clerk_ticks_who_is_asked_first(as_persona: AsPersona, scene: Scene) -> None:
    page = as_persona("clerk").live().page
    for field, words in {"#name": "陈桂兰", "#phone": "13900001234", "#building": "3号楼"}.items():
        page.fill(field, words)
    page.locator("summary", has_text="更多").click()
    page.get_by_label("先问帮过这位老人的快递员").check()
    page.get_by_role("button", name="发布").click()
    expect(page.locator("#posted-code")).not_to_be_empty(timeout=PATIENCE_MS)
    assert scene["clerk"].get("/orders", status="active").json()["items"][0]["familiar_first"]
