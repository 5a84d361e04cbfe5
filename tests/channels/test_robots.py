"""What is taken for a robot's address, and where nothing is ever sent."""

from __future__ import annotations

import pytest
from apprise import Apprise
from flask import Flask

from dispatch.channels.robots import Unusable, address_of, is_ours
from dispatch.channels.sending_child import Ours, here, is_strangers, judged, lookup_outside

# apprise asks an old module of Python's for pictures; in the house it runs in a child of its own.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")

KEY = "693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"
UUID = "693a91f6-7abc-4bc4-97a0-0ec2bbbb5aaa"
SECRET = "SEC" + "0a1b" * 16


@pytest.mark.parametrize(
    ("kind", "pasted", "secret", "address"),
    [
        ("wecom", f" https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY} ", "", f"wecombot://{KEY}/"),
        ("wecom", UUID, "", f"wecombot://{UUID}/"),
        ("dingtalk", "https://oapi.dingtalk.com/robot/send?access_token=" + "ab" * 32, "", "dingtalk://" + "ab" * 32 + "/"),
        ("dingtalk", "ab" * 32, SECRET, f"dingtalk://{SECRET}@" + "ab" * 32 + "/"),
        ("feishu", f"https://open.feishu.cn/open-apis/bot/v2/hook/{UUID}", "", f"feishu://{UUID}/"),
        ("serverchan", "https://sctapi.ftqq.com/SCT12345TabcdefGHIJ.send", "", "schan://SCT12345TabcdefGHIJ/"),
        ("serverchan", "SCT12345TabcdefGHIJ", "", "schan://SCT12345TabcdefGHIJ/"),
        ("pushplus", "0123456789abcdef0123456789abcdef", "", "pushplus://0123456789abcdef0123456789abcdef/"),
        ("bark", "https://api.day.app/aBcDeFgHiJkLmNoP/Title", "", "barks://api.day.app/aBcDeFgHiJkLmNoP/"),
        ("bark", "https://bark.example.org:8443/aBcDeFgHiJkLmNoP", "", "barks://bark.example.org:8443/aBcDeFgHiJkLmNoP/"),
        ("webhook", "https://hooks.example.org/in?token=a%26b", "", "jsons://hooks.example.org/in"),
    ],
)
def test_what_people_paste_is_an_address_that_apprise_knows(app: Flask, kind: str, pasted: str, secret: str, address: str) -> None:
    made = address_of(kind, pasted, secret, strict=True)
    assert made.partition("?")[0] == address
    assert "redirect=no" in made
    robot = Apprise.instantiate(made)
    assert robot is not None
    assert not robot.redirects
    assert robot.verify_certificate
    if kind == "webhook":
        assert robot.params == {"token": "a&b"}


@pytest.mark.parametrize(
    ("kind", "pasted", "secret", "field"),
    [
        ("", "x", "", "kind"),
        ("mailto", "mailto://a:b@example.org", "", "kind"),
        ("wecom", "https://qyapi.weixin.qq.com.example.org/cgi-bin/webhook/send?key=" + KEY, "", "address"),
        ("wecom", f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}&verify=no", "", "address"),
        ("wecom", "file:///etc/passwd", "", "address"),
        ("wecom", UUID, SECRET, "signing"),
        ("dingtalk", "ab" * 32, "password", "signing"),
        ("bark", "https://api.day.app/", "", "address"),
        ("webhook", "", "", "address"),
        ("webhook", "http://hooks.example.org/in", "", "address"),
        ("webhook", "https://user:pass@hooks.example.org/in", "", "address"),
        ("webhook", "https://hooks.example.org:99999/in", "", "address"),
        ("webhook", "https://127.0.0.1/in", "", "address"),
        ("webhook", "https://127.1/in", "", "address"),
        ("webhook", "https://2130706433/in", "", "address"),
        ("webhook", "https://0x7f.0.0.1/in", "", "address"),
        ("webhook", "https://localhost/in", "", "address"),
        ("webhook", "https://metadata.google.internal/", "", "address"),
        ("webhook", "https://169.254.169.254/latest/meta-data", "", "address"),
        ("webhook", "https://[::1]/in", "", "address"),
        ("webhook", "https://redis/in", "", "address"),
        ("webhook", "https://hooks.example.org/" + "x" * 500, "", "address"),
    ],
)
def test_what_is_no_such_address_is_refused_with_a_sentence(app: Flask, kind: str, pasted: str, secret: str, field: str) -> None:
    with pytest.raises(Unusable) as refused:
        address_of(kind, pasted, secret, strict=True)
    assert refused.value.field == field
    assert str(refused.value.detail)


def test_no_word_of_apprises_own_can_be_slipped_in(app: Flask) -> None:
    made = address_of("webhook", "https://hooks.example.org/in?verify=no&redirect=yes&+X-Header=1&method=DELETE", "", strict=True)
    robot = Apprise.instantiate(made)
    assert robot is not None
    assert (robot.verify_certificate, bool(robot.redirects), robot.method, robot.headers) == (True, False, "POST", {})


@pytest.mark.parametrize(
    "ours",
    ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1", "::1", "fe80::1%eth0",
     "fd00::1", "::ffff:127.0.0.1", "2002:7f00:1::", "64:ff9b::7f00:1", "64:ff9b::a00:1"],
)  # fmt: skip
def test_an_address_of_our_own_network_is_known_in_every_form(ours: str) -> None:
    assert not is_strangers(ours)


def test_a_name_that_leads_into_our_own_network_is_refused_when_it_is_looked_up() -> None:
    with pytest.raises(Ours):
        lookup_outside("localhost", 80)
    assert here.why == "private"


@pytest.mark.parametrize("theirs", ["1.1.1.1", "220.181.38.148", "2606:4700:4700::1111"])
def test_one_out_in_the_world_too(theirs: str) -> None:
    assert is_strangers(theirs)
    assert not is_ours(theirs)


@pytest.mark.parametrize(
    ("status", "body", "kind", "why"),
    [
        (200, b"ok", "webhook", ""),
        (204, b"", "webhook", ""),
        (200, b'{"errcode":0,"errmsg":"ok"}', "wecom", ""),
        (200, b'{"errcode":45009,"errmsg":"api freq out of limit"}', "wecom", "limited"),
        (200, b'{"errcode":93000,"errmsg":"invalid webhook url"}', "wecom", "refused"),
        (200, b'{"errcode":130101,"errmsg":"send too fast"}', "dingtalk", "limited"),
        (200, b'{"errcode":310000,"errmsg":"keywords not in content"}', "dingtalk", "refused"),
        (200, b'{"code":0,"msg":"success"}', "feishu", ""),
        (200, b'{"code":11232,"msg":"frequency limited"}', "feishu", "limited"),
        (200, b'{"code":9499,"msg":"Bad Request"}', "feishu", "refused"),
        (200, b'{"code":19024,"msg":"Key Words Not Found"}', "feishu", "refused"),
        (200, b'{"code":200}', "pushplus", ""),
        (200, b'{"code":7}', "webhook", ""),
        (200, b'[1]', "webhook", ""),
        (429, b"", "bark", "limited"),
        (404, b"", "bark", "refused"),
        (302, b"", "webhook", "refused"),
        (502, b"", "webhook", "unreachable"),
    ],
)  # fmt: skip
def test_a_robot_that_says_no_with_200_is_understood(status: int, body: bytes, kind: str, why: str) -> None:
    assert judged(status, body, kind) == why
