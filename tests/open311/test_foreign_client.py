"""A program in another language, against a served house on both databases: reads, reports, follows its token, reads back."""

from __future__ import annotations

import json
import shutil
import subprocess
import uuid
from pathlib import Path

import pytest
import requests

from tests.conftest import NewHouse
from tests.hazards.corner import RUBBISH

CLIENT = Path(__file__).with_name("client.mjs")
#: A house on a loaded machine; nothing waits so long otherwise.
PATIENCE_S = 60


@pytest.mark.slow
def test_a_foreign_program_reports_and_reads_its_request_back(new_house: NewHouse, database: str) -> None:
    house = new_house(database)
    key = house.flask("open311", "key", "city-app", "--login", "courier2").splitlines()[-1]
    house.start()
    node = shutil.which("node")
    assert node, "this test speaks in JavaScript: node is needed"
    command = [node, str(CLIENT), f"{house.url}/open311/v2", key, RUBBISH]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as client:
        assert client.stdout is not None
        line = client.stdout.readline()
        assert line.startswith("posted "), client.communicate(timeout=PATIENCE_S)[1]
        hazard_id = accept(house.url, house.tokens(["coordinator"])["coordinator"])
        said, complained = client.communicate("\n", timeout=PATIENCE_S)
    assert client.returncode == 0, complained
    assert json.loads(said) == {"id": hazard_id, "status": "open", "lat": 39.0391, "long": 117.7012}


def accept(url: str, token: str) -> str:
    """The coordinator looks at the only report that waits, and accepts it; returns its id."""
    bearer = {"Authorization": f"Bearer {token}"}
    queue = requests.get(f"{url}/api/v1/hazards?status=queue", headers=bearer, timeout=PATIENCE_S).json()["items"]
    (hazard,) = queue
    assert hazard["note"] == "桥下 <一堆> & 垃圾"
    headers = {**bearer, "Idempotency-Key": str(uuid.uuid4())}
    answer = requests.post(f"{url}/api/v1/hazards/{hazard['id']}/accept", json={"version": 0}, headers=headers, timeout=PATIENCE_S)
    assert answer.status_code == 200, answer.text
    return str(hazard["id"])
