"""Several desks post for one person at the same moment: she is one, on both databases; and who shares her number is another."""

from __future__ import annotations

import threading
import uuid
from typing import Any

import pytest
import requests

from tests.conftest import NewHouse

pytestmark = pytest.mark.slow
DESKS, ROUNDS = 8, 4


def test_who_is_posted_for_by_many_at_once_is_one_resident(new_house: NewHouse, database: str, need: dict[str, Any]) -> None:
    house = new_house(database)
    headers = {"Authorization": f"Bearer {house.token('clerk')}"}
    house.start()
    ready = threading.Barrier(DESKS)
    wrong: list[str] = []

    def desk(n: int) -> None:
        for turn in range(ROUNDS):
            name = ("欧阳桂兰", "司马大爷")[n % 2]
            hers = {**need, "resident": {"name": name, "phone": f"1375550{turn:04d}", "door": f"{n % 2 + 1}单元301"}}
            ready.wait(timeout=60)
            keyed = {**headers, "Idempotency-Key": str(uuid.uuid4())}
            answer = requests.post(f"{house.url}/api/v1/orders", json=hers, headers=keyed, timeout=60)
            wrong.extend([answer.text] if answer.status_code != 201 or answer.json()["private"]["name"] != name else [])

    threads = [threading.Thread(target=desk, args=(n,)) for n in range(DESKS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    for name, door in (("欧阳桂兰", "1单元301"), ("司马大爷", "2单元301")):
        found = requests.post(f"{house.url}/api/v1/residents/find", json={"q": name}, headers=headers, timeout=60).json()
        assert (found["total"], {one["door"] for one in found["items"]}) == (ROUNDS, {door})
