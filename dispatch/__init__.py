"""LastMetre 最后一米: errands for elders, grabbed by the couriers who ride past.

The map of the house (imports run from the top of this list down, never up):

    cli, jobs, realtime   commands, sweeps, and the live channel: gateway (commands in) and broadcaster (journal out)
    demo                  the demo street and its personas
    money                 what the desks and an accountant see and enter of what couriers laid out
    audits                who has seen or taken away what of the residents' data, to be read
    reports               counts by day: which community is served, which is not
    hours                 what a courier gave, from events; corrections by two; certificates
    channels              what is said outside the pages, in a chat's robot or on a phone
    open311               what is public of the hazards, for programs of other houses (GeoReport v2)
    hazards               a hazard from the photo to the day on which somebody has seen that it is gone
    ledgers               many needs from a sheet: understood, corrected, posted together
    orders                an errand from the phone call to the thanks; *how is an order claimed?* → orders/claiming.py
    residents             who is cared for: the care list, found while typing; every reveal and export is written down
    accounts              double entry: balanced transfers that never change
    people                units, persons, signing in, duty
    journal               what happened: numbered without a gap, chained by hashes
    core                  clock, errors, permits, one writer of status, transactions, keys, photos
    extensions            the third-party parts, unbound

In a room: routes and api → verbs (…ing.py) → policy, queries → models → states.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from dispatch import cli, demo, jobs, preparing
from dispatch.audits import routes as audits_routes
from dispatch.channels import commands as channels_commands
from dispatch.channels import routes as channels_routes
from dispatch.core import databases, garbage, logs, pages, problems, secrets
from dispatch.core import unit_of_work as transactions
from dispatch.extensions import api, csrf, db, limiter, migrate
from dispatch.hazards import api as hazards_api
from dispatch.hazards import desk_api as hazards_desk_api
from dispatch.hazards import pattern_api as hazards_pattern_api
from dispatch.hazards import pattern_routes as hazards_pattern_routes
from dispatch.hazards import routes as hazards_routes
from dispatch.hazards import rules_api as hazard_rules_api
from dispatch.hours import api as hours_api
from dispatch.hours import routes as hours_routes
from dispatch.journal import hints
from dispatch.ledgers import api as ledgers_api
from dispatch.ledgers import routes as ledgers_routes
from dispatch.money import api as money_api
from dispatch.money import routes as money_routes
from dispatch.open311 import commands as open311_commands
from dispatch.open311 import routes as open311_routes
from dispatch.orders import alert_api, alert_routes, desk_api, standing_api
from dispatch.orders import api as orders_api
from dispatch.orders import routes as orders_routes
from dispatch.people import api as people_api
from dispatch.people import commands as people_commands
from dispatch.people import courier_routes, loan_routes, presence, step_routes
from dispatch.people import routes as people_routes
from dispatch.realtime import api as live_api
from dispatch.realtime import gateway, health
from dispatch.reports import routes as reports_routes
from dispatch.residents import api as residents_api
from dispatch.residents import routes as residents_routes


def create_app(settings: Mapping[str, Any]) -> Flask:
    """Wire the rooms in order; decides nothing.

    Args:
        settings: what `config.settings` read.
    """
    app = Flask(__name__, static_folder="../static", template_folder="../templates")
    app.config.from_mapping(pages.FRAMEWORK)
    app.config.from_mapping(settings)
    app.config["SQLALCHEMY_DATABASE_URI"], app.config["SQLALCHEMY_ENGINE_OPTIONS"] = databases.engine_options(settings)
    logs.init_app(app)
    secrets.init_app(app)
    db.init_app(app)
    transactions.init_app(app)
    migrate.init_app(app, db)
    csrf.init_app(app)
    limiter.init_app(app)
    hints.init_app(app)
    presence.init_app(app)
    pages.init_app(app)
    api.init_app(app)
    # After the API, which brings a form of its own for what goes wrong.
    problems.init_app(app)
    for interface in (
        people_api,
        residents_api,
        orders_api,
        desk_api,
        alert_api,
        standing_api,
        ledgers_api,
        # Before the room's own, whose pattern for one hazard would fit its addresses too.
        hazards_pattern_api,
        hazards_api,
        hazards_desk_api,
        hazard_rules_api,
        hours_api,
        money_api,
        live_api,
    ):
        api.register_blueprint(interface.blueprint)
    for pages_of_room in (
        people_routes,
        people_commands,
        courier_routes,
        loan_routes,
        step_routes,
        residents_routes,
        orders_routes,
        alert_routes,
        ledgers_routes,
        hazards_routes,
        hazards_pattern_routes,
        open311_routes,
        open311_commands,
        channels_routes,
        channels_commands,
        audits_routes,
        hours_routes,
        money_routes,
        reports_routes,
        health,
    ):
        app.register_blueprint(pages_of_room.blueprint)
    gateway.init_app(app)
    jobs.init_app(app)
    cli.init_app(app)
    preparing.init_app(app)
    garbage.init_app(app)
    if app.config["PUBLIC_ORIGIN"]:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1)  # type: ignore[method-assign]
    if app.config["DEMO"]:
        demo.init_app(app)
    return app
