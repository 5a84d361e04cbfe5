"""The sentence that every command to a hazard is: see it → may you → still possible → not hers → unchanged → write, journal, keep."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any

from flask_babel import lazy_gettext as _
from prometheus_client import Counter
from sqlalchemy import Connection, insert, select, update

from dispatch.core.clock import iso, now
from dispatch.core.commanding import Outcome, carry_out_once
from dispatch.core.errors import Edited, Held, NotEligible, NotFound, Refused, TooLate
from dispatch.core.holidays import calendar
from dispatch.core.idempotency import Once
from dispatch.core.permits import permitted
from dispatch.core.unit_of_work import Work, reading
from dispatch.core.workflow import advance
from dispatch.core.worktime import WorkingTime
from dispatch.hazards.models import Hazard, HazardStep
from dispatch.hazards.policy import PERMITS
from dispatch.hazards.presenting import present_one
from dispatch.hazards.queries import Row, followers, hazard_facts
from dispatch.hazards.states import KNOWN, MOVES, POSSIBLE, Status
from dispatch.journal.appending import append
from dispatch.people.choosing import settings_of
from dispatch.people.identity import Actor, locked_actor
from dispatch.people.models import Person
from dispatch.people.settings import DEFAULTS

commands = Counter("lastmetre_hazard_commands", "Commands to hazards, by verb and by what became of them", ["verb", "outcome"])

HAZARDS = Hazard.__table__
#: What one coordinator does not do to a report that another has open.
JUDGING = frozenset({"accept", "decline", "merge", "black_out"})
#: Who does what the clock does.
CLOCK = "clock"
#: What is this many times over its limit is the district's to know.
DISTRICT_AFTER = 3

_steps, _persons = HazardStep.__table__, Person.__table__

Act = Callable[[Work, Actor, Row], None]


def carry_out(
    verb: str, actor: Actor, hazard_id: str, once: Once, act: Act, *, version: int | None = None, also: Iterable[str] = ()
) -> Outcome:
    """Do one command to a hazard, once.

    Args:
        verb: a key of `policy.PERMITS` and `states.POSSIBLE`.
        act: writes, given the transaction, the person as they are now and the hazard's facts, both held.
        version: the one that the command was made from; None from a program that does not ask.
        also: other hazards that are written to, held in the same order by everybody.
    Returns:
        the outcome, now or the first time; now also with `hazard`, as its actor may read it after the command.
    Raises:
        NotFound, NotEligible, TooLate; Held: a colleague has it open; Edited: somebody was there since `version`; or whatever `act` raises.
    """

    def write(work: Work) -> Outcome:
        me = locked_actor(work.connection, actor.id)
        if me is None:
            raise NotEligible()
        hold_rows(work, [hazard_id, *also])
        hazard = hazard_facts(work.connection, hazard_id, me.id, lock=True)
        refuse_early(verb, me, hazard, work.connection)
        check_version(work, hazard, version)
        act(work, me, hazard)
        held.append(me)
        return {"hazard_id": hazard_id}

    held: list[Actor] = []
    try:
        outcome = carry_out_once(
            once,
            lambda: refuse_early(verb, actor, hazard_facts(reading(), hazard_id, actor.id), reading()),
            write,
            lambda work, outcome: {**outcome, "hazard": present_one(work.connection, held[0], hazard_id)},
        )
    except Refused as refused:
        commands.labels(verb, refused.code).inc()
        raise
    commands.labels(verb, "ok").inc()
    return outcome


def hold_rows(work: Work, hazard_ids: Iterable[str]) -> None:
    """Hold hazards until the transaction ends, always in the same order: two merges must not wait for each other."""
    work.execute(select(HAZARDS.c.id).where(HAZARDS.c.id.in_(sorted(set(hazard_ids)))).order_by(HAZARDS.c.id).with_for_update()).all()


def too_late() -> TooLate:
    """In the words of a hazard."""
    return TooLate(_("来不及了：这一条的状态已经变了。"))


def refuse_early(verb: str, actor: Actor, hazard: Row, connection: Connection) -> None:
    """Raise what already stands against the command. Seeing, permission and possibility are three questions."""
    if not permitted(PERMITS, "see", actor, hazard):
        raise NotFound()
    if not permitted(PERMITS, verb, actor, hazard):
        raise NotEligible()
    if hazard.status not in POSSIBLE[verb]:
        raise too_late()
    if verb in JUDGING:
        check_not_held(connection, actor, hazard)


def held_by_another(actor: Actor, hazard: Row) -> bool:
    """Whether a colleague has it open now."""
    return bool(hazard.held_by and hazard.held_by != actor.id and hazard.held_until > now())


def check_not_held(connection: Connection, actor: Actor, hazard: Row) -> None:
    """Two coordinators never judge the same report unknowingly.

    Raises:
        Held: with `holder` (a name) and `until`.
    """
    if held_by_another(actor, hazard):
        name = connection.execute(select(_persons.c.name).where(_persons.c.id == hazard.held_by)).scalar_one()
        raise Held(holder=name, until=iso(hazard.held_until))


def check_version(work: Work, hazard: Row, version: int | None) -> None:
    """Refuse who names another version than the one that stands.

    Raises:
        Edited: with `changed` and `version`.
    """
    if version is not None and version != hazard.version:
        found = select(_steps.c.verb).where(_steps.c.hazard_id == hazard.id, _steps.c.version > version).order_by(_steps.c.version)
        changed = list(dict.fromkeys(work.execute(found).scalars()))
        raise Edited(_("刚才有人处理过这一条，您的内容还在。请看一眼现在的样子，再点一次。"), changed=changed, version=hazard.version)


def move(
    work: Work, hazard: Row, by: str, verb: str, *, enters: Status | None = None, said: Mapping[str, Any] | None = None, **values: Any
) -> None:
    """Move a hazard along one edge, and note the step.

    Args:
        by: a person's id, or CLOCK.
        enters: a state other than the edge's own, where the table of states says so.
        said: codes and ids for the history.
        values: further columns.
    Raises:
        TooLate: it is no longer in a state that this edge leaves, or somebody was quicker.
    """
    values |= {"changed_at": now(), "version": hazard.version + 1}
    try:
        advance(work, HAZARDS, hazard.id, MOVES[verb], enters=enters, values=values, guards={"version": hazard.version})
    except TooLate:
        raise too_late() from None
    note(work, hazard, by, verb, said)


def edit(work: Work, hazard: Row, by: str, verb: str, *, said: Mapping[str, Any] | None = None, **values: Any) -> None:
    """Change what is no status of a hazard that is held, and note the step."""
    values |= {"changed_at": now(), "version": hazard.version + 1}
    work.execute(update(HAZARDS).where(HAZARDS.c.id == hazard.id).values(**values))
    note(work, hazard, by, verb, said)


def note(work: Work, hazard: Row, by: str, verb: str, said: Mapping[str, Any] | None = None) -> None:
    """A line of its history."""
    row = {"hazard_id": hazard.id, "version": hazard.version + 1, "verb": verb, "was": hazard.status, "by": by, "at": now()}
    work.execute(insert(_steps), {**row, "said": dict(said or {})})


_REACH = ("station", "desks", "all")


def reach(status: str, public: bool) -> str:
    """How far a hazard in this state is known: to the `station`, to the `desks`, or to `all` its couriers too."""
    return "station" if status not in KNOWN else "all" if public else "desks"


def tell(work: Work, hazard: Row, entry_type: str, status: str | None = None, *, public: bool | None = None, **said: Any) -> None:
    """Tell the journal of a change; those who knew of the hazard before or know of it after hear it, and who has reported it.

    Args:
        status: the state after, where it is another one.
        public: whether it is for all after, where that is different.
    """
    after = reach(status or hazard.status, hazard.public if public is None else public)
    seen_by = max(after, reach(hazard.status, hazard.public), key=_REACH.index)
    told = {"hazard_id": hazard.id, "community_id": hazard.community_id, "was": hazard.status, "seen_by": seen_by}
    said.setdefault("persons", followers(work.connection, hazard.id))
    append(work, hazard.station_id, entry_type, **{**told, **said})


def working_time(connection: Connection, station_id: str, *, always: bool) -> WorkingTime:
    """What counts as time at a station; with `always` every hour does."""
    chosen = settings_of(connection, station_id)
    begins, ends = chosen.work_begins, chosen.work_ends
    if begins >= ends:
        begins, ends = DEFAULTS.work_begins, DEFAULTS.work_ends
    return WorkingTime(begins, ends, calendar(connection), always)


def deadlines(connection: Connection, station_id: str, hours: int, always: bool) -> dict[str, Any]:
    """The columns of a clock that begins now."""
    time = working_time(connection, station_id, always=always)
    ends = {
        "due_at": time.later(now(), timedelta(hours=hours)),
        "district_due_at": time.later(now(), timedelta(hours=hours * DISTRICT_AFTER)),
    }
    return {"hours": hours, "always": always, **ends, "overdue_told_at": None, "district_told_at": None}
