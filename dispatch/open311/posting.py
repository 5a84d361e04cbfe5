"""How a program's report comes into the queue: by its key, once, judged like every other; who it says has seen it is not kept."""

from __future__ import annotations

import json
import secrets
import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import func, select

from dispatch.core.clock import now
from dispatch.core.errors import NotFound, RateLimited
from dispatch.core.idempotency import Once
from dispatch.core.secrets import keyring
from dispatch.core.unit_of_work import reading, transaction
from dispatch.core.upserts import insert_into
from dispatch.hazards.reporting import report
from dispatch.open311.asking import degrees, jurisdiction
from dispatch.open311.definitions import answers_in
from dispatch.open311.keying import key_shown
from dispatch.open311.models import Open311Token
from dispatch.open311.presenting import offered
from dispatch.open311.refusing import KeyNeeded, Wrong, wrong
from dispatch.people.identity import actor_by_id

#: Characters of a description, by the specification; of an address, by ours: the rest goes to the note.
DESCRIPTION_MOST, BUILDING_MOST, URL_MOST = 4000, 80, 2000
#: The same, said again within this time, is a repetition: the specification knows no key for that.
AGAIN = timedelta(hours=1)

_tokens = Open311Token.__table__


def post(said: Mapping[str, str], key: str | None) -> str:
    """Take a report in.

    Args:
        said: the form, by the specification's names.
        key: a command's key (`Idempotency-Key`), if the program sends one.
    Returns:
        the token by which it can be followed.
    Raises:
        KeyNeeded: no key, a wrong one, or its person no longer reports.
        NotFound: no such jurisdiction or kind.
        Wrong: naming what is missing or cannot be read.
        RateLimited: so many in a day are enough.
        Invalid: what the verb refuses.
    """
    program = key_shown(said.get("api_key"))
    actor = actor_by_id(reading(), program.person_id)
    if actor is None or actor.station_id is None:
        raise KeyNeeded()
    named = said.get("jurisdiction_id", "").strip()
    if named and jurisdiction(said) != actor.station_id:
        raise NotFound(_("没有这个 jurisdiction_id。"))
    told = _told(said, actor.station_id)
    print_of = keyring().hashes(json.dumps(told, sort_keys=True, default=str))[0]
    earlier = None if key else _earlier(program.id, print_of)
    if earlier is not None and earlier.at > now() - AGAIN:
        return str(earlier.token)
    # Two of the same at once have the same key, as both know of the same last one.
    own = key or str(uuid.uuid5(uuid.UUID(hex=program.id), f"{print_of} {earlier.token if earlier else ''}"))
    once = Once(actor.id, own, "open311.post", {"key": program.id, "said": print_of})
    if once.earlier() is None:
        _check_quota(program)
    return _token(program.id, report(actor, told, [], once, quota=False)["hazard_id"], print_of)


def _told(said: Mapping[str, str], station_id: str) -> dict[str, Any]:
    """The form in the words of a report."""
    code = said.get("service_code", "").strip()
    if not code:
        raise wrong("service_code")
    if code not in offered(station_id):
        raise NotFound(_("没有这个 service_code。"))
    place = {name: said.get(name, "").strip() for name in ("lat", "long", "address_string")}
    if bool(place["lat"]) != bool(place["long"]) or not (place["lat"] or place["address_string"]):
        raise Wrong(_("请写明位置：lat 和 long 一起写，或者写 address_string。"))
    description, media = said.get("description", "").strip(), said.get("media_url", "").strip()
    if len(description) > DESCRIPTION_MOST:
        raise Wrong(_("description 最多 4000 个字。"))
    if len(media) > URL_MOST or (media and not media.startswith(("http://", "https://"))):
        raise wrong("media_url")
    address = place["address_string"]
    note = "\n".join(part for part in (description, address if len(address) > BUILDING_MOST else "", media) if part)
    point = {"lat": degrees(place["lat"], 90, "lat"), "lon": degrees(place["long"], 180, "long")} if place["lat"] else {}
    return {"category": code, **point, "building": address[:BUILDING_MOST].strip(), "note": note or None, **answers_in(said)}


def _earlier(key_id: str, print_of: str) -> Any:
    """The last report of a program that said the same, if there was one."""
    same = (_tokens.c.key_id == key_id, _tokens.c.said_hash == print_of)
    return reading().execute(select(_tokens.c.token, _tokens.c.at).where(*same).order_by(_tokens.c.at.desc()).limit(1)).first()


def _check_quota(program: Any) -> None:
    mine = (_tokens.c.key_id == program.id, _tokens.c.at > now() - timedelta(days=1))
    if reading().execute(select(func.count()).select_from(_tokens).where(*mine)).scalar_one() >= program.a_day:
        raise RateLimited(_("这个 api_key 今天报得太多了，请明天再报。"), retry_after=3600)


def _token(key_id: str, hazard_id: str, print_of: str) -> str:
    """The token of a report, made now or the first time."""
    row = {"token": secrets.token_hex(16), "hazard_id": hazard_id, "key_id": key_id, "said_hash": print_of, "at": now()}
    with transaction() as work:
        work.execute(insert_into(work, _tokens).on_conflict_do_nothing(), row)
        return str(work.execute(select(_tokens.c.token).where(_tokens.c.hazard_id == hazard_id)).scalar_one())
