"""How a need that comes back every week is kept: made, changed, paused, resumed, ended, and what was missed looked at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, time, timedelta
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import Connection, Select, insert, select, update

from dispatch.core.clock import SHANGHAI, now
from dispatch.core.errors import Invalid, NotEligible, NotFound, TooLate
from dispatch.core.holidays import calendar
from dispatch.core.idempotency import Once
from dispatch.core.ids import new_id
from dispatch.core.permits import permitted
from dispatch.core.unit_of_work import Work, reading, transaction
from dispatch.core.workflow import advance
from dispatch.journal.appending import append
from dispatch.orders.commanding import Outcome
from dispatch.orders.planning import DAY, Plan, post_at, still_to_come, window
from dispatch.orders.policy import STANDING_PERMITS
from dispatch.orders.posting import own_community, resident_of
from dispatch.orders.queries import Row
from dispatch.orders.standing_models import Occurrence, StandingNeed
from dispatch.orders.states import STANDING_MOVES, Standing
from dispatch.orders.wording import check_public
from dispatch.people.identity import Actor, locked_actor
from dispatch.people.models import Unit

STANDINGS = StandingNeed.__table__
_occurrences, _units = Occurrence.__table__, Unit.__table__
#: A plan that begins later than this is a slip of the finger in the year.
FURTHEST = timedelta(days=366)
_NEED = ("kind", "summary", "building", "urgency", "slots", "money_limit", "skills", "familiar_first", "private_note")
_PLAN = ("weekdays", "first_day", "last_day", "opens", "closes", "on_holidays")


def standing_row(connection: Connection | Work, standing_id: str, *, lock: bool = False) -> Row:
    """A standing need with the station that its community belongs to now.

    Raises:
        NotFound: there is none.
    """
    found: Select[Any] = select(STANDINGS, _units.c.parent_id.label("station_id")).join(_units, _units.c.id == STANDINGS.c.community_id)
    found = found.where(STANDINGS.c.id == standing_id)
    row = connection.execute(found.with_for_update(of=STANDINGS) if lock else found).first()
    if row is None:
        raise NotFound()
    return row


def plan_of(row: Any) -> Plan:
    """The plan as it is kept."""
    last = date.fromisoformat(row.last_day) if row.last_day else None
    opens, closes = time.fromisoformat(row.opens), time.fromisoformat(row.closes)
    return Plan(frozenset(row.weekdays), date.fromisoformat(row.first_day), last, opens, closes, row.on_holidays)


def plan_from(given: Mapping[str, Any]) -> Plan:
    """The plan as it is asked for: days and times already of the right form.

    Raises:
        Invalid: it ends before it begins.
    """
    first, last = given["first_day"], given.get("last_day")
    if given["closes"] <= given["opens"]:
        raise Invalid("closes", _("结束时间要晚于开始时间。"))
    if last and last < first:
        raise Invalid("last_day", _("最后一天不能早于第一天。"))
    return Plan(frozenset(given["weekdays"]), first, last, given["opens"], given["closes"], given["on_holidays"])


def check_near(first: date) -> None:
    """A plan that begins more than a year from now is a slip of the finger.

    Raises:
        Invalid: it does.
    """
    if abs(first - _today()) > FURTHEST:
        raise Invalid("first_day", _("这个时间太远了，请再看一眼日期。"))


def _today() -> date:
    return now().astimezone(SHANGHAI).date()


def _plan_columns(plan: Plan) -> dict[str, Any]:
    return {
        "weekdays": sorted(plan.weekdays), "first_day": plan.first.isoformat(), "last_day": plan.last and plan.last.isoformat(),
        "opens": f"{plan.opens:%H:%M}", "closes": f"{plan.closes:%H:%M}", "on_holidays": plan.on_holidays,
    }  # fmt: skip


def aim(work: Work, plan: Plan, settled: date | None = None) -> dict[str, Any]:
    """What comes next, from now on: a day whose time is over already is neither posted nor missed.

    Args:
        settled: up to which day everything has been done.
    Raises:
        Invalid: it never comes.
    """
    settled = max(settled or date.min, _today() - DAY)
    coming = still_to_come(plan, settled, now(), calendar(work.connection), 1)
    if not coming:
        raise Invalid("last_day", _("按这个安排一次也不会发布，请再看一眼日期和星期。"))
    # A day before the first one is settled only if it is over: a later change may bring the need earlier.
    over = _today() if window(plan, _today())[1] <= now() else _today() - DAY
    return {"settled_day": max(settled, over).isoformat(), "next_day": coming[0].isoformat(), "next_at": post_at(plan, coming[0])}


def make(actor: Actor, given: Mapping[str, Any], once: Once) -> Outcome:
    """Enter a need that comes back every week.

    Args:
        actor: a clerk, for her own community, or a coordinator, for one of her station's.
        given: the need as posted, without a window, and the plan; checked for form by the door.
        once: the command's key.
    Raises:
        NotEligible, NotFound, Invalid: as for posting; or the plan never comes.
    """
    with once.running(), transaction() as work:
        once.lock(work)
        earlier = once.earlier(work.connection)
        if earlier is not None:
            return earlier
        community = own_community(work.connection, actor, given.get("community_id") or actor.unit_id)
        plan = plan_from(given)
        check_public(given)
        check_near(plan.first)
        row = {name: given.get(name) for name in _NEED} | _plan_columns(plan) | aim(work, plan)
        row |= {"id": new_id(), "status": Standing.ACTIVE, "community_id": community.id, "kept_by": actor.id, "made_at": now()}
        row |= {"summary": given.get("summary") or "", "skills": list(given.get("skills") or ()), "slots": given.get("slots") or 1}
        row |= {"familiar_first": bool(given.get("familiar_first")), "changed_at": now()}
        row["resident_id"] = resident_of(work, community.id, given)
        work.execute(insert(STANDINGS), row)
        append(work, community.parent_id, "standing.made", standing_id=row["id"], community_id=community.id)
        outcome = {"standing_id": row["id"]}
        once.keep(work, outcome)
        return outcome


def _keep(entry: str, actor: Actor, standing_id: str, once: Once, act: Callable[[Work, Row], None]) -> Outcome:
    """See it → may you → said before? → still possible? → write, journal, keep. Whoever does it answers for it from now on."""
    row = standing_row(reading(), standing_id)
    if not permitted(STANDING_PERMITS, "see", actor, row):
        raise NotFound()
    with once.running(), transaction() as work:
        once.lock(work)
        outcome = once.earlier(work.connection)
        if outcome is None:
            me = locked_actor(work.connection, actor.id)
            row = standing_row(work, standing_id, lock=True)
            if me is None or not permitted(STANDING_PERMITS, "keep", me, row):
                raise NotEligible()
            act(work, row)
            append(work, row.station_id, entry, standing_id=standing_id, community_id=row.community_id)
            outcome = {"standing_id": standing_id}
            once.keep(work, outcome)
    return outcome


def change(actor: Actor, standing_id: str, given: Mapping[str, Any], once: Once) -> Outcome:
    """Change the need or its plan from now on; what is posted already stays as it is. What is not given stays.

    Raises:
        NotFound: not theirs. TooLate: it has ended. Invalid: the plan never comes.
    """

    def act(work: Work, row: Row) -> None:
        if row.status == Standing.ENDED:
            raise TooLate()
        check_public(given)
        before = plan_of(row)
        kept = {"weekdays": before.weekdays, "first_day": before.first, "last_day": before.last, "opens": before.opens,
                "closes": before.closes, "on_holidays": before.on_holidays}  # fmt: skip
        asked = {**kept, **{name: given[name] for name in _PLAN if name in given}}
        plan = plan_from(asked)
        if plan.first != before.first:
            check_near(plan.first)
        said = {name: given[name] for name in _NEED if name in given}
        said |= {"summary": said["summary"] or ""} if "summary" in said else {}
        values = said | _plan_columns(plan) | aim(work, plan, _settled(row))
        values |= {"kept_by": actor.id, "changed_at": now()}
        work.execute(update(STANDINGS).where(STANDINGS.c.id == standing_id).values(**values))

    return _keep("standing.changed", actor, standing_id, once, act)


def _settled(row: Row) -> date:
    return date.fromisoformat(row.settled_day)


def pause(actor: Actor, standing_id: str, once: Once) -> Outcome:
    """Nothing is posted until it is resumed; the days meanwhile are not missed.

    Raises:
        NotFound: not theirs. TooLate: it is not active.
    """
    values = {"next_day": None, "next_at": None, "kept_by": actor.id, "changed_at": now()}
    return _keep("standing.paused", actor, standing_id, once, lambda work, _row: _advance(work, standing_id, "pause", values))


def resume(actor: Actor, standing_id: str, once: Once) -> Outcome:
    """Go on from today.

    Raises:
        NotFound: not theirs. TooLate: it is not paused, or its resident has been forgotten. Invalid: its last day has been.
    """

    def act(work: Work, row: Row) -> None:
        if row.resident_id is None or row.stopped == "resident_gone":
            raise TooLate(_("这位老人的信息已按规定删除，请重新填写。"))
        values = aim(work, plan_of(row), _settled(row)) | {"stopped": None, "kept_by": actor.id, "changed_at": now()}
        _advance(work, standing_id, "resume", values)

    return _keep("standing.resumed", actor, standing_id, once, act)


def end(actor: Actor, standing_id: str, once: Once) -> Outcome:
    """It is not needed any more.

    Raises:
        NotFound: not theirs. TooLate: it has ended.
    """
    values = {"next_day": None, "next_at": None, "kept_by": actor.id, "changed_at": now()}
    return _keep("standing.ended", actor, standing_id, once, lambda work, _row: _advance(work, standing_id, "end", values))


def _advance(work: Work, standing_id: str, verb: str, values: Mapping[str, Any]) -> None:
    advance(work, STANDINGS, standing_id, STANDING_MOVES[verb], values=values)


def acknowledge(actor: Actor, standing_id: str, once: Once) -> Outcome:
    """Somebody at the desk has read which days were missed.

    Raises:
        NotFound: not theirs.
    """

    def act(work: Work, _row: Row) -> None:
        unseen = (_occurrences.c.standing_id == standing_id, _occurrences.c.seen_at.is_(None))
        work.execute(update(_occurrences).where(*unseen).values(seen_at=now()))

    return _keep("standing.changed", actor, standing_id, once, act)
