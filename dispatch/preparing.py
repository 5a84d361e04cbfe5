"""What `make run` adds to a plain start: the tables, the demo street, and a word on where to look."""

from __future__ import annotations

from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import inspect, text

from dispatch.demo import street
from dispatch.extensions import db

WHO = "clerk, clerk2, coordinator, courier1 … courier80, neighbour, supervisor, admin"


def prepare(app: Flask) -> None:
    """Bring the database up to date, load the demo street where it is wanted and missing, say where to look."""
    with app.app_context():
        if not _up_to_date():
            print("LastMetre: making the database ready …", flush=True)
            upgrade()
        if app.config["DEMO"]:
            street.load()
    print(f"LastMetre 最后一米 → http://localhost:{app.config['PORT']}/   (Ctrl-C ends it)", flush=True)
    if app.config["DEMO"]:
        print(f"One tap on the first page makes you one of: {WHO}", flush=True)


def _up_to_date() -> bool:
    """Whether the tables are those of this version; asked first, because a migration run costs half a second."""
    options = Config()
    options.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    newest = ScriptDirectory.from_config(options).get_current_head()
    with db.engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return False
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == newest


def init_app(app: Flask) -> None:
    """Leave it for the server's worker."""
    app.extensions["prepare"] = prepare
