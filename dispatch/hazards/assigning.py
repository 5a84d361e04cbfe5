"""Who deals with a hazard: the rule that fits it best, or whom the coordinator names; a dry run says which rule and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy import Connection, delete, func, insert, select

from dispatch.core.clock import now
from dispatch.core.errors import Invalid, NotEligible, NotFound
from dispatch.core.idempotency import Once
from dispatch.core.ids import new_id
from dispatch.core.permits import permitted
from dispatch.core.unit_of_work import Work, reading, transaction
from dispatch.hazards.categorising import categories, find_category, who_keeps_rules
from dispatch.hazards.commanding import Outcome, carry_out, move, tell
from dispatch.hazards.models import HazardRule
from dispatch.hazards.policy import HOUSE_PERMITS
from dispatch.hazards.queries import Row
from dispatch.hazards.states import Status
from dispatch.journal.appending import append
from dispatch.people.identity import Actor
from dispatch.people.models import Level, Unit

RULES_MOST = 200

_rules, _units = HazardRule.__table__, Unit.__table__


class Subject(NamedTuple):
    """What a rule looks at."""

    category: str
    family: str
    community_id: str | None


class Verdict(NamedTuple):
    """Whether a rule fits, which of its fields do not (`misses`), and how closely it looks (`weight`)."""

    rule: Row
    misses: tuple[str, ...]
    weight: int

    @property
    def fits(self) -> bool:
        return not self.misses


#: How closely a rule looks by each field that it names: a category is narrower than a family, either is more than a community.
WEIGHTS = {"category": 4, "family": 2, "community_id": 1}


def judge(rules: Sequence[Row], subject: Subject) -> list[Verdict]:
    """Every rule with its verdict, the one that decides first: what fits before what does not, then as they are asked."""
    verdicts = []
    for rule in in_order(rules):
        misses = tuple(name for name in _named(rule) if getattr(rule, name) != getattr(subject, name))
        verdicts.append(Verdict(rule, misses, _weight(rule)))
    return sorted(verdicts, key=lambda one: not one.fits)


def in_order(rules: Sequence[Row]) -> list[Row]:
    """Rules as they are asked: narrow before wide, new before old."""
    newest_first = sorted(rules, key=lambda one: (one.made_at, one.id), reverse=True)
    return sorted(newest_first, key=lambda one: -_weight(one))


def _named(rule: Row) -> list[str]:
    return [name for name in WEIGHTS if getattr(rule, name)]


def _weight(rule: Row) -> int:
    return sum(WEIGHTS[name] for name in _named(rule))


def rules_of(connection: Connection, station_id: str) -> list[Row]:
    """A station's rules, the oldest first."""
    return list(connection.execute(select(_rules).where(_rules.c.station_id == station_id).order_by(_rules.c.made_at, _rules.c.id)).all())


def rules_for(actor: Actor) -> list[Row]:
    """The rules of a coordinator's station, as they are asked.

    Raises:
        NotEligible: somebody else.
    """
    if not permitted(HOUSE_PERMITS, "keep_rules", actor, None):
        raise NotEligible()
    return in_order(rules_of(reading(), str(actor.station_id)))


def dry_run(actor: Actor, said: Mapping[str, Any]) -> dict[str, Any]:
    """Which rule would decide for a category and a community, and why the others do not; nothing is done.

    Raises:
        NotEligible: not a coordinator.
        Invalid: no such category, or not a community of her station.
    """
    rules = rules_for(actor)
    category = find_category(categories(reading(), str(actor.station_id)), said["category"])
    _check_community(reading(), str(actor.station_id), said["community_id"])
    verdicts = judge(rules, Subject(category.id, category.family, said["community_id"]))
    chosen = verdicts[0] if verdicts and verdicts[0].fits else None
    tried = [
        {**rule_said(one.rule), "fits": one.fits, "misses": list(one.misses), "weight": one.weight, "chosen": one is chosen}
        for one in verdicts
    ]
    return {"responsible": chosen.rule.responsible if chosen else None, "rule_id": chosen.rule.id if chosen else None, "tried": tried,
            "why": str(_why(chosen))}  # fmt: skip


def _why(chosen: Verdict | None) -> str:
    if chosen is None:
        return gettext("没有规则对上，由所在社区居委会处理。")
    named = _named(chosen.rule)
    words = {"category": gettext("类别"), "family": gettext("大类"), "community_id": gettext("社区")}
    if not named:
        return gettext("对上了不分类别、不分社区的规则。")
    return gettext("%(fields)s都对上了，是对得最细的一条。", fields=gettext("、").join(words[name] for name in named))


def rule_said(rule: Row) -> dict[str, Any]:
    """A rule as it is read."""
    return {name: getattr(rule, name) for name in ("id", "category", "family", "community_id", "responsible")}


def _check_community(connection: Connection, station_id: str, community_id: str | None) -> None:
    own = select(_units.c.id).where(_units.c.id == community_id, _units.c.parent_id == station_id, _units.c.level == Level.COMMUNITY)
    if community_id and connection.execute(own).first() is None:
        raise Invalid("community_id")


def add_rule(actor: Actor, said: Mapping[str, Any], once: Once) -> Outcome:
    """A coordinator says who deals with what.

    Args:
        said: `responsible`, and of `category`, `family`, `community_id` those that it is for.
    Raises:
        NotEligible: not a coordinator.
        Invalid: no such category, not her community, or there are too many rules.
    """
    with once.running(), transaction() as work:
        once.lock(work)
        earlier = once.earlier(work.connection)
        if earlier is not None:
            return earlier
        station_id = str(who_keeps_rules(work, actor).station_id)
        if work.execute(select(func.count()).select_from(_rules).where(_rules.c.station_id == station_id)).scalar_one() >= RULES_MOST:
            raise Invalid("body", _("规则太多了，请先删掉用不着的。"))
        category = find_category(categories(work.connection, station_id), said["category"]).id if said.get("category") else None
        _check_community(work.connection, station_id, said.get("community_id"))
        row = {"id": new_id(), "station_id": station_id, "category": category, "family": said.get("family") or None,
               "community_id": said.get("community_id") or None, "responsible": said["responsible"], "made_at": now()}  # fmt: skip
        work.execute(insert(_rules), row)
        append(work, station_id, "hazard.rules_changed", what="rule", rule_id=row["id"])
        outcome = {"rule_id": row["id"]}
        once.keep(work, outcome)
        return outcome


def drop_rule(actor: Actor, rule_id: str) -> None:
    """A rule is of no use any more; what it has decided stays.

    Raises:
        NotEligible: not a coordinator.
        NotFound: not a rule of her station.
    """
    with transaction() as work:
        station_id = str(who_keeps_rules(work, actor).station_id)
        mine = (_rules.c.id == rule_id, _rules.c.station_id == station_id)
        if work.execute(delete(_rules).where(*mine)).rowcount != 1:
            raise NotFound()
        append(work, station_id, "hazard.rules_changed", what="rule", rule_id=rule_id)


def assign(actor: Actor, hazard_id: str, responsible: str | None, version: int | None, once: Once) -> Outcome:
    """派遣: it is theirs to deal with; without a name it is whom the rules name, else the community's committee.

    Args:
        responsible: who, in words; None to ask the rules.
    Raises:
        NotFound, NotEligible, TooLate, Edited: as for every command.
    """

    def act(work: Work, me: Actor, hazard: Row) -> None:
        verdicts = judge(rules_of(work.connection, hazard.station_id), Subject(hazard.category, hazard.family, hazard.community_id))
        rule = verdicts[0].rule if not responsible and verdicts and verdicts[0].fits else None
        values = {
            "responsible": responsible or (rule.responsible if rule else None),
            "rule_id": rule.id if rule else None,
            "assigned_at": now(),
        }
        move(work, hazard, me.id, "assign", said={"rule_id": values["rule_id"]}, reason=None, reason_text=None, **values)
        tell(work, hazard, "hazard.assigned", Status.ASSIGNED, rule_id=values["rule_id"])

    return carry_out("assign", actor, hazard_id, once, act, version=version)
