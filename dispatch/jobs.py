"""What the clock does: each job asks what is due and calls one verb per item. Run twice it does nothing twice."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from functools import partial

import structlog
from flask import Flask
from sqlalchemy import Connection, text
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError, TimeoutError

from dispatch.channels import announcing, sending
from dispatch.core import idempotency, photo_quota
from dispatch.core.clock import now
from dispatch.core.unit_of_work import reading, transaction
from dispatch.extensions import db, scheduler
from dispatch.hazards import asking, chasing, recurring
from dispatch.hazards import photographing as hazard_photos
from dispatch.hazards.blacking_out import forget_locked
from dispatch.hazards.forgetting import forget_ended
from dispatch.hazards.queries import due as hazards_due
from dispatch.hours import booking
from dispatch.open311.forgetting import forget_tokens
from dispatch.orders import believing, offering, photographing
from dispatch.orders.closing import BY_THE_CLOCK, by_the_clock, due
from dispatch.orders.forgetting import forget_finished
from dispatch.orders.messaging import forget_messages
from dispatch.orders.missing import forget_no_shows
from dispatch.orders.recalling import held_by_strangers, recall
from dispatch.orders.receipting import forget_receipts
from dispatch.orders.recurring import due_standings, fall_due
from dispatch.people import answering, loans, signing_in
from dispatch.people.trusting import end_trust, ended_trust
from dispatch.reports import counting
from dispatch.waking import Waker

#: The advisory lock by which one process is the leader.
LEADER = 0x1A57
SWEEP_EVERY_S = 5
#: A supervisor looks at weeks and months; a day with many orders is counted anew no oftener than this.
COUNT_EVERY_S = 20
SEND_EVERY_S = 3
TIDY_EVERY_S = 3600

#: What is forgotten every hour.
FORGOTTEN = (
    idempotency.forget_old, photo_quota.forget_days, signing_in.forget_expired,
    forget_finished, forget_receipts, forget_messages, forget_no_shows, forget_ended, forget_tokens,
    believing.forget_alerts, sending.forget_notices,
)  # fmt: skip

#: Days are counted by one at a time: of two at once the one that has read earlier might write last.
_counting = threading.Lock()
_alerting = threading.Lock()
#: Corners are made anew by one at a time for the same reason.
_shaping = threading.Lock()

log = structlog.get_logger()


def alert(app: Flask) -> None:
    """What has become of the alerts that stand, then whom to ask next. One at a time: what comes meanwhile is seen by the one at work."""
    if not _alerting.acquire(blocking=False):
        return
    try:
        with app.app_context():
            _done("settle", lambda: believing.settle() > 0)
            _done("offer", lambda: offering.offer() > 0)
    finally:
        _alerting.release()


def sweep(app: Flask) -> int:
    """Do what is due: lapse, expire, escalate, recall, end loans, post what comes back; returns how much was done."""
    with app.app_context():
        return sum(_done(name, act) for name, act in _due())


def _due() -> Iterator[tuple[str, Callable[[], bool]]]:
    for verb in BY_THE_CLOCK:
        yield from ((verb, partial(by_the_clock, verb, order_id)) for order_id in due(reading(), verb))
    for verb in chasing.BY_THE_CLOCK:
        yield from ((f"hazard.{verb}", partial(chasing.by_the_clock, verb, one)) for one in hazards_due(reading(), verb, now()))
    yield from (("end_trust", partial(end_trust, person_id)) for person_id in ended_trust(reading()))
    yield from (("recall", partial(recall, held)) for held in held_by_strangers(reading()))
    yield from (("loan", partial(answering.by_the_clock, loan_id)) for loan_id in loans.due(reading()))
    yield from (("recur", partial(fall_due, standing_id)) for standing_id in due_standings(reading()))


def _done(name: str, act: Callable[[], bool]) -> bool:
    """Do one of them. One that fails by our own fault must not keep all the others waiting, tick after tick."""
    try:
        return act()
    except (OperationalError, InterfaceError, TimeoutError):  # the database is away
        raise
    except Exception as error:
        log.error("jobs.failed", verb=name, error=type(error).__name__, exc_info=error)
        return False


def book_hours(app: Flask) -> None:
    """Read the journals on for the book of hours."""
    with app.app_context():
        _done("book", lambda: booking.book() > 0)


def count_days(app: Flask) -> None:
    """Read the journals on for the counts of days."""
    with _counting, app.app_context():
        _done("count", lambda: counting.count() > 0)


def ask_whether_gone(app: Flask) -> None:
    """Read the journals on for who has come by a hazard that is said to be gone."""
    with app.app_context():
        _done("ask", lambda: asking.ask() > 0)


def watch_corners(app: Flask) -> None:
    """Read the journals on for which hazards come back, and how their steps went."""
    with _shaping, app.app_context():
        _done("corners", lambda: recurring.read_journals() > 0)


def say_outside(app: Flask) -> None:
    """Read the journals on for what is said outside, and say it. Robots are slow: nothing else waits for this."""
    with app.app_context():
        _done("announce", lambda: announcing.announce() > 0)
        _done("send", lambda: sending.send() > 0)


def tick(app: Flask) -> None:
    """What is done every few seconds."""
    sweep(app)
    alert(app)
    ask_whether_gone(app)
    book_hours(app)


def tidy(app: Flask) -> None:
    """Forget what we need not know any longer: each kind in a transaction of its own, so that nobody's command waits for all."""
    with app.app_context():
        for forget in FORGOTTEN:
            with transaction() as work:
                forget(work)
        photographing.forget_unused()
        forget_locked()
        hazard_photos.forget_unused()
    with _shaping, app.app_context():
        recurring.let_rest()
    with _counting, app.app_context():
        counting.count_overdue()


#: Job, every how many seconds, name. Each by itself: what takes long does not keep waiting what is due every few seconds.
JOBS: tuple[tuple[Callable[[Flask], object], float, str], ...] = (
    (tick, SWEEP_EVERY_S, "sweep"),
    (watch_corners, SWEEP_EVERY_S, "corners"),
    (say_outside, SEND_EVERY_S, "outside"),
    (count_days, COUNT_EVERY_S, "count"),
    (tidy, TIDY_EVERY_S, "tidy"),
)


class Leader:
    """Whether this process does the jobs. On PostgreSQL one holds the lock; an SQLite file has one house anyway."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.held: Connection | None = None
        # The leader has one line to the database, which two must not share. It is held to ask, never while a job runs: what is due
        # every few seconds must not wait for what takes long.
        self.asking = threading.Lock()

    def run(self, job: Callable[[Flask], object]) -> None:
        """Run a job if we lead; a database that is away is tried again at the next tick."""
        try:
            with self.asking:
                leads = self._leads()
            if leads:
                job(self.app)
        except SQLAlchemyError as error:
            with self.asking:
                self.step_down()
            log.warning("jobs.database_away", error=type(error).__name__)

    def _leads(self) -> bool:
        with self.app.app_context():
            if db.engine.dialect.name != "postgresql":
                return True
            if self.held is None:
                self.held = db.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            # Asking again for a lock that this connection holds only counts it up; asking also shows that we are alive.
            return bool(self.held.execute(text("SELECT pg_try_advisory_lock(:id)"), {"id": LEADER}).scalar())

    def step_down(self) -> None:
        """Close the line that holds the lock. Given back to the pool it would keep the lock, and nobody would lead."""
        held, self.held = self.held, None
        if held is not None:
            held.invalidate()
            held.close()


def start(app: Flask) -> Waker:
    """Begin to look at the clock in this process; returns what wakes the alerts, which can be ended."""
    leader = Leader(app)
    options = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    for job, seconds, name in JOBS:
        scheduler.add_job(leader.run, "interval", args=[job], seconds=seconds, id=name, replace_existing=True, **options)
    scheduler.start()
    waker = Waker(app, partial(leader.run, alert))
    waker.start()
    return waker


def init_app(app: Flask) -> None:
    """Remember the application; nothing runs until `start`."""
    app.extensions["jobs"] = start
