"""What this door refuses, with the statuses of the specification: 404 what is not there, 403 a key that is none, 400 the rest."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from dispatch.core.errors import Refused

#: Kept beside those of the specification: here the same request is right a little later.
TRY_AGAIN = (429, 503)


class Wrong(Refused):
    """A request that cannot be read or fulfilled as it stands."""

    status, detail = 400, _("这个请求读不懂，请对照接口说明检查。")


class KeyNeeded(Refused):
    code, status, detail = "not_eligible", 403, _("请求里没有 api_key，或者它不对、已停用。")


def status_of(status: int) -> int:
    """The status with which the specification wants a refusal answered."""
    return status if status in (403, 404, 500, *TRY_AGAIN) else 400


def wrong(field: str) -> Wrong:
    """A field that is missing or cannot be read; names it."""
    return Wrong(_("%(field)s 没有写或者不对，请对照接口说明检查。", field=field))
