"""Two web processes on PostgreSQL: whoever is entered in one is found by the next search in the other, also in a crowd."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
import requests

from tests.conftest import NewHouse
from tests.house import House
from tests.residents.care import SHAN
from tests.servers import RedisServer

pytestmark = pytest.mark.slow
WRITERS, EACH = 6, 15
CONSENT = {"at": "2026-11-20T00:00:00+08:00", "how": "phone", "to": ["care_list"]}


class Desk:
    """A clerk at one of the processes."""

    def __init__(self, house: House, token: str) -> None:
        self.url, self.headers = f"{house.url}/api/v1", {"Authorization": f"Bearer {token}"}

    def enter(self, name: str, **other: object) -> str:
        said = {**SHAN, "name": name, "phone": None, "consent": CONSENT, **other}
        answer = requests.post(f"{self.url}/residents", json=said, headers=self.headers, timeout=60)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def change(self, resident: str, **said: object) -> None:
        requests.put(f"{self.url}/residents/{resident}", json=said, headers=self.headers, timeout=60).raise_for_status()

    def finds(self, typed: str) -> int:
        answer = requests.post(f"{self.url}/residents/find", json={"q": typed}, headers=self.headers, timeout=60)
        answer.raise_for_status()
        return int(answer.json()["total"])


@pytest.fixture
def desks(new_house: NewHouse, redis_server: RedisServer) -> Iterator[list[Desk]]:
    first = new_house("postgresql", redis_url=redis_server.url)
    second = House(first.folder, database_url=first.environ["DATABASE_URL"], redis_url=redis_server.url)
    token = first.token("clerk")
    yield [Desk(house.start(), token) for house in (first, second)]
    second.kill()


def test_what_one_process_writes_the_next_search_in_the_other_finds(desks: list[Desk]) -> None:
    one, other = desks
    assert one.finds("zz") == other.finds("zz") == 0
    for n in range(20):
        writer, reader = (one, other) if n % 2 else (other, one)
        resident = writer.enter(f"欧阳娜{'甲乙丙丁戊己庚辛壬癸'[n % 10]}", building=f"{100 + n}号楼")
        assert reader.finds(f"oyn {100 + n}") == 1
        writer.change(resident, building=f"{500 + n}号楼")
        assert (reader.finds(f"oyn {100 + n}"), reader.finds(f"oyn {500 + n}")) == (0, 1)


def test_in_a_crowd_nobody_is_overlooked(desks: list[Desk]) -> None:
    wrong: list[str] = []

    def work(n: int) -> None:
        for k in range(EACH):
            desks[n % 2].enter("司马相如", building=f"{1000 + n * EACH + k}号楼")
            if desks[(n + 1) % 2].finds(f"smxr {1000 + n * EACH + k}") != 1:
                wrong.append(f"{n}.{k}")

    threads = [threading.Thread(target=work, args=(n,)) for n in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert [desk.finds("smxr") for desk in desks] == [WRITERS * EACH] * 2
