"""`flask --app wsgi channels …`: whether the stations' channels work."""

from __future__ import annotations

import click
from flask import Blueprint
from sqlalchemy import select

from dispatch.channels.models import Channel
from dispatch.core.unit_of_work import reading
from dispatch.people.models import Unit

blueprint = Blueprint("channels_commands", __name__, cli_group="channels")
blueprint.cli.short_help = "Messages outside the pages."


@blueprint.cli.command("list")
def listed() -> None:
    """Each station's channels, and whether they work; no addresses, and nothing of couriers' own."""
    channels, units = Channel.__table__, Unit.__table__
    found = select(units.c.name, channels).join(units, units.c.id == channels.c.station_id).order_by(units.c.name, channels.c.made_at)
    rows = reading().execute(found).all()
    for row in rows:
        state = (
            f"fails since {row.failing_since:%Y-%m-%d %H:%M} UTC: {row.wrong}"
            if row.failing_since
            else "works"
            if row.sent_at
            else "not used yet"
        )
        click.echo(f"{row.name}: {row.kind} …{row.tail} ({', '.join(row.hears)}): {state}")
    if not rows:
        click.echo("no station has a channel")
