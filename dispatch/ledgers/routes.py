"""The page of the ledgers."""

from __future__ import annotations

from flask import Blueprint, render_template

from dispatch.ledgers.transcribing import MOST_AT_ONCE
from dispatch.orders.listing import check_role
from dispatch.people.identity import asker
from dispatch.people.models import Role

blueprint = Blueprint("ledgers", __name__)


@blueprint.get("/desk/ledger")
def ledger() -> str:
    """A clerk's desk: many needs at once, from a sheet."""
    check_role(asker(), Role.CLERK)
    return render_template("ledgers/ledger.html", page_state={"most": MOST_AT_ONCE})
