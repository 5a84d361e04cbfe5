"""What can be refused, with which code and status, and the sentence a person reads."""

from __future__ import annotations

from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _


class Refused(Exception):
    """A command that was understood and not carried out. Nothing was changed unless the class says so."""

    code = "invalid"
    status = 422
    detail: LazyString | str = _("有一项内容不对，请检查后再试。")

    def __init__(self, detail: LazyString | str | None = None, **extra: Any) -> None:
        super().__init__(self.code)
        if detail is not None:
            self.detail = detail
        self.extra = extra

    def as_problem(self) -> dict[str, Any]:
        """The members of the answer, RFC 9457 but for type and title, which follow from the code."""
        return {"code": self.code, "detail": str(self.detail), **self.extra}


class SignInNeeded(Refused):
    code, status, detail = "sign_in_needed", 401, _("请先登录。")


class NotEligible(Refused):
    code, status, detail = "not_eligible", 403, _("您现在不能做这一步。")


class NotFound(Refused):
    code, status, detail = "not_found", 404, _("没有找到，或者不属于您。")


class Taken(Refused):
    code, status, detail = "taken", 409, _("已被抢。谢谢您，看看下一单吧。")


class TooLate(Refused):
    code, status, detail = "too_late", 409, _("来不及了：这一单的状态已经变了。")


class TooEarly(Refused):
    """With `opens_at` and `opens_in_ms`: from when on it is for all."""

    code, status, detail = "too_early", 409, _("这一单先留给熟悉这位老人的快递员，请稍等几秒。")


class Edited(Refused):
    """With `changed` and `version`: what is different since the version that the edit was made from."""

    code, status, detail = "edited", 409, _("刚才有人改过这一单，您的内容还在。请看一眼现在的样子，再点一次。")


class Held(Refused):
    """With `holder` and `until`: who has it open, and until when it is kept for her."""

    code, status, detail = "held", 409, _("同事正在看这一条，您的内容还在。可以等一等，或者接过来。")


class PhonesSilent(Refused):
    """No phone would speak, whoever asks for it; the sentence says why, and what helps."""

    code, status, detail = "phones_silent", 409, _("本站关了提醒，手机不会响。请打电话找人，或者请社工打开提醒。")


class OverCap(Refused):
    code, status, detail = "over_cap", 409, _("您手上的单已经满了，先送完一单再抢。")


class StillRunning(Refused):
    code, status, detail = "still_running", 409, _("同一个请求正在处理，请稍等。")


class TooOld(Refused):
    code, status, detail = "too_old", 410, _("离开得太久，请刷新页面。")


class Invalid(Refused):
    """`field` names what is wrong, in the answer's words."""

    def __init__(self, field: str, detail: LazyString | str | None = None, **extra: Any) -> None:
        super().__init__(detail, field=field, **extra)


class BadCode(Refused):
    """The attempt has been counted: this refusal is itself written down."""

    code, status, detail = "bad_code", 422, _("交接码不对，请再问一次老人。")


class TooLarge(Refused):
    """Seen from the length that the sender announced, or where reading went past it; the rest was not read."""

    code, status, detail = "too_large", 413, _("这次发送的内容太大了，总共最多 9 MB。请分几次发，或者选小一点的照片。")


class RateLimited(Refused):
    code, status, detail = "rate_limited", 429, _("太快了，请稍后再试。")


class Unforeseen(Refused):
    """Our mistake, not the asker's; it has been logged."""

    code, status, detail = "error", 500, _("系统出了点问题，已经记下来了。您填的内容没有丢，请稍后再试。")


class Busy(Refused):
    code, status, detail = "busy", 503, _("系统正忙，请几秒后再试，您填的内容还在。")
