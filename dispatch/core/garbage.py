"""How seldom a process that stays looks for garbage: the server, and the one that has the jobs."""

from __future__ import annotations

import gc

from flask import Flask


def keep_what_is_loaded() -> None:
    """What has been loaded by now stays: looking through it for garbage again and again would cost all work a little."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


def init_app(app: Flask) -> None:
    """Remember it for the server, which may not import the house; nothing runs until then."""
    app.extensions["garbage"] = keep_what_is_loaded
