"""Hazards on the pages: seen on the stairs and reported in three taps, judged one after the other, dealt with, seen to be gone."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.house import Caller
from tests.pages.hazard_scenes import CORNER, HOME, camera, done, reported
from tests.pages.personas import NO_SOCKETS, PATIENCE_MS, AsPersona, Persona, until
from tests.pages.scenes import STATION, Scene

pytestmark = pytest.mark.slow


def stands(scene: Scene, hazard: dict[str, Any]) -> str:
    return str(scene["coordinator"].get(f"/hazards/{hazard['id']}").json()["status"])


def at_the_corner(persona: Persona, *, live: bool = True) -> Page:
    """His phone says where it is, when it is asked."""
    persona.context.grant_permissions(["geolocation"])
    persona.context.set_geolocation({"latitude": CORNER["lat"], "longitude": CORNER["lon"]})
    persona.go("/hazards/mine")
    return persona.live().page if live else persona.page


def photograph(page: Page, scope: str = "#report") -> None:
    """The camera opens at a tap, and gives its picture."""
    with page.expect_file_chooser() as chooser:
        page.locator(f"{scope} input[type=file]").click()
    chooser.value.set_files(camera())
    expect(page.locator(f"{scope} .thumbs img")).to_have_count(1, timeout=PATIENCE_MS)


def test_from_the_photo_to_seen_to_be_gone_without_a_reload(as_persona: AsPersona, scene: Scene) -> None:
    coordinator, clerk, courier = as_persona("coordinator"), as_persona("clerk"), as_persona("courier1")
    for persona, path in ((coordinator, "/hazards"), (clerk, "/hazards/community")):
        persona.go(path)
        persona.live().mark()
    page = at_the_corner(courier)
    courier.mark()
    photograph(page)
    courier.sees("#place-said", has_text="位置已取到")
    page.locator("#kinds .chip", has_text="暴露垃圾").click()
    page.locator("#send").click()
    courier.sees("#thanks")
    courier.sees("#mine .tag", has_text="待审核")
    hazard = scene["courier1"].get("/hazards", status="mine").json()["items"][0]
    assert (hazard["photos"][0]["width"], hazard["photos"][0]["height"]) == (1200, 1600)

    desk = coordinator.page
    coordinator.sees("#queue .slip", has_text="暴露垃圾")
    desk.locator("#queue .slip").first.focus()
    desk.keyboard.press("Enter")
    coordinator.sees("#opened .shown img")
    desk.keyboard.press("a")
    desk.get_by_label("标题").fill("三楼拐角垃圾")
    desk.get_by_label("社区").select_option(HOME)
    desk.get_by_label("标题").press("Enter")
    courier.sees("#mine .tag", has_text="已受理")
    coordinator.sees("#opened [data-verb=assign]")
    desk.keyboard.press("s")
    coordinator.sees("#opened form", has_text="社区居委会")
    desk.locator("#opened form.verb button").last.click()
    courier.sees("#mine .tag", has_text="处理中")

    clerk.sees("#due .card", has_text="三楼拐角垃圾")
    clerk.page.locator("#due [data-verb=fix]").click()
    photograph(clerk.page, "#due form")
    clerk.page.locator("#due form button.go").last.click()
    clerk.sees("#fixed .card", has_text="三楼拐角垃圾")

    passing = as_persona("courier1")
    passing.live()
    scene.do("courier1", scene.post(building="3号楼", **CORNER)["id"], "claim")
    passing.sees("#asked-note a")
    courier.sees("#asked h3", has_text="真的清干净了吗")
    page.locator("#asked").get_by_role("button", name="清干净了").click()
    courier.sees("#mine .tag", has_text="已办结")
    assert stands(scene, hazard) == "verified"
    assert all(persona.marked() for persona in (coordinator, clerk, courier))
    assert not coordinator.complaints() + clerk.complaints() + courier.complaints()


def test_a_lost_line_keeps_the_report_and_it_arrives_once(as_persona: AsPersona, scene: Scene) -> None:
    courier = as_persona("courier1")
    # A network that opens no socket: then everything goes by HTTP.
    courier.page.add_init_script(NO_SOCKETS)
    page = at_the_corner(courier, live=False)
    photograph(page)
    page.fill("#note", "三楼拐角有一袋垃圾")
    courier.sees("#suggested")
    chosen = page.locator("#report input[name=category]:checked").input_value()
    courier.context.set_offline(True)
    page.locator("#send").click()
    courier.sees("#unsent", has_text="都还在")
    assert scene["courier1"].get("/hazards", status="mine").json()["items"] == []
    courier.context.set_offline(False)
    expect(page.locator("#note")).to_have_value("三楼拐角有一袋垃圾")
    expect(page.locator("#report .thumbs img")).to_have_count(1)
    lost: list[str] = []

    def lose_the_answer(route: Any) -> None:
        if route.request.method != "POST" or lost:
            return route.fallback()
        lost.append(route.request.headers["idempotency-key"])
        route.fetch()
        return route.abort()

    page.route("**/api/v1/hazards", lose_the_answer)
    page.get_by_role("button", name="再发一次").click()
    until(page, lambda: lost)
    courier.sees("#unsent", has_text="都还在")
    with page.expect_request(lambda request: request.method == "POST" and request.url.endswith("/hazards")) as again:
        page.locator("#send").click()
    assert again.value.headers["idempotency-key"] == lost[0]
    courier.sees("#thanks")
    items = scene["courier1"].get("/hazards", status="mine").json()["items"]
    assert [(one["category"], one["note"], len(one["photos"])) for one in items] == [(chosen, "三楼拐角有一袋垃圾", 1)]


def test_what_is_reported_already_is_shown_and_joined(as_persona: AsPersona, scene: Scene) -> None:
    hazard = reported(scene, "courier2")
    done(scene, "coordinator", hazard, "accept")
    courier = as_persona("courier1")
    page = at_the_corner(courier)
    photograph(page)
    courier.sees("#place-said", has_text="位置已取到")
    page.locator("#kinds .chip", has_text="暴露垃圾").click()
    page.locator("#send").click()
    courier.sees("#near .card", has_text="3号楼")
    expect(page.locator("#near-title")).to_be_focused()
    page.get_by_role("button", name="就是这一处").click()
    courier.sees("#thanks", has_text="加到那一条")
    courier.sees("#mine .card", has_text=hazard["number"])
    assert len(scene["coordinator"].get(f"/hazards/{hazard['id']}").json()["reporters"]) == 2


def test_one_report_after_the_other_by_keyboard_and_a_refusal_is_read_by_its_reporter(as_persona: AsPersona, scene: Scene) -> None:
    first, second = reported(scene), reported(scene, building="9号楼", lat=39.05, lon=117.72, note="楼下")
    courier, coordinator = as_persona("courier1"), as_persona("coordinator")
    courier.go("/hazards/mine")
    courier.live()
    coordinator.go("/hazards")
    page = coordinator.live().page
    page.locator("#queue .slip").first.focus()
    page.keyboard.press("d")
    coordinator.sees("#opened form legend", has_text="为什么")
    page.locator("#opened input[value=already_done]").check()
    page.keyboard.press("Enter")
    expect(page.locator("#opened .case-facts")).to_contain_text(second["number"], timeout=PATIENCE_MS)
    expect(page.locator("#queue .slip")).to_have_count(1, timeout=PATIENCE_MS)
    courier.sees("#mine .card", has_text="已经处理好了")
    assert stands(scene, first) == "declined"
    until(page, lambda: scene["coordinator"].get(f"/hazards/{second['id']}").json()["held"])
    page.keyboard.press("Escape")
    until(page, lambda: not scene["coordinator"].get(f"/hazards/{second['id']}").json()["held"])


def test_a_colleague_was_quicker_and_what_was_typed_stays(as_persona: AsPersona, scene: Scene) -> None:
    hazard = reported(scene)
    coordinator = as_persona("coordinator")
    coordinator.go("/hazards")
    page = coordinator.live().page
    page.locator("#queue .slip").first.click()
    page.locator("#opened [data-verb=accept]").click()
    page.get_by_label("标题").fill("我写的标题")
    page.route("**/api/v1/hazards?status=*", lambda route: route.abort())
    done(scene, "courier1", hazard, "join")
    page.locator("#opened form.verb button").last.click()
    coordinator.sees("#opened form .error", has_text="还在")
    expect(page.get_by_label("标题")).to_have_value("我写的标题")
    page.wait_for_timeout(1000)  # she looks at it first, as she is told: by then it is as it is now
    page.locator("#opened form.verb button").last.click()
    coordinator.sees("#opened [data-verb=assign]")
    assert scene["coordinator"].get(f"/hazards/{hazard['id']}").json()["title"] == "我写的标题"


def test_two_of_the_same_are_merged_and_it_can_be_undone(as_persona: AsPersona, scene: Scene) -> None:
    one, other = reported(scene), reported(scene, "courier2")
    done(scene, "coordinator", one, "accept")
    coordinator = as_persona("coordinator")
    coordinator.go("/hazards")
    page = coordinator.live().page
    page.locator("#queue .slip").first.focus()
    page.keyboard.press("m")
    page.locator(f"#opened input[value='{one['id']}']").check()
    page.locator("#opened form.verb button").last.click()
    coordinator.sees("#undo", has_text=other["number"])
    assert stands(scene, other) == "duplicate"
    page.get_by_role("button", name="撤销", exact=True).click()
    coordinator.sees("#queue .slip", has_text=other["number"])
    assert stands(scene, other) == "reported"


def test_where_the_phone_does_not_say_where_it_is_the_building_does_and_what_is_missing_is_asked_for(
    as_persona: AsPersona, scene: Scene
) -> None:
    courier = as_persona("courier1")
    courier.go("/hazards/mine")
    page = courier.live().page
    page.locator("#send").click()
    courier.sees("#unsent", has_text="类别")
    page.fill("#note", "二单元楼道里堆满了纸箱")
    expect(page.locator("#kinds .chip").first).to_contain_text("楼道堆物", timeout=PATIENCE_MS)
    expect(page.locator("#kinds .chip input").first).to_be_checked()
    page.locator("#send").click()
    expect(page.locator("#building")).to_be_focused(timeout=PATIENCE_MS)
    page.fill("#building", "3号楼")
    page.locator("#community_id").select_option(HOME)
    page.locator("#send").click()
    courier.sees("#thanks")
    found = scene["courier1"].get("/hazards", status="mine").json()["items"][0]
    assert (found["building"], found["community_id"], found["lat"]) == ("3号楼", HOME, None)


def test_what_is_still_there_is_said_with_a_photo_and_goes_on(as_persona: AsPersona, scene: Scene) -> None:
    hazard = reported(scene, "courier2")
    for verb, said in (("accept", {}), ("assign", {}), ("fix", {"reason": "已清运"})):
        done(scene, "coordinator", hazard, verb, **said)
    courier = as_persona("courier1")
    scene.do("courier1", scene.post(building="3号楼", **CORNER)["id"], "claim")
    courier.live().sees("#asked-note a").click()
    courier.live().sees("#asked h3")
    photograph(courier.page, "#asked")
    courier.page.locator("#asked").get_by_role("button", name="还在").click()
    expect(courier.page.locator("#asked-part")).to_be_hidden(timeout=PATIENCE_MS)
    after = scene["coordinator"].get(f"/hazards/{hazard['id']}").json()
    assert (after["status"], after["reopened"], [one["caption"] for one in after["photos"]]) == ("assigned", 1, ["check"])


def test_what_a_colleague_has_open_is_said_and_can_be_taken_over(as_persona: AsPersona, scene: Scene) -> None:
    hazard = reported(scene)
    scene.house.flask("people", "add", "--login", "colleague", "--role", "coordinator", "--unit", STATION, "--name", "赵同事")
    colleague = Caller(scene.house.url, scene.house.flask("people", "token", "colleague").split()[-1])
    assert colleague.post(f"/hazards/{hazard['id']}/hold").ok
    coordinator = as_persona("coordinator")
    coordinator.go("/hazards")
    page = coordinator.live().page
    coordinator.sees("#queue .tag", has_text="同事在看")
    page.locator("#queue .slip").first.click()
    coordinator.sees("#opened .note", has_text="赵同事")
    page.locator("#opened [data-verb=decline]").click()
    page.locator("#opened input[value=not_clear]").check()
    page.locator("#opened textarea[name=text]").fill("看不清")
    page.locator("#opened form.verb button").last.click()
    coordinator.sees("#opened form .error", has_text="同事")
    expect(page.locator("#opened textarea[name=text]")).to_have_value("看不清")
    page.get_by_role("button", name="接过来").click()
    expect(page.get_by_role("button", name="接过来")).to_be_hidden(timeout=PATIENCE_MS)
    page.locator("#opened form.verb button").last.click()
    until(page, lambda: stands(scene, hazard) == "declined")


def test_what_it_needs_more_time_for_is_said_and_it_goes_back(as_persona: AsPersona, scene: Scene) -> None:
    hazard = reported(scene)
    for verb in ("accept", "assign"):
        done(scene, "coordinator", hazard, verb)
    clerk, coordinator = as_persona("clerk"), as_persona("coordinator")
    coordinator.go("/hazards")
    page = coordinator.live().page
    page.locator("#others .slip").first.click()
    for verb, reason, status in (("suspend", "needs_money", "suspended"), ("extend", "weather", "assigned")):
        page.locator(f"#opened [data-verb={verb}]").click()
        page.locator("#opened select[name=reason]").select_option(reason)
        page.locator("#opened form.verb button").last.click()
        until(
            page, lambda verb=verb: verb in [step["verb"] for step in scene["coordinator"].get(f"/hazards/{hazard['id']}").json()["steps"]]
        )
        assert stands(scene, hazard) == status
        if status == "suspended":
            page.locator("#opened [data-verb=resume]").click()
            coordinator.sees("#opened [data-verb=extend]")
    clerk.go("/hazards/community")
    clerk.live().page.locator("#due [data-verb=send_back]").click()
    clerk.page.locator("#due select[name=reason]").select_option("not_ours")
    clerk.page.locator("#due form button").last.click()
    clerk.sees("#due-empty")
    coordinator.sees("#opened .note.warn", has_text="不归我们管")
