"""What `make run` does after installing: migrate, load the demo street once, say where to look, become the server."""

from __future__ import annotations

import os
import sys

from flask_migrate import upgrade
from sqlalchemy import inspect

from config import settings
from dispatch import create_app
from dispatch.demo import street
from dispatch.extensions import db

WHO = "clerk, clerk2, coordinator, courier1 … courier80, neighbour, supervisor, admin"


def main() -> None:
    """Prepare, then replace this process by gunicorn."""
    app = create_app(settings())
    with app.app_context():
        if not inspect(db.engine).has_table("alembic_version"):
            print("LastMetre: making the database …", flush=True)
        upgrade()
        if app.config["DEMO"]:
            street.load()
        db.engine.dispose()
    print(f"LastMetre 最后一米 → http://localhost:{app.config['PORT']}/   (Ctrl-C ends it)", flush=True)
    if app.config["DEMO"]:
        print(f"One tap on the first page makes you one of: {WHO}", flush=True)
    gunicorn = [sys.executable, "-m", "gunicorn", "-c", "python:dispatch.gunicorn", "wsgi:app"]
    os.execv(sys.executable, gunicorn)  # noqa: S606 - our own interpreter, no shell


if __name__ == "__main__":
    main()
