"""The door for other houses' programs: GeoReport v2 under /open311/v2, each method in XML and JSON by its ending."""

from __future__ import annotations

from flask import Blueprint, Response, request, send_file, url_for
from flask_babel import lazy_gettext as _

from dispatch.core import photos
from dispatch.core.doors import leans_on_no_cookie
from dispatch.core.errors import NotFound, Refused
from dispatch.extensions import limiter
from dispatch.hazards.photographing import folder
from dispatch.open311.asking import asked_for, jurisdiction
from dispatch.open311.posting import post
from dispatch.open311.presenting import definition, service_requests, services
from dispatch.open311.queries import Asked, followed, shown_photo
from dispatch.open311.refusing import Wrong, status_of
from dispatch.open311.writing import TYPES, answer

SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
#: Sortable: when what is discovered or defined here has changed last.
CHANGESET = "2026-11-25 00:00"

blueprint = Blueprint("open311", __name__, url_prefix="/open311/v2")
_FORM = "<any(xml, json):form>"


def _photo_address(photo_id: str) -> str:
    return url_for("open311.photo", photo_id=photo_id, _external=True)


@blueprint.get(f"/discovery.{_FORM}")
def discovery(form: str) -> Response:
    """Where the endpoint is, in which forms it answers, and how to get a key."""
    endpoint = {
        "specification": SPECIFICATION,
        "url": url_for("open311.discovery", form="xml", _external=True).removesuffix("/discovery.xml"),
        "changeset": CHANGESET,
        "type": "production",
        "formats": ["text/xml", "application/json"],
    }
    said = {
        "changeset": CHANGESET,
        "contact": str(_("有问题请找街道社工站或本系统的管理员。")),
        "key_service": str(_("报事用的 api_key 由本系统的管理员发放；只读不需要。")),
        "endpoints": [endpoint],
    }
    return answer(form, "discovery", said)


@blueprint.get(f"/services.{_FORM}")
def service_list(form: str) -> Response:
    """The kinds that can be reported."""
    return answer(form, "services", services(jurisdiction(request.args)))


@blueprint.get(f"/services/<code>.{_FORM}")
def service_definition(code: str, form: str) -> Response:
    """What can be said with a report of one kind."""
    return answer(form, "service_definition", definition(jurisdiction(request.args), code))


@blueprint.get(f"/requests.{_FORM}")
@limiter.limit("120/minute")
def request_list(form: str) -> Response:
    """Service requests: the last 90 days, at most 1,000, or as asked."""
    return answer(form, "service_requests", service_requests(asked_for(request.args), _photo_address))


@blueprint.get(f"/requests/<request_id>.{_FORM}")
def one_request(request_id: str, form: str) -> Response:
    """One service request."""
    said = service_requests(Asked(jurisdiction(request.args), ids=[request_id]), _photo_address)
    if not said:
        raise NotFound(_("没有这一条，或者还没有公开。"))
    return answer(form, "service_requests", said)


@blueprint.post(f"/requests.{_FORM}")
@leans_on_no_cookie
def post_request(form: str) -> Response:
    """Report something; it is judged before it becomes a service request."""
    token = post(request.form, request.headers.get("Idempotency-Key"))
    notice = str(_("已收到。社工站看过并受理后才会公开；用令牌可以查到编号。"))
    return answer(form, "service_requests", [{"token": token, "service_notice": notice, "account_id": None}])


@blueprint.get(f"/tokens/<token>.{_FORM}")
def from_token(token: str, form: str) -> Response:
    """What has become of a report: the id is empty while it waits to be judged."""
    jurisdiction(request.args)
    request_id, waits = followed(token)
    if request_id is None and not waits:
        raise NotFound(_("没有这个令牌，或者这一条没有公开。"))
    return answer(form, "service_requests", [{"service_request_id": request_id, "token": token}])


@blueprint.get("/photos/<photo_id>.jpg")
def photo(photo_id: str) -> Response:
    """A photo of a service request, as far as it may be seen; kept by nobody on the way, as it may be taken back."""
    response: Response = send_file(photos.existing(folder(), shown_photo(photo_id).name), mimetype="image/jpeg", max_age=0)
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.route("/", defaults={"rest": ""}, methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
@blueprint.route("/<path:rest>", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
def elsewhere(rest: str) -> Response:
    """Whatever the specification has no method for."""
    raise NotFound() if request.method in ("GET", "HEAD") else Wrong()


def _form_asked() -> str:
    return "json" if request.path.endswith(".json") else "xml"


def _errors(status: int, description: str) -> Response:
    return answer(_form_asked(), "errors", [{"code": status, "description": description}], status)


@blueprint.errorhandler(Refused)
def refused(error: Refused) -> Response:
    """A refusal in the specification's form."""
    status = status_of(error.status)
    response = _errors(status, str(error.detail))
    if "retry_after" in error.extra:
        response.headers["Retry-After"] = str(error.extra["retry_after"])
    return response


@blueprint.after_request
def in_the_form_of_the_specification(response: Response) -> Response:
    """What the house refuses before or beside us (too fast, too large, a database away) is said in the same form."""
    if response.status_code < 400 or response.content_type in TYPES.values() or request.endpoint == "open311.photo":
        return response
    status = status_of(response.status_code)
    said = _errors(status, str(Wrong.detail if status == 400 else _("现在做不了，请稍后再试。")))
    if "Retry-After" in response.headers:
        said.headers["Retry-After"] = response.headers["Retry-After"]
    return said
