"""The commands of `flask --app wsgi` for the whole house; those of one room are in its own `commands`. Each is a few lines to a verb."""

from __future__ import annotations

import csv
import io
import sys
import time
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext
from sqlalchemy import text

from dispatch import archive, jobs
from dispatch.accounts.queries import faults
from dispatch.channels.queries import failing
from dispatch.core.garbage import keep_what_is_loaded
from dispatch.core.holidays import import_holidays
from dispatch.core.rotation import rotate, unreadable
from dispatch.core.unit_of_work import reading, transaction
from dispatch.demo import street
from dispatch.extensions import db, scheduler
from dispatch.hazards.recurring import rebuild, stations_with_hazards
from dispatch.journal.reading import breaks
from dispatch.orders.recurring import replan
from dispatch.people.choosing import choices_of, choose
from dispatch.people.importing import import_units
from dispatch.people.settings import says, settings_from
from dispatch.reports.counting import recount_all

org = AppGroup("org", help="Districts, stations, communities, depots.")
holidays = AppGroup("holidays", help="The days that are worked.")
journal = AppGroup("journal", help="The stations' journals.")
demo = AppGroup("demo", help="The demo street.")
job = AppGroup("jobs", help="What the clock does.")
reports = AppGroup("reports", help="Counts by day.")
hazards = AppGroup("hazards", help="What is seen in the hazards as a whole.")
secret = AppGroup("secrets", help="Encrypted columns.")


@org.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def org_import(file: Path) -> None:
    """Bring in FILE, a CSV with the columns code,name,parent_code,level[,lat,lon]. Repeatable."""
    try:
        with transaction() as work:
            report = import_units(work, _table(file))
    except csv.Error as error:
        raise click.ClickException(f"{file.name} is not a table that can be read: {error}.") from error
    for line in report.lines:
        if line.verdict != "unchanged":
            click.echo(f"line {line.number}: {line.verdict} {line.code} {line.why}".rstrip())
    counts = {verdict: report.count(verdict) for verdict in ("added", "changed", "unchanged", "refused")}
    click.echo(", ".join(f"{count} {verdict}" for verdict, count in counts.items()))
    if counts["refused"]:
        sys.exit(1)


def _table(file: Path) -> io.StringIO:
    """A table's lines, in the coding of today or in that of older spreadsheets."""
    data = file.read_bytes()
    for coding in ("utf-8-sig", "gb18030"):
        try:
            return io.StringIO(data.decode(coding), newline="")
        except UnicodeDecodeError:
            continue
    raise click.ClickException(f"{file.name} is neither UTF-8 nor GB 18030. Save it as CSV UTF-8.")


@holidays.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def holidays_import(file: Path) -> None:
    """Bring in FILE, a CSV with the columns day,name,works (1: a make-up workday, 0: free). Repeatable; all of it or nothing."""
    try:
        with transaction() as work:
            days = import_holidays(work, _table(file))
            moved = replan(work)
    except (csv.Error, ValueError) as error:
        raise click.ClickException(f"{file.name}: nothing was brought in.\n{error}") from error
    click.echo(f"{days} days; {moved} standing needs come on another day")


@org.command("settings")
@click.argument("station")
@click.argument("values", nargs=-1, metavar="[NAME=VALUE]...")
def org_settings(station: str, values: tuple[str, ...]) -> None:
    """Show what STATION (a code) has chosen, or set it. NAME= puts the default back."""
    said = dict(value.partition("=")[::2] for value in values if "=" in value)
    if len(said) != len(values):
        raise click.ClickException("Say each setting once, as NAME=VALUE.")
    try:
        if said:
            with transaction() as work:
                choose(work, station, said)
        choices = choices_of(reading(), station)
    except ValueError as refused:
        raise click.ClickException(str(refused)) from refused
    for name, value in vars(settings_from(choices)).items():
        shown = ("on" if value else "off") if isinstance(value, bool) else value
        click.echo(f"{name}={shown}{'' if name in choices else ' (default)'}\n    {says(name)}")


@journal.command("verify")
def journal_verify() -> None:
    """Walk every chain; exits 1 and says where if one does not hold."""
    found = list(breaks(reading()))
    for broken in found:
        click.echo(f"{broken.station_id} entry {broken.seq}: {broken.why}")
    if found:
        sys.exit(1)
    click.echo("every journal holds")


@demo.command("load")
@click.option("--hazards/--without-hazards", default=True, help="What couriers have seen on its stairs.")
def demo_load(hazards: bool) -> None:
    """The demo street, once."""
    if not current_app.config["DEMO"]:
        raise click.ClickException("The demo street is loaded only where DEMO=1.")
    click.echo("loaded" if street.load(hazards=hazards) else "already there")


@job.command("run")
def jobs_run() -> None:
    """Run the jobs in this process until it is ended."""
    keep_what_is_loaded()
    try:
        jobs.start(current_app._get_current_object())  # type: ignore[attr-defined]
        click.echo("The jobs run. Ctrl-C ends them.")
        while scheduler.running:
            time.sleep(1)
    except KeyboardInterrupt:
        scheduler.shutdown(wait=False)


@reports.command("recount")
def reports_recount() -> None:
    """Count every day of every community anew from its orders; harmless at any time."""
    click.echo(f"{recount_all()} days counted")


@hazards.command("recount")
def hazards_recount() -> None:
    """Find every corner and the rates anew, a station at a time; harmless at any time."""
    click.echo(f"{sum(rebuild(station_id) for station_id in stations_with_hazards())} corners found")


@secret.command("rotate")
def secrets_rotate() -> None:
    """Write every encrypted value anew with the first of FIELD_KEYS, after which the older keys can go."""
    lost = unreadable(reading())
    if lost:
        raise click.ClickException(f"The key of {', '.join(lost)} is not in FIELD_KEYS: keep the old key behind the new one.")
    click.echo(f"{rotate()} values written anew")


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@with_appcontext
def backup(file: Path) -> None:
    """Everything in one FILE; what is encrypted stays so, and the keys are not in it."""
    try:
        click.echo(f"{archive.backup(file)} rows")
    except OSError as error:
        raise click.ClickException(f"{file} cannot be written: {error.strerror}.") from error


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_appcontext
def restore(file: Path) -> None:
    """Bring FILE back into an empty, migrated database."""
    try:
        click.echo(f"{archive.restore(file)} rows")
    except archive.NotRestored as error:
        raise click.ClickException(str(error)) from error


@click.command("doctor")
@with_appcontext
def doctor() -> None:
    """Look for what is wrong; exits 1 if anything is."""
    findings = [f"journal {b.station_id} entry {b.seq}: {b.why}" for b in breaks(reading())]
    miscounted = (
        "SELECT o.id FROM orders o WHERE o.status IN ('open', 'claimed', 'picked_up') AND o.taken <> "
        "(SELECT count(*) FROM claims c WHERE c.order_id = o.id AND c.ended_at IS NULL)"
    )
    findings += [f"order {row.id}: taken does not match its claims" for row in reading().execute(text(miscounted))]
    findings += faults(reading())
    findings += failing(reading())
    findings += [f"{column}: {count} values sealed by a key not in FIELD_KEYS" for column, count in unreadable(reading()).items()]
    findings += [] if db.engine.dialect.name == "postgresql" else _sqlite_findings()
    for finding in findings:
        click.echo(finding)
    if findings:
        sys.exit(1)
    click.echo("all is well")


def _sqlite_findings() -> list[str]:
    said = reading().execute(text("PRAGMA quick_check")).scalar_one()
    return [] if said == "ok" else [f"database file: {said}"]


def init_app(app: Flask) -> None:
    """Add the commands."""
    for group in (org, holidays, journal, demo, job, reports, hazards, secret):
        app.cli.add_command(group)
    for command in (backup, restore, doctor):
        app.cli.add_command(command)
