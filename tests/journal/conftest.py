"""What the tests of the journal share with those of the foundations."""

from __future__ import annotations

from tests.core.conftest import either_app, visit

__all__ = ["either_app", "visit"]
