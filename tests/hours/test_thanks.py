"""Thanks come from residents who were called back: nobody's silence is counted as thanks, and no complaint either."""

from __future__ import annotations

import pytest
from flask import Flask

from dispatch.core.unit_of_work import look_again
from dispatch.hours.booking import book
from dispatch.orders.closing import confirm
from tests.core.visitors import Visitor
from tests.hours.errands import delivered
from tests.orders.play import Street, once


@pytest.mark.parametrize(("satisfied", "thanks"), [(True, 1), (False, 0), (None, 0)])
def test_she_was_asked_and_was_content(app: Flask, play: Street, satisfied: bool | None, thanks: int) -> None:
    order = delivered(play, "courier11")
    book()
    clerk = play.cast("clerk")
    confirm(clerk, order, once(clerk), satisfied)
    look_again()
    assert Visitor(app, "courier11").get("/me/hours").json["thanked"] == thanks
