"""`flask --app wsgi people …`: persons and their ways in."""

from __future__ import annotations

import secrets

import click
from flask import Blueprint, current_app
from flask_babel import force_locale

from dispatch.core.errors import Invalid
from dispatch.core.unit_of_work import reading, transaction
from dispatch.people import authenticating
from dispatch.people.enrolling import add_person, end_every_way_in, give_role
from dispatch.people.inviting import make_invite
from dispatch.people.models import SKILLS, Role
from dispatch.people.queries import can_be_invited, person_by_login
from dispatch.people.recording import CLI
from dispatch.people.signing_in import end_sessions, make_token, set_passphrase

blueprint = Blueprint("people_commands", __name__, cli_group="people")
blueprint.cli.short_help = "Persons and their ways in."


@blueprint.cli.command("add")
@click.option("--login", required=True)
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]))
@click.option("--unit", required=True, help="The unit's code.")
@click.option("--name", required=True)
@click.option("--phone")
@click.option("--skill", "skills", multiple=True, type=click.Choice(SKILLS), help="What a courier may be trusted with; repeatable.")
@click.option("--passphrase", help="12 signs or more; one is made and printed if you give none.")
def people_add(passphrase: str | None, role: str, unit: str, skills: tuple[str, ...], **given: str | None) -> None:
    """Enter a person."""
    made = passphrase or secrets.token_urlsafe(12)
    try:
        with transaction() as work:
            person_id = add_person(work, role=Role(role), unit_id=unit, skills=list(skills), passphrase=made, **given)
    except Invalid as refused:
        raise _sentence(refused) from refused
    click.echo(person_id)
    if not passphrase:
        click.echo(f"passphrase: {made}")


def _sentence(refused: Invalid) -> click.ClickException:
    """A refusal in the language of these commands; no browser is here that could ask for another."""
    with force_locale("en"):
        return click.ClickException(f"{refused.extra['field']}: {refused.detail}")


def _person(login: str) -> str:
    row = person_by_login(reading(), login)
    if row is None:
        raise click.ClickException(f"There is nobody with the login {login}.")
    return str(row.id)


@blueprint.cli.command("move")
@click.argument("login")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]))
@click.option("--unit", required=True, help="The unit's code.")
def people_move(login: str, role: str, unit: str) -> None:
    """Give LOGIN another role or unit; whatever they have open ends."""
    person_id = _person(login)
    try:
        with transaction() as work:
            give_role(work, person_id, Role(role), unit)
    except Invalid as refused:
        raise _sentence(refused) from refused
    current_app.extensions["hints"].flush()


@blueprint.cli.command("invite")
@click.argument("login")
def people_invite(login: str) -> None:
    """A new single-use invite for a courier, for instance for a new phone."""
    person_id = _person(login)
    if not can_be_invited(reading(), person_id):
        raise click.ClickException("An invite is for an active courier with a phone number. Staff sign in with their passphrase.")
    with transaction() as work:
        token = make_invite(work, person_id, "cli")
    origin = current_app.config["PUBLIC_ORIGIN"] or f"http://localhost:{current_app.config['PORT']}"
    click.echo(f"{origin}/enrol/{token}")


@blueprint.cli.command("token")
@click.argument("login")
def people_token(login: str) -> None:
    """A bearer token for a program; alone on the last line."""
    click.echo(make_token(_person(login)))


@blueprint.cli.command("passphrase")
@click.argument("login")
def people_passphrase(login: str) -> None:
    """Give LOGIN a new passphrase, and end whatever they have open. Printed alone on the last line."""
    person_id, made = _person(login), secrets.token_urlsafe(12)
    with transaction() as work:
        set_passphrase(work, person_id, made)
    current_app.extensions["hints"].flush()
    click.echo(made)


@blueprint.cli.command("reset-second-step")
@click.argument("login")
def people_reset_second_step(login: str) -> None:
    """Take the authenticator and recovery codes away from LOGIN, who has lost them, and end whatever they have open."""
    person_id = _person(login)
    with transaction() as work:
        had = authenticating.reset(work, person_id, CLI)
        end_sessions(work, person_id)
    current_app.extensions["hints"].flush()
    click.echo("reset" if had else "there was none")


@blueprint.cli.command("revoke")
@click.argument("login")
def people_revoke(login: str) -> None:
    """End every session, device and bearer token of LOGIN."""
    with transaction() as work:
        end_every_way_in(work, _person(login))
    current_app.extensions["hints"].flush()
