"""What the tests of the running house's commands and clocks share with those of its foundations."""

from __future__ import annotations

from tests.core.conftest import either_app, visit

__all__ = ["either_app", "visit"]
