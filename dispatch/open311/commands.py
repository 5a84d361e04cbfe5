"""`flask --app wsgi open311 …`: keys for programs that report."""

from __future__ import annotations

import click
from flask import Blueprint

from dispatch.core.unit_of_work import reading, transaction
from dispatch.open311.keying import A_DAY, end_key, make_key
from dispatch.people.queries import person_by_login

blueprint = Blueprint("open311_commands", __name__, cli_group="open311")
blueprint.cli.short_help = "Keys of programs that report by Open311."


@blueprint.cli.command("key")
@click.argument("name")
@click.option("--login", required=True, help="In whose name the program reports; his station judges.")
@click.option("--a-day", default=A_DAY, show_default=True, type=click.IntRange(1, 100_000), help="Reports in 24 hours.")
def key(name: str, login: str, a_day: int) -> None:
    """A key for the program NAME, alone on the last line; an earlier one of that name ends."""
    person = person_by_login(reading(), login)
    if person is None:
        raise click.ClickException(f"There is nobody with the login {login}.")
    try:
        with transaction() as work:
            made = make_key(work, name, str(person.id), a_day)
    except ValueError as refused:
        raise click.ClickException(str(refused)) from refused
    click.echo(made)


@blueprint.cli.command("end")
@click.argument("name")
def end(name: str) -> None:
    """End the key of the program NAME."""
    with transaction() as work:
        ended = end_key(work, name)
    if not ended:
        raise click.ClickException(f"There is no key of the name {name}.")
    click.echo("ended")
