"""Who is connected to this process, and the rooms they stand in."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from typing import Any

import structlog
from babel import Locale
from flask import Flask

from dispatch.extensions import socketio
from dispatch.people.identity import Credential, actor_for
from dispatch.people.presence import presence
from dispatch.realtime.audience import Audience, audience_of

#: A client that has let so many packets lie is cut off; it comes back and catches up by its cursor.
QUEUE_MOST = 200

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Listener:
    """One connected browser."""

    person_id: str
    credential: Credential
    audience: Audience
    streams: tuple[str, ...]
    language: Locale


class Listeners:
    """The connected browsers of this process. Events of a socket that is not here are refused."""

    def __init__(self) -> None:
        self.by_sid: dict[str, Listener] = {}

    def streams(self) -> dict[str, set[Audience]]:
        """Stream → the audiences that listen to it here."""
        heard: dict[str, set[Audience]] = {}
        for listener in list(self.by_sid.values()):
            for station_id in listener.streams:
                heard.setdefault(station_id, set()).add(listener.audience)
        return heard

    def drop_strangers(self, app: Flask) -> None:
        """Disconnect whoever has been signed out, suspended or given another role since connecting; the others have been heard of."""
        for sid, listener in list(self.by_sid.items()):
            with app.app_context():
                actor = actor_for(listener.credential)
                if actor is not None and actor.on_duty:
                    presence().note(actor.id)
            if actor is None or audience_of(actor) != listener.audience:
                self.by_sid.pop(sid, None)
                socketio.server.disconnect(sid)

    def cut_off_the_deaf(self) -> None:
        """Cut the line of a client that answers pings but never reads, before its queue grows without bound."""
        eio = socketio.server.eio
        for eio_sid, connection in list(eio.sockets.items()):
            if connection.queue.qsize() > QUEUE_MOST:
                log.warning("listener.cut_off", queued=connection.queue.qsize())
                _cut(socketio.server.environ.get(eio_sid))
                connection.close(wait=False, abort=True)


def _cut(environ: dict[str, Any] | None) -> None:
    """Shut the line itself: the writer hangs in a send that a polite close would wait for."""
    line = (environ or {}).get("gunicorn.socket")
    if line is not None:
        try:
            line.shutdown(socket.SHUT_RDWR)
        except OSError:
            log.info("listener.gone_already")


def room(station_id: str, audience: Audience) -> str:
    """The name of an audience's room on one stream."""
    return f"{station_id}/{audience.room}"


def person_room(person_id: str) -> str:
    """The room of one person's browsers."""
    return f"person/{person_id}"


listeners = Listeners()
