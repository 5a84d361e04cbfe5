"""Who is asking: found afresh for every request and every socket command, from a bearer token or a session cookie."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from flask import g, request
from sqlalchemy import ColumnElement, Connection, Date, Select, bindparam, case, func, select

from dispatch.core.clock import SHANGHAI, now
from dispatch.core.columns import Moment
from dispatch.core.errors import SignInNeeded
from dispatch.core.geo import Point
from dispatch.core.secrets import token_hash
from dispatch.core.statements import Prepared
from dispatch.core.unit_of_work import reading
from dispatch.people.models import SKILLS, Bearer, Person, Role, SignedIn, StationSettings, Trusted, Unit
from dispatch.people.settings import Settings, settings_from

SESSION_COOKIE = "lm_session"

_persons, _settings, _trusted, _units = Person.__table__, StationSettings.__table__, Trusted.__table__, Unit.__table__


class Actor(NamedTuple):
    """What the rules need to know of a person; no name, no phone.

    `station_id` is where he serves at this moment: his own station, or the one that he is lent to until the clock says otherwise.
    """

    id: str
    role: str
    unit_id: str
    station_id: str | None
    active: bool
    on_duty: bool
    skills: frozenset[str]
    place: Point | None
    home: Point | None
    settings: Settings
    home_station_id: str | None = None
    lent_to: str | None = None
    lent_until: datetime | None = None

    @property
    def stations(self) -> tuple[str | None, str | None]:
        """Where he may finish what he holds: his own station, and the one that he is or was last lent to."""
        return (self.home_station_id or self.station_id, self.lent_to)

    @property
    def start(self) -> Point | None:
        """Where distances are counted from: the last known point, else the unit's own."""
        return self.place or self.home


def _actors() -> Select[Any]:
    columns = ("id", "role", "unit_id", "active", "on_duty", "skills", "last_lat", "last_lon", "serving_station_id", "serving_until")
    home = (_persons.c.station_id.label("home_station_id"), _units.c.lat.label("home_lat"), _units.c.lon.label("home_lon"))
    # For whoever is not lent this joins nothing: one read serves both, and the claim's path is no longer for it.
    there = _settings.alias("there")
    # What has had its last day holds no longer, whether or not a job has run since.
    over = (_trusted.c.person_id == _persons.c.id, _trusted.c.until < bindparam("today", type_=Date()))
    marks = {skill: 1 << n for n, skill in enumerate(SKILLS)}
    ended = select(func.sum(case(marks, value=_trusted.c.skill))).where(*over).correlate(_persons).scalar_subquery().label("ended")
    found = select(*(_persons.c[name] for name in columns), *home, _settings.c.choices, there.c.choices.label("choices_there"), ended)
    found = found.join(_units, _units.c.id == _persons.c.unit_id).outerjoin(_settings, _settings.c.station_id == _persons.c.station_id)
    return found.outerjoin(there, there.c.station_id == _persons.c.serving_station_id)


def _by_token(tokens: Any, alive: ColumnElement[bool] | None = None) -> Select[Any]:
    found = _actors().join(tokens, tokens.c.person_id == _persons.c.id).where(tokens.c.token_hash == bindparam("hash"))
    return found if alive is None else found.where(alive)


_by_bearer = Prepared(_by_token(Bearer.__table__))
_by_session = Prepared(_by_token(SignedIn.__table__, SignedIn.__table__.c.expires_at > bindparam("moment", type_=Moment())))
_one = _actors().where(_persons.c.id == bindparam("person"))
_by_id = Prepared(_one)
# Held against other commands of the same person only: a row that refers to this one (a claim) need not wait for it.
_locked = Prepared(_one.with_for_update(of=_persons, key_share=True))
_locked_if_free = Prepared(_one.with_for_update(of=_persons, key_share=True, skip_locked=True))


def _today() -> date:
    """The day where the stations are."""
    return now().astimezone(SHANGHAI).date()


def _actor(row: Any) -> Actor | None:
    if row is None or not row.active:
        return None
    place = Point(row.last_lat, row.last_lon) if row.last_lat is not None else None
    home = Point(row.home_lat, row.home_lon) if row.home_lat is not None else None
    skills = frozenset(row.skills or ())
    if row.ended:
        skills -= {skill for n, skill in enumerate(SKILLS) if row.ended >> n & 1}
    # The deadline of a loan is asked of the clock with each read: it holds to the moment, whether or not a job runs.
    until = row.serving_until if row.serving_until is not None and row.serving_until > now() else None
    lent = (row.home_station_id, row.serving_station_id, until)
    station_id, choices = (row.serving_station_id, row.choices_there) if until else (row.home_station_id, row.choices)
    settings = settings_from(choices)
    return Actor(row.id, row.role, row.unit_id, station_id, row.active, row.on_duty, skills, place, home, settings, *lent)


class Credential(NamedTuple):
    """By what somebody is known: the kind of token, and its hash."""

    kind: str
    token_hash: str


def credential_of(auth: Mapping[str, Any] | None) -> Credential | None:
    """What a request or a connecting socket shows: `auth.token`, the Authorization header, or the cookie."""
    header = request.headers.get("Authorization", "")
    token = (auth or {}).get("token") or (header[7:] if header.startswith("Bearer ") else None)
    if token or not asked_by_cookie():
        return Credential("bearer", token_hash(str(token)))
    cookie = request.cookies.get(SESSION_COOKIE)
    return Credential("session", token_hash(cookie)) if cookie else None


def actor_for(credential: Credential) -> Actor | None:
    """The person as they are now; None when the session has ended, the token is unknown or the person is suspended."""
    if credential.kind == "bearer":
        return _actor(_by_bearer.first(reading(), hash=credential.token_hash, today=_today()))
    return _actor(_by_session.first(reading(), hash=credential.token_hash, moment=now(), today=_today()))


def locked_actor(connection: Connection, person_id: str) -> Actor | None:
    """The person as they are now, held until the transaction ends, so that two claims of one person take turns."""
    return _actor(_locked.first(connection, person=person_id, today=_today()))


def actor_if_free(connection: Connection, person_id: str) -> Actor | None:
    """The same, but None while another command of this person is under way: for who holds an order and must not wait for a person."""
    return _actor(_locked_if_free.first(connection, person=person_id, today=_today()))


def actor_by_id(connection: Connection, person_id: str) -> Actor | None:
    """The person as they are now, not held."""
    return _actor(_by_id.first(connection, person=person_id, today=_today()))


def asker() -> Actor:
    """Who this request belongs to.

    Raises:
        SignInNeeded: nobody, or somebody who has been signed out or suspended.
    """
    if "actor" not in g:
        credential = credential_of(None)
        g.actor = actor_for(credential) if credential else None
    if g.actor is None:
        raise SignInNeeded()
    actor: Actor = g.actor
    return actor


def asked_by_cookie() -> bool:
    """Whether the request leans on a cookie, so that it must show that it comes from our own page."""
    return not request.headers.get("Authorization", "").startswith("Bearer ")


def is_role(*roles: Role) -> Any:
    """A predicate: the actor has one of these roles."""

    def holds(actor: Actor, _subject: Any) -> bool:
        return actor.role in roles

    return holds
