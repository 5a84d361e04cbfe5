"""A phone that is connected has been heard of at every look at the lines."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from babel import Locale
from flask import Flask

from dispatch.core.secrets import token_hash
from dispatch.people.clocking import set_duty
from dispatch.people.identity import Actor, Credential
from dispatch.people.presence import this_minute
from dispatch.people.signing_in import make_token
from dispatch.realtime.audience import audience_of
from dispatch.realtime.listeners import Listener, listeners


@pytest.mark.parametrize("on_duty", [True, False])
def test_a_connected_phone_is_heard_of_while_its_courier_is_on_duty(app: Flask, cast: Callable[[str], Actor], on_duty: bool) -> None:
    set_duty(cast("courier1"), on_duty)
    courier, heard = cast("courier1"), app.extensions["presence"].heard
    credential = Credential("bearer", token_hash(make_token(courier.id)))
    listeners.by_sid["line"] = Listener(courier.id, credential, audience_of(courier), (), Locale("zh"))
    try:
        listeners.look_again_who(app)
        assert "line" in listeners.by_sid
    finally:
        listeners.by_sid.pop("line", None)
    assert heard == ({courier.id: this_minute()} if on_duty else {})
