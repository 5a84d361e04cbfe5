"""Which robots and phones can be spoken to, and what of that which somebody pastes is their address."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

#: Neither followed to another place nor waited for: said to each robot, in apprise's words.
_CAREFUL = "redirect=no&cto=4&rto=8"
_HOST = re.compile(r"(?=.{1,253}$)[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(\.[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*")
_MOST = 500


class Unusable(ValueError):
    """That is no address of such a robot; `field` says which of the two is wrong."""

    def __init__(self, field: str, detail: LazyString) -> None:
        super().__init__(str(detail))
        self.field, self.detail = field, detail


@dataclass(frozen=True)
class Robot:
    """A kind of channel: its name, where its address is found, and the forms in which people paste it."""

    name: LazyString
    hint: LazyString
    #: Forms with a group `key`; without any the address is a place of one's own.
    forms: tuple[str, ...] = ()
    #: apprise's address, of the key.
    address: str = ""


ROBOTS: dict[str, Robot] = {
    "wecom": Robot(
        _("企业微信群机器人"),
        _("群设置 → 群机器人 → 添加，复制 Webhook 地址。"),
        (
            r"https://qyapi\.weixin\.qq\.com/cgi-bin/webhook/send\?key=(?P<key>[\w-]{16,64})",
            r"(?P<key>[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})",
        ),
        "wecombot://{key}/",
    ),
    "dingtalk": Robot(
        _("钉钉群机器人"),
        _("群设置 → 机器人 → 自定义，安全设置选“加签”，或者关键词“最后一米”。"),
        (r"https://oapi\.dingtalk\.com/robot/send\?access_token=(?P<key>[0-9a-zA-Z]{32,80})", r"(?P<key>[0-9a-f]{64})"),
        "dingtalk://{secret}{key}/",
    ),
    "feishu": Robot(
        _("飞书群机器人"),
        _("群设置 → 群机器人 → 自定义机器人，安全设置用关键词“最后一米”。"),
        (r"https://open\.feishu\.cn/open-apis/bot/v2/hook/(?P<key>[0-9a-zA-Z-]{16,64})/?",),
        "feishu://{key}/",
    ),
    "serverchan": Robot(
        _("Server 酱（微信）"),
        _("在 sct.ftqq.com 登录后复制 SendKey。"),
        (r"https://sctapi\.ftqq\.com/(?P<key>SCT[0-9a-zA-Z]{10,100})\.send", r"(?P<key>SCT[0-9a-zA-Z]{10,100})"),
        "schan://{key}/",
    ),
    "pushplus": Robot(
        _("PushPlus（微信）"),
        _("在 pushplus.plus 登录后复制 token。"),
        (r"(?P<key>[0-9a-fA-F]{32})",),
        "pushplus://{key}/",
    ),
    "bark": Robot(_("Bark（苹果手机）"), _("打开 Bark，复制它给的地址，像 https://api.day.app/xxxx/。")),
    "webhook": Robot(_("自己的接收地址"), _("一个 https 地址，收 JSON：title 和 message。")),
}  # fmt: skip
_SECRET = re.compile(r"SEC[0-9a-f]{16,100}")


def address_of(kind: str, pasted: str, secret: str, *, strict: bool) -> str:
    """The address as apprise takes it, of what somebody pasted: one scheme, one place, nothing that changes how it is sent.

    Args:
        kind: a key of `ROBOTS`.
        pasted: an address or a key.
        secret: DingTalk's, for signing; else empty.
        strict: nothing without TLS, and nothing in our own network.
    Raises:
        Unusable: says why.
    """
    pasted, secret = pasted.strip(), secret.strip()
    robot = ROBOTS.get(kind)
    if robot is None:
        raise Unusable("kind", _("请选一种渠道。"))
    if len(pasted) > _MOST:
        raise Unusable("address", _("这个地址太长了。"))
    if not robot.forms:
        return _own_place(kind, pasted, strict=strict)
    found = next((match for form in robot.forms if (match := re.fullmatch(form, pasted, re.ASCII))), None)
    if found is None:
        raise Unusable("address", _("这不像它给的地址，请整段复制过来。"))
    if secret and (kind != "dingtalk" or not _SECRET.fullmatch(secret)):
        raise Unusable("signing", _("加签的密钥以 SEC 开头，请整段复制过来。"))
    return robot.address.format(key=found["key"], secret=f"{secret}@" if secret else "") + f"?{_CAREFUL}"


def _own_place(kind: str, pasted: str, *, strict: bool) -> str:
    """A place somebody runs: by its parts, so that no word of apprise's own can be slipped in."""
    try:
        parts = urlsplit(pasted)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise Unusable("address", _("这不像一个网址。")) from None
    if parts.scheme not in (("https",) if strict else ("https", "http")):
        raise Unusable("address", _("地址要以 https:// 开头。"))
    if not _HOST.fullmatch(host) or "@" in parts.netloc or parts.fragment:
        raise Unusable("address", _("这不像一个网址。"))
    if strict and is_ours(host):
        raise Unusable("address", _("不能发到内部网络的地址。"))
    place = host if port is None else f"{host}:{port}"
    secure = "s" if parts.scheme == "https" else ""
    if kind == "bark":
        key = parts.path.strip("/").split("/")[0]
        if not re.fullmatch(r"[0-9a-zA-Z]{10,64}", key):
            raise Unusable("address", _("这不像它给的地址，请整段复制过来。"))
        return f"bark{secure}://{place}/{key}/?{_CAREFUL}"
    # What stands behind the question mark belongs to the place; apprise passes on what begins with a dash.
    theirs = urlencode([(f"-{name}", value) for name, value in parse_qsl(parts.query)])
    return f"json{secure}://{place}{quote(parts.path or '/', safe='/%')}?{_CAREFUL}{'&' if theirs else ''}{theirs}"


def is_ours(host: str) -> bool:
    """Whether a name can only mean this machine or its own network. Where a name leads is looked at again when something is sent."""
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return (
            "." not in host
            or host.lower().endswith((".localhost", ".local", ".internal", ".lan", ".home.arpa"))
            or host.rpartition(".")[2].isdigit()
        )
