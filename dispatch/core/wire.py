"""How values are written as JSON for the database and the sockets: every command reads and writes ten of them."""

from __future__ import annotations

from typing import Any

import orjson


def dumps(value: Any, **_usual: Any) -> str:
    """As `json.dumps`; what its callers ask of separators is what comes out anyway."""
    return orjson.dumps(value).decode()


def loads(said: str | bytes, **_usual: Any) -> Any:
    """As `json.loads`.

    Raises:
        json.JSONDecodeError: it is not JSON.
    """
    return orjson.loads(said)
