"""Who hears what: each entry type × each listener; and that nobody's name, phone, door or note travels where it should not."""

from __future__ import annotations

import io
import tarfile
import time
import uuid
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image

from dispatch.realtime.audience import HEARD, as_heard, audience_of
from tests.house import Caller
from tests.realtime.conftest import Serve

STATION, DISTRICT = "120116014", "120116"
HOME = f"{STATION}003"


def listener(role: str, unit: str, station: str | None) -> Any:
    return audience_of(SimpleNamespace(role=role, unit_id=unit, station_id=station))


LISTENERS = {
    "courier": listener("courier", f"{STATION}D01", STATION),
    "clerk": listener("clerk", HOME, STATION),
    "other clerk": listener("clerk", f"{STATION}004", STATION),
    "coordinator": listener("coordinator", STATION, STATION),
    "supervisor": listener("supervisor", DISTRICT, None),
    "other supervisor": listener("supervisor", "120101", None),
    "neighbour": listener("courier", "120116015D01", "120116015"),
    "admin": listener("admin", DISTRICT, None),
}
ON_THE_BOARD = {"courier", "clerk", "coordinator"}
AT_THE_DESKS = {"clerk", "coordinator"}
#: Of these couriers hear the number alone, whatever the order was.
FOR_DESKS = ("order.escalated", "order.no_show_answered", "order.alerted", "order.declined")
#: What everybody hears who could know of the hazard before or after.
HAZARD_STEPS = tuple(
    f"hazard.{step}"
    for step in (
        "reported", "joined", "accepted", "declined", "merged", "unmerged", "assigned", "sent_back", "suspended", "resumed", "extended",
        "fixed", "verified", "reopened", "voided", "photo_shown", "blacked_out", "corrected",
    )
)  # fmt: skip
#: Entry type → who hears it in full.
HEARS = {
    "order.posted": ON_THE_BOARD, "order.opened": ON_THE_BOARD, "order.claimed": ON_THE_BOARD, "order.assigned": ON_THE_BOARD,
    "order.released": ON_THE_BOARD, "order.picked_up": ON_THE_BOARD, "order.delivered": ON_THE_BOARD, "order.confirmed": ON_THE_BOARD,
    "order.cancelled": ON_THE_BOARD, "order.failed": ON_THE_BOARD, "order.expired": ON_THE_BOARD,
    "order.corrected": ON_THE_BOARD, "order.missed": ON_THE_BOARD, "order.queued": ON_THE_BOARD, "order.unqueued": ON_THE_BOARD,
    "order.no_show_answered": AT_THE_DESKS, "message.sent": {"courier", "coordinator"},
    "order.limit_raised": ON_THE_BOARD,
    "order.alerted": AT_THE_DESKS, "order.declined": AT_THE_DESKS, "loan.wished": {"coordinator"}, "alerts.rules_changed": {"coordinator"},
    "money.advanced": AT_THE_DESKS, "money.settled": AT_THE_DESKS, "money.corrected": AT_THE_DESKS, "money.funded": AT_THE_DESKS,
    "hours.correction_proposed": {"coordinator", "supervisor"}, "hours.correction_declined": {"coordinator", "supervisor"},
    "hours.corrected": {"coordinator", "supervisor"}, "certificate.issued": {"coordinator"}, "certificate.withdrawn": {"coordinator"},
    "order.not_reached": AT_THE_DESKS, "order.escalated": AT_THE_DESKS | {"supervisor"},
    "standing.made": AT_THE_DESKS, "standing.changed": AT_THE_DESKS, "standing.paused": AT_THE_DESKS, "standing.resumed": AT_THE_DESKS,
    "standing.ended": AT_THE_DESKS, "standing.missed": AT_THE_DESKS, "standing.stopped": AT_THE_DESKS,
    "resident.entered": AT_THE_DESKS, "resident.changed": AT_THE_DESKS, "resident.off_list": AT_THE_DESKS,
    "residents.imported": AT_THE_DESKS, "residents.exported": AT_THE_DESKS,
    **dict.fromkeys(HAZARD_STEPS, ON_THE_BOARD),
    "hazard.overdue": AT_THE_DESKS | {"supervisor"},
    "hazard.held": {"coordinator"}, "hazard.let_go": {"coordinator"}, "hazard.asked": {"coordinator"},
    "hazard.rules_changed": {"coordinator"},
    "duty.changed": {"coordinator"}, "person.enrolled": {"coordinator"}, "person.suspended": {"coordinator"},
    "person.entered": {"coordinator"}, "person.declined": {"coordinator"}, "person.changed": {"coordinator"},
    "loan.offered": {"coordinator"}, "loan.asked": {"coordinator"}, "loan.started": {"coordinator"}, "loan.declined": {"coordinator"},
    "loan.withdrawn": {"coordinator"}, "loan.refused": {"coordinator"}, "loan.left": {"coordinator"}, "loan.lapsed": {"coordinator"},
    "loan.ended": {"coordinator"}, "channel.added": {"coordinator"}, "channel.removed": {"coordinator"},
}  # fmt: skip


def entry(kind: str, was: str = "open") -> dict[str, Any]:
    data = {"order_id": "o", "community_id": HOME, "district_id": DISTRICT, "was": was, "persons": ["p"]}
    if kind == "message.sent":
        data = {"message_id": "m"}
    elif kind.startswith("hazard."):
        data = {"hazard_id": "h", "community_id": HOME, "district_id": DISTRICT, "was": was, "seen_by": "all", "persons": ["p", "q"]}
    elif not kind.startswith(("order.", "standing.", "money.")):
        data = {"person_id": "p", "district_id": DISTRICT} | ({"community_id": HOME} if kind.startswith("resident") else {})
    return {"station_id": STATION, "seq": 7, "at": "2026-11-24T10:00:00.000+08:00", "type": kind, "data": data}


def test_every_entry_type_has_its_line_in_the_table() -> None:
    assert set(HEARD) == set(HEARS)


@pytest.mark.parametrize("kind", sorted(HEARS))
def test_who_hears_it_and_who_only_its_number(kind: str) -> None:
    for who, audience in LISTENERS.items():
        heard = as_heard(audience, entry(kind))
        assert (heard["seq"], heard["station_id"]) == (7, STATION)
        if who in HEARS[kind]:
            assert heard["type"] == kind, who
            names_persons = "persons" in heard["data"] or "person_id" in heard["data"]
            desks = {"coordinator"} if kind.startswith("hazard.") else AT_THE_DESKS
            assert names_persons == ((who in desks and kind != "message.sent") or kind.startswith("hours.")), who
        else:
            assert heard == {"station_id": STATION, "seq": 7, "at": heard["at"], "type": "private"}, who


@pytest.mark.parametrize("kind", sorted(kind for kind in HEARS if kind.startswith("money.")))
def test_of_the_couriers_only_the_one_whose_money_it_is_hears_of_it(kind: str) -> None:
    mine = as_heard(LISTENERS["courier"], entry(kind), "p")
    assert mine["type"] == ("private" if kind == "money.funded" else kind)
    assert as_heard(LISTENERS["courier"], entry(kind), "q")["type"] == "private"
    assert as_heard(LISTENERS["courier"], entry("order.escalated"), "p")["type"] == "private"


@pytest.mark.parametrize("kind", HAZARD_STEPS)
def test_of_a_hazard_that_has_not_been_accepted_only_the_station_hears_and_who_has_reported_it(kind: str) -> None:
    said = entry(kind)
    for seen_by, hear in (("station", {"coordinator"}), ("desks", AT_THE_DESKS), ("all", ON_THE_BOARD)):
        said["data"]["seen_by"] = seen_by
        assert {who for who, audience in LISTENERS.items() if as_heard(audience, said)["type"] == kind} == hear
    said["data"]["seen_by"] = "station"
    for who in ("courier", "clerk", "neighbour"):
        mine = as_heard(LISTENERS[who], said, "p")
        assert (mine["type"], mine["data"]["persons"]) == (kind, ["p"]), who  # of the others who follow it he hears nothing
        assert as_heard(LISTENERS[who], said, "r")["type"] == "private", who


def test_the_question_whether_it_is_gone_is_heard_by_who_is_asked() -> None:
    said = entry("hazard.asked")
    assert as_heard(LISTENERS["courier"], said, "p")["type"] == "hazard.asked"
    assert as_heard(LISTENERS["courier"], said, "r")["type"] == "private"
    assert as_heard(LISTENERS["courier"], entry("hazard.held"), "p")["type"] == "private"


def test_couriers_do_not_hear_of_an_order_that_the_station_still_looks_at() -> None:
    for kind in sorted(HEARS):
        if kind.startswith("order.") and kind not in ("order.opened", *FOR_DESKS):
            assert as_heard(LISTENERS["courier"], entry(kind, was="waiting"))["type"] == "private", kind
            assert as_heard(LISTENERS["clerk"], entry(kind, was="waiting"))["type"] == kind


def test_that_she_was_not_content_is_for_the_desks_alone() -> None:
    said = entry("order.confirmed")
    said["data"]["satisfied"] = False
    assert {who for who, audience in LISTENERS.items() if "satisfied" in as_heard(audience, said).get("data", {})} == AT_THE_DESKS


def test_an_entry_of_a_type_that_nobody_has_listed_is_private_to_all() -> None:
    for audience in LISTENERS.values():
        assert as_heard(audience, entry("order.invented"))["type"] == "private"


CANARY = {"name": "金丝雀小姐", "phone": "13977665544", "door": "99单元9901", "note": "钥匙在红花盆下", "reason": "老人正在午睡呢"}
EARS = ["courier2", "courier3", "neighbour", "clerk2", "coordinator", "supervisor", "clerk", "courier1"]


@pytest.mark.slow
def test_a_canary_is_in_no_frame_log_journal_answer_of_others_nor_in_the_file(
    serve: Serve, database: str, need: dict[str, Any], request: pytest.FixtureRequest
) -> None:
    house = serve(database, EARS, LOG_LEVEL="DEBUG")
    callers = {login: house.line(login) for login in EARS}
    resident = {name: CANARY[name] for name in ("name", "phone", "door")}
    order = callers["clerk"].post("/orders", {**need, "resident": resident, "private_note": CANARY["note"]}).json()
    assert order["private"]["name"] == CANARY["name"]
    strangers = ["courier2", "courier3", "neighbour", "clerk2", "supervisor"]
    said: list[str] = [str(look(callers[login], order["id"])) for login in strangers]
    claim = callers["courier1"].say("order.claim", order_id=order["id"], key=str(uuid.uuid4()))
    assert claim["order"]["private"]["note"] == CANARY["note"]
    assert callers["courier1"].post(f"/orders/{order['id']}/reveal").json() == {"phone": CANARY["phone"]}
    said += [str(look(callers[login], order["id"])) for login in strangers]
    # What is wrong with it is not repeated in an error or in the log.
    said.append(callers["clerk"].post("/orders", {**need, "resident": resident, "kind": CANARY["note"]}).text)
    said.append(str(callers["courier1"].say("order.release", order_id=order["id"], key=str(uuid.uuid4()), reason=CANARY["note"])))
    assert callers["courier1"].say("order.pick_up", order_id=order["id"], key=str(uuid.uuid4()))["ok"]
    form = {"reason": (None, CANARY["reason"]), "photo": ("p.jpg", picture())}
    address = f"{callers['courier1'].url}/api/v1/orders/{order['id']}/deliver"
    delivered = callers["courier1"].http.post(address, files=form, headers={"Idempotency-Key": str(uuid.uuid4())})
    assert delivered.status_code == 200, delivered.text
    said.append(delivered.text)  # he has delivered: no more of it
    said += [str(look(callers[login], order["id"])) for login in [*strangers, "courier1"]]
    assert callers["clerk"].post(f"/orders/{order['id']}/confirm").status_code == 200
    deadline = time.monotonic() + 60
    while not any(entry["type"] == "order.confirmed" for entry in callers["coordinator"].entries):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    frames = str([[caller.entries, caller.heard] for caller in callers.values()])
    journal = str(callers["coordinator"].get("/journal", station_id=STATION, since=0).json())
    copy = house.house.folder / "copy.tgz"
    house.house.flask("backup", str(copy))
    # The data folder first: its photos, its database where that is a file.
    lying = [path.read_bytes() for path in house.house.folder.rglob("*") if path.is_file() and not path.name.startswith("server-")]
    lying += request.getfixturevalue("postgres").bytes_on_disk() if database == "postgresql" else []
    lying += unpacked(copy)
    for what, word in CANARY.items():
        assert word not in frames, what
        assert word not in journal, what
        assert word not in house.house.said(), what
        assert word not in "".join(said), what
        assert not any(word.encode() in one for one in lying), what
    assert not any(b"1397766" in one for one in lying)
    # What is public of it lies there to be read: so this looked in the right places, the backup among them.
    assert sum(need["summary"].encode() in one or ascii(need["summary"])[1:-1].encode() in one for one in lying) >= 2
    assert "order.confirmed" in frames


def look(caller: Caller, order_id: str) -> list[str]:
    """Everything that a person can ask for."""
    answers = [caller.get(path) for path in ("/me", "/orders", f"/orders/{order_id}", "/couriers", "/communities")]
    answers += [caller.get("/orders", status=status) for status in ("open", "mine", "active", "today")]
    pages = [caller.http.get(f"{caller.url}{path}") for path in ("/board", f"/errands/{order_id}", "/desk", "/overview", "/watch")]
    return [answer.text for answer in [*answers, *pages]]


def unpacked(archive: Path) -> list[bytes]:
    """What is in a backup, file by file."""
    with tarfile.open(archive) as tar:
        return [file.read() for member in tar if (file := tar.extractfile(member))]


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (64, 48), "green").save(out, "JPEG")
    return out.getvalue()
