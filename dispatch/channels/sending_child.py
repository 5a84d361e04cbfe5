"""Speaks to the robots, in a process of its own that knows nothing of the house: what hangs, leaks or lies there ends with it.

Reads a JSON list of {address, title, body, kind} and writes a list of codes in the same order: "" where it has gone out,
`refused`, `limited`, `unreachable`, or `private` where a name leads into our own network.
"""

from __future__ import annotations

import contextlib
import ipaddress
import json
import logging
import os
import resource
import socket
import sys
import threading
import time
from typing import Any

import requests
from apprise import Apprise, AppriseAsset

MEMORY_BYTES = 512 * 1024 * 1024
#: For all of them together, at the same time; who has not answered by then is not waited for.
SECONDS = 20.0
READ_MOST = 64 * 1024
#: Where robots say with 200 that they have not taken it: the number is theirs, and these mean *too many*.
TOO_MANY = {45009, 130101, 11232}
#: Robots whose `code` is no success unless it is one of these.
GOOD_CODES = {0, 200}
SAYS_CODE = {"feishu", "serverchan", "pushplus", "bark"}

here = threading.local()
_lookup = socket.getaddrinfo
_send = requests.Session.send


class Ours(socket.gaierror):
    """That name leads into our own network."""


def is_strangers(address: str) -> bool:
    """Whether an address is out in the world, also where it is one inside another."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    inner = [getattr(ip, name, None) for name in ("ipv4_mapped", "sixtofour")]
    inner += list(getattr(ip, "teredo", None) or ())
    if ip.version == 6 and ip in ipaddress.ip_network("64:ff9b::/96"):
        inner.append(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF))
    return ip.is_global and not ip.is_multicast and all(one is None or one.is_global for one in inner)


def lookup_outside(*arguments: Any, **more: Any) -> Any:
    """Every connection asks here for its address, the second one after a change of mind too."""
    found = _lookup(*arguments, **more)
    if not all(is_strangers(str(one[4][0])) for one in found):
        here.why = "private"
        raise Ours(socket.EAI_FAIL, "an address of our own network")
    return found


def send_watched(session: requests.Session, request: requests.PreparedRequest, **more: Any) -> requests.Response:
    """Send, read a little of the answer, and judge it."""
    answer = _send(session, request, **{**more, "stream": True})
    body = b""
    while len(body) < READ_MOST and (chunk := answer.raw.read(READ_MOST - len(body), decode_content=True)):
        body += chunk
    answer._content, answer._content_consumed = body, True
    answer.close()
    here.why = judged(answer.status_code, body, here.kind)
    return answer


def judged(status: int, body: bytes, kind: str) -> str:
    """What became of it, of what the robot answered."""
    if status == 429:
        return "limited"
    if not 200 <= status < 300:
        return "unreachable" if status >= 500 else "refused"
    try:
        said = json.loads(body)
    except ValueError:
        return ""
    said = said if isinstance(said, dict) else {}
    number = said.get("errcode") or (said.get("code") if kind in SAYS_CODE and said.get("code") not in GOOD_CODES else 0)
    if not number:
        return ""
    return "limited" if number in TOO_MANY else "refused"


def say(message: dict[str, str], outcomes: list[str], place: int) -> None:
    here.why, here.kind = "unreachable", message["kind"]
    asset = AppriseAsset(app_id="LastMetre", app_desc="LastMetre", app_url="", image_url_mask="", image_path_mask="", http_redirects=False)
    robot = Apprise.instantiate(message["address"], asset=asset)
    gone = bool(robot and robot.notify(body=message["body"], title=message["title"]))
    outcomes[place] = here.why if gone else here.why or "refused"


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    for kind in (resource.RLIMIT_CORE, resource.RLIMIT_FSIZE):
        resource.setrlimit(kind, (0, 0))
    logging.disable(logging.CRITICAL)
    if sys.argv[1:] != ["everywhere"]:
        socket.getaddrinfo = lookup_outside
    requests.Session.send = send_watched  # type: ignore[assignment]
    messages = json.loads(sys.stdin.buffer.read())
    outcomes = ["unreachable"] * len(messages)
    until = time.monotonic() + SECONDS
    talks = [threading.Thread(target=say, args=(message, outcomes, place), daemon=True) for place, message in enumerate(messages)]
    for talk in talks:
        talk.start()
    for talk in talks:
        talk.join(max(0.0, until - time.monotonic()))
    written = json.dumps(list(outcomes)).encode()
    with contextlib.closing(sys.stdout.buffer) as out:
        out.write(written)
        out.flush()
    # Whoever still talks is not waited for.
    os._exit(0)


if __name__ == "__main__":
    main()
