"""The whole story in a real browser: nobody reloads, nobody is told wrong, nothing personal stays."""

from __future__ import annotations

import pytest

from tests.house import House
from tests.pages.personas import AsPersona
from tests.pages.scenes import Scene
from tests.pages.story import DOOR, NAME, PHONE_NUMBER, Story

pytestmark = pytest.mark.slow


def test_from_the_phone_call_to_the_thanks(house: House, as_persona: AsPersona, scene: Scene) -> None:
    story = Story(as_persona, note=lambda *_: None, picture=lambda *_: None)
    story.she_posts_by_keyboard()
    story.two_race_and_one_has_it()
    order = scene["coordinator"].get(f"/orders/{story.order_id}").json()
    assert len(order["holders"]) == 1
    assert "/board" in story.loser.page.url
    for secret in (NAME, DOOR):
        assert secret not in story.loser.page.content()
        assert secret in story.winner.page.content()

    story.he_picks_up_and_looks_at_the_number()
    story.he_delivers_with_the_code()
    left = story.winner.page.content()
    assert not [secret for secret in (NAME, DOOR, PHONE_NUMBER, PHONE_NUMBER[-4:]) if secret in left]

    story.she_confirms()
    assert scene["coordinator"].get(f"/orders/{story.order_id}").json()["status"] == "closed"
    assert all(persona.marked() for persona in story.watchers)
    assert not [line for persona in story.watchers for line in persona.complaints() + persona.strangers()]
