"""The demo street: who one can be, and a path of one's own for each persona, so that several windows can be different people."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, render_template
from sqlalchemy import select

from dispatch.core.errors import NotFound
from dispatch.core.unit_of_work import reading, transaction
from dispatch.people.models import Person, Unit
from dispatch.people.routes import let_in
from dispatch.people.signing_in import open_session

blueprint = Blueprint("demo", __name__)
_persons, _units = Person.__table__, Unit.__table__


@blueprint.get("/demo")
def personas() -> str:
    """Choose who to be."""
    found = select(_persons.c.login, _persons.c.name, _persons.c.role, _units.c.name.label("unit"))
    rows = reading().execute(found.join(_units, _units.c.id == _persons.c.unit_id).where(_persons.c.login.is_not(None)))
    listed = sorted((dict(row._mapping) for row in rows), key=lambda one: (len(one["login"]), one["login"]))
    return render_template("demo/personas.html", personas=listed)


@blueprint.post("/demo/be/<login>")
def be(login: str) -> Any:
    """One tap: signed in as this persona, under a path of its own."""
    row = reading().execute(select(_persons.c.id, _persons.c.role).where(_persons.c.login == login, _persons.c.active)).first()
    if row is None:
        raise NotFound()
    with transaction() as work:
        token = open_session(work, row.id, row.role)
    return let_in(token, f"/as/{login}")


class Prefixes:
    """Serve `/as/<login>/…` as `…`, telling the application where it is: cookies then stay on that path."""

    def __init__(self, app: Any) -> None:
        self.app = app

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        path = environ.get("PATH_INFO", "")
        if path.startswith("/as/"):
            prefix, slash, rest = path[4:].partition("/")
            environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + f"/as/{prefix}"
            environ["PATH_INFO"] = slash + rest if slash else "/"
        return self.app(environ, start_response)


def init_app(app: Flask) -> None:
    """Open the demo's doors."""
    app.register_blueprint(blueprint)
    app.wsgi_app = Prefixes(app.wsgi_app)  # type: ignore[method-assign]
