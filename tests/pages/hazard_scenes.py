"""Hazards, set on a street before somebody looks at them, and a photo as a camera takes it."""

from __future__ import annotations

import io
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from PIL import Image

from tests.pages.scenes import LONG_CHINESE, LONG_LATIN, STATION, Scene

HOME = f"{STATION}003"
CORNER = {"lat": 39.0391, "lon": 117.7012}
RUBBISH = "gb47678-event-06010"


def camera(colour: str = "olive") -> list[dict[str, Any]]:
    """A photo as a phone's camera takes it: twelve megapixels, lying on its side, with the place in it."""
    picture, out = Image.new("RGB", (4032, 3024), colour), io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    exif.get_ifd(0x8825).update({1: "N", 2: (39.0, 2.0, 20.76)})
    picture.save(out, "JPEG", exif=exif)
    return [{"name": "IMG_0001.JPG", "mimeType": "image/jpeg", "buffer": out.getvalue()}]


def reported(scene: Scene, login: str = "courier1", **more: Any) -> dict[str, Any]:
    """A hazard, reported by a program."""
    said = {"category": RUBBISH, **CORNER, "community_id": HOME, "building": "3号楼", "note": "三楼拐角的垃圾", **more}
    answer = scene[login].post("/hazards", said, key=str(uuid.uuid4()))
    assert answer.status_code == 201, answer.text
    hazard: dict[str, Any] = answer.json()
    return hazard


def done(scene: Scene, login: str, hazard: dict[str, Any], verb: str, **said: Any) -> dict[str, Any]:
    answer = scene[login].post(f"/hazards/{hazard['id']}/{verb}", said, key=str(uuid.uuid4()))
    assert answer.ok, answer.text
    after: dict[str, Any] = answer.json()
    return after


def everywhere(scene: Scene, *, long: bool = True) -> str:
    """One in each state, a question to courier1, and something that two have reported; returns the id of one that is dealt with.

    Args:
        long: in words that no line holds.
    """
    names = {"building": LONG_CHINESE[:60], "note": LONG_LATIN + LONG_CHINESE} if long else {"note": "三楼拐角堆着旧家具，挡住了楼道"}
    shot = scene["courier1"].http.post(
        f"{scene.house.url}/api/v1/hazards/photos", files={"photo": ("a.jpg", camera()[0]["buffer"])}, timeout=60
    )
    reported(scene, **names, photo_ids=[shot.json()["photo_id"]], category="local-event-fire_passage")
    reported(scene, "courier2")
    given = reported(scene, **names)
    done(scene, "coordinator", given, "accept", title=LONG_LATIN[:80] if long else "楼道里的旧家具")
    done(scene, "coordinator", given, "assign", responsible=LONG_LATIN[:80] if long else "物业 张师傅")
    ways: list[list[tuple[str, dict[str, Any]]]] = [
        [("decline", {"reason": "other", "text": LONG_LATIN if long else "这里是业主自家的院子，已请居委会上门"})],
        [("accept", {})],
        [("accept", {}), ("suspend", {"until": (datetime.now(UTC) + timedelta(days=9)).isoformat(), "reason": "needs_money"})],
        [("accept", {}), ("assign", {}), ("fix", {"reason": "已清运"})],
        [("accept", {}), ("assign", {}), ("fix", {"reason": "已清运"})],
    ]
    for n, way in enumerate(ways):
        hazard = reported(scene, building=f"{n + 5}号楼", lat=39.05 + n / 100)
        for verb, said in way:
            done(scene, "coordinator", hazard, verb, **said)
    scene.do("courier1", scene.post(building="8号楼")["id"], "claim")
    return str(given["id"])
