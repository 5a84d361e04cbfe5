"""What of the hazards is served beside the API: the photos, to those who may look at them."""

from __future__ import annotations

from flask import Blueprint, Response, send_file

from dispatch.hazards.photographing import photo_file
from dispatch.people.identity import asker

blueprint = Blueprint("hazards", __name__)


@blueprint.get("/hazards/photos/<photo_id>")
def photo(photo_id: str) -> Response:
    """One photo; nobody's browser or proxy keeps it."""
    response: Response = send_file(photo_file(asker(), photo_id), mimetype="image/jpeg", max_age=0)
    response.headers["Cache-Control"] = "private, no-store"
    return response
