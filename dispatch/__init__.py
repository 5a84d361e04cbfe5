"""LastMetre 最后一米: errands for elders, grabbed by the couriers who ride past.

The map of the house (imports run from the top of this list down, never up):

    cli, jobs, realtime   commands, sweeps, and the live channel: gateway (commands in) and broadcaster (journal out)
    demo                  the demo street and its personas
    money                 what the desks and an accountant see and enter of what couriers laid out
    orders                an errand from the phone call to the thanks; *how is an order claimed?* → orders/claiming.py
    residents             who is cared for; every reveal is written down
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
from dispatch.core import databases, logs, pages, problems, secrets
from dispatch.core import unit_of_work as transactions
from dispatch.extensions import api, csrf, db, limiter, migrate
from dispatch.journal import hints
from dispatch.money import api as money_api
from dispatch.money import routes as money_routes
from dispatch.orders import api as orders_api
from dispatch.orders import routes as orders_routes
from dispatch.people import routes as people_routes
from dispatch.realtime import api as live_api
from dispatch.realtime import gateway, health


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
    pages.init_app(app)
    api.init_app(app)
    # After the API, which brings a form of its own for what goes wrong.
    problems.init_app(app)
    for blueprint in (orders_api.blueprint, money_api.blueprint, live_api.blueprint):
        api.register_blueprint(blueprint)
    for pages_of_room in (people_routes.blueprint, orders_routes.blueprint, money_routes.blueprint, health.blueprint):
        app.register_blueprint(pages_of_room)
    gateway.init_app(app)
    jobs.init_app(app)
    cli.init_app(app)
    preparing.init_app(app)
    if app.config["PUBLIC_ORIGIN"]:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1)  # type: ignore[method-assign]
    if app.config["DEMO"]:
        demo.init_app(app)
    return app
