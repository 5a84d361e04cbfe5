"""A street on which few phones can speak, so that a test knows whose will."""

from __future__ import annotations

from typing import Any

import requests

from tests.conftest import CAST
from tests.house import House
from tests.pages.scenes import Scene


def on_duty_alone(house: House, *logins: str) -> None:
    """These couriers are on duty, and nobody else of the station."""
    for login in CAST:
        if login.startswith("courier") or login in logins:
            headers = {"Authorization": f"Bearer {house.known[login]}"}
            requests.put(f"{house.url}/api/v1/me/duty", json={"on": login in logins}, headers=headers, timeout=60).raise_for_status()


def rules(scene: Scene, **said: Any) -> None:
    """The station's rules for its alerts; what is not said is as usual."""
    scene["coordinator"].http.put(f"{scene.house.url}/api/v1/alert-settings", json=said, timeout=60).raise_for_status()


def one_at_a_time(scene: Scene) -> None:
    """Of two who are on duty one is asked, and the other when the first has said no: the price of an ask lies between what each adds.

    Read from the call list of an order for which no phone speaks.
    """
    rules(scene, on=False)
    order = scene.post(skills=[])
    likely = [
        line["likelihood"] for line in scene["coordinator"].get(f"/orders/{order['id']}/call-list").json()["items"] if line["on_duty"]
    ]
    scene.do("clerk", order["id"], "cancel", reason="mistake")
    assert len(likely) == 2
    alone, beside = min(likely), min(likely) * (1 - max(likely))
    price = (alone + beside) / 2
    rules(scene, urgencies={"urgent": {"price": price, "falls": 1, "floor": price, "head_start_s": 0}})


def everybody_at_once(scene: Scene) -> None:
    """Everybody on duty is asked in the first wave."""
    rules(scene, urgencies={"urgent": {"price": 0, "falls": 1, "floor": 0, "head_start_s": 0, "steps": {}}})
