"""A house that is killed with -9 and opened again says nothing twice that had gone out, and loses nothing that had not."""

from __future__ import annotations

import subprocess
import sys

import pytest
import requests

from tests.channels.door import Door
from tests.conftest import NewHouse
from tests.house import ROOT, House

#: What a minute does: whoever was speaking when the power went has had his time.
A_MINUTE_LATER = """
from datetime import timedelta
from sqlalchemy import update
from dispatch.channels.models import Channel
from dispatch.core.clock import now
from dispatch.core.unit_of_work import transaction
from wsgi import app
with app.app_context(), transaction() as work:
    work.execute(update(Channel.__table__).values(not_before=now() - timedelta(seconds=1)))
"""


class Keeper:
    """The coordinator at the page of channels."""

    def __init__(self, house: House) -> None:
        self.house, self.headers = house, {"Authorization": f"Bearer {house.token('coordinator')}"}

    def ask(self, path: str, **said: str) -> None:
        requests.post(f"{self.house.url}{path}", data=said, headers=self.headers, timeout=30).raise_for_status()

    def sees(self) -> str:
        return requests.get(f"{self.house.url}/channels", headers=self.headers, timeout=30).text

    def test(self) -> None:
        channel_id = self.sees().partition('data-id="')[2].partition('"')[0]
        self.ask(f"/channels/{channel_id}/test")


@pytest.mark.slow
def test_killed_before_while_and_after_a_message_goes_out(new_house: NewHouse, database: str, door: Door) -> None:
    house = new_house(database).start()
    li = Keeper(house)
    li.ask("/channels", kind="webhook", address=door.url, hears="orders")
    door.wait_for(1)
    until_it_says_so(li)
    for _ in range(2):
        house.kill()
        house.start()
    # It has gone out, so it does not come again; the next one does.
    li.test()
    door.wait_for(2)
    until_it_says_so(li)
    # Killed while the robot has it and has not answered: nobody knows, so it is said again, when the minute is over.
    door.hold.clear()
    li.test()
    door.wait_for(3)
    house.kill()
    door.hold.set()
    subprocess.run([sys.executable, "-c", A_MINUTE_LATER], cwd=ROOT, env=house.environ, check=True, timeout=120)
    house.start()
    door.wait_for(4)
    until_it_says_so(li)
    assert len(door.messages) == 4
    assert "fails" not in house.flask("channels", "list")


def until_it_says_so(li: Keeper) -> None:
    """Until the page says that the last test has gone out."""
    for _ in range(600):
        page = li.sees()
        if "已发出" in page and "条等着发" not in page:
            return
    raise AssertionError(page)
