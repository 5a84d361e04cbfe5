"""Writers share a commit: each has all of its own or nothing, and nobody is told before it stands."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pysqlite3
import pytest
from flask import Flask
from sqlalchemy import event, insert, select

from dispatch.core import writers
from dispatch.core.errors import Busy
from dispatch.core.unit_of_work import Work, look_again, reading, transaction
from dispatch.extensions import db
from dispatch.journal.appending import append
from dispatch.journal.reading import breaks, head_of
from dispatch.people.models import Unit
from tests.orders.play import STATION

UNITS = Unit.__table__


class Together:
    """Writers who come while the first has not yet committed."""

    def __init__(self, app: Flask) -> None:
        self.app, self.commits = app, 0
        self.outcomes: dict[str, str] = {}
        self.joiners: list[tuple[str, Callable[[Work], None] | None]] = []
        self.threads: list[threading.Thread] = []

    def write(self, name: str, twist: Callable[[Work], None] | None = None) -> None:
        """Enter a unit by this name, and an entry that tells of it; `twist` is what goes wrong."""
        with self.app.app_context():
            try:
                with transaction() as work:
                    work.execute(insert(UNITS), {"id": name, "name": name, "level": "depot", "parent_id": STATION})
                    append(work, STATION, "person.enrolled", person_id=name)
                    if twist:
                        twist(work)
                self.outcomes[name] = "stands"
            except Exception as error:
                self.outcomes[name] = type(error).__name__

    def come_in(self, _seconds: float = 0) -> None:
        """In place of the first one's turns: everybody else writes, as far as they get before the commit."""
        while self.joiners:
            name, twist = self.joiners.pop(0)
            thread = threading.Thread(target=self.write, args=(name, twist))
            self.threads.append(thread)
            thread.start()
            deadline = time.monotonic() + 20
            while thread.is_alive() and not self.waits(name) and time.monotonic() < deadline:
                threading.Event().wait(0.005)

    def waits(self, name: str) -> bool:
        """Whether a joiner has done its part and waits: the door is open again, and it is in the transaction's own picture."""
        all_writers = self.app.extensions["writers"]
        if not all_writers.door.acquire(blocking=False):
            return False
        try:
            rows = all_writers.connection.connection.execute("SELECT 1 FROM units WHERE id = ?", [name]).fetchall()
            return bool(rows)
        finally:
            all_writers.door.release()

    def known(self) -> set[str]:
        with self.app.app_context():
            return set(reading().execute(select(UNITS.c.id).where(UNITS.c.id.like("w%"))).scalars())


@pytest.fixture
def together(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Together]:
    made = Together(app)
    event.listen(db.engine, "commit", lambda _connection: setattr(made, "commits", made.commits + 1))
    monkeypatch.setattr(writers.time, "sleep", made.come_in)
    yield made
    for thread in made.threads:
        thread.join()


def refuse(_work: Work) -> None:
    raise ValueError("no")


def give_up_everything(work: Work) -> None:
    """What SQLite does by itself when the disk is full."""
    work.connection.connection.execute("ROLLBACK")
    raise pysqlite3.OperationalError("database or disk is full")


def test_whoever_comes_before_the_commit_shares_it(together: Together) -> None:
    together.joiners = [("w2", None), ("w3", None)]
    together.write("w1")
    for thread in together.threads:
        thread.join()
    assert together.outcomes == dict.fromkeys(("w1", "w2", "w3"), "stands")
    assert together.known() == {"w1", "w2", "w3"}
    assert together.commits == 1


def test_a_refusal_undoes_its_own_part_alone_and_the_journal_has_no_gap(together: Together) -> None:
    before = head_of(reading(), STATION)
    together.joiners = [("w2", refuse), ("w3", None)]
    together.write("w1")
    for thread in together.threads:
        thread.join()
    assert together.outcomes == {"w1": "stands", "w2": "ValueError", "w3": "stands"}
    assert together.known() == {"w1", "w3"}
    look_again()
    assert head_of(reading(), STATION) == before + 2
    assert not list(breaks(reading()))


def test_when_the_first_is_refused_nothing_stays_open(together: Together) -> None:
    together.write("w1", refuse)
    together.write("w2")
    assert together.outcomes == {"w1": "ValueError", "w2": "stands"}
    assert together.known() == {"w2"}


def test_when_the_disk_is_full_nobody_is_told_that_it_stands(together: Together) -> None:
    together.joiners = [("w2", None), ("w3", give_up_everything)]
    together.write("w1")
    for thread in together.threads:
        thread.join()
    assert together.outcomes == {"w1": "Busy", "w2": "Busy", "w3": "OperationalError"}
    assert together.known() == set()
    together.write("w4")
    assert (together.outcomes["w4"], together.known()) == ("stands", {"w4"})


def test_who_comes_after_a_full_disk_and_before_its_group_has_ended_is_told_what_is_true(
    app: Flask, together: Together, monkeypatch: pytest.MonkeyPatch
) -> None:
    """w1 waits for others before it commits; w2 finds the disk full; w3 begins anew, and w1 ends while w3 waits in its turn."""
    w1_waits, w1_goes_on, w1_over = threading.Event(), threading.Event(), threading.Event()

    def sleep(_seconds: float) -> None:
        if threading.current_thread().name == "w1":
            w1_waits.set()
            assert w1_goes_on.wait(30)
        else:
            w1_goes_on.set()
            assert w1_over.wait(30)

    def write_first() -> None:
        together.write("w1")
        w1_over.set()

    monkeypatch.setattr(writers, "time", SimpleNamespace(sleep=sleep, monotonic=time.monotonic))
    first = threading.Thread(target=write_first, name="w1")
    first.start()
    assert w1_waits.wait(30)
    together.write("w2", give_up_everything)
    together.write("w3")
    first.join()
    assert together.outcomes == {"w1": "Busy", "w2": "OperationalError", "w3": "stands"}
    assert together.known() == {"w3"}


def test_when_the_commit_fails_nobody_is_told_that_it_stands(together: Together) -> None:
    times = iter([True])

    def fail(_connection: object) -> None:
        if next(times, False):
            raise pysqlite3.OperationalError("disk I/O error")

    event.listen(db.engine, "commit", fail)
    together.joiners = [("w2", None)]
    together.write("w1")
    for thread in together.threads:
        thread.join()
    assert together.outcomes == {"w1": "Busy", "w2": "Busy"}
    assert together.known() == set()
    together.write("w3")
    assert (together.outcomes["w3"], together.known()) == ("stands", {"w3"})


def test_a_transaction_within_a_transaction_is_a_mistake(app: Flask) -> None:
    with pytest.raises(RuntimeError), transaction(), transaction():
        pass


def test_inside_a_transaction_one_reads_what_one_has_written(app: Flask) -> None:
    with transaction() as work:
        work.execute(insert(UNITS), {"id": "w1", "name": "w1", "level": "depot", "parent_id": STATION})
        assert reading().execute(select(UNITS.c.name).where(UNITS.c.id == "w1")).scalar_one() == "w1"


def test_a_picture_stays_as_it_is_until_one_looks_again(app: Flask, together: Together) -> None:
    assert reading().execute(select(UNITS.c.id).where(UNITS.c.id == "w1")).first() is None
    thread = threading.Thread(target=together.write, args=("w1",))
    thread.start()
    thread.join()
    assert reading().execute(select(UNITS.c.id).where(UNITS.c.id == "w1")).first() is None
    look_again()
    assert reading().execute(select(UNITS.c.id).where(UNITS.c.id == "w1")).first() is not None


def test_a_writer_of_another_process_is_waited_for_and_then_it_is_said(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writers, "WRITE_LOCK_WAIT_S", 0.2)
    other = pysqlite3.connect(Path(str(db.engine.url.database)), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Busy), transaction():
        pass
    other.execute("ROLLBACK")
    other.close()
    with transaction() as work:
        work.execute(insert(UNITS), {"id": "w1", "name": "w1", "level": "depot", "parent_id": STATION})
