"""Every setting, where it comes from and what it is when nobody sets it."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any


class MissingSetting(SystemExit):
    """The start is refused; the message says what to set."""


def settings(environ: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """Read the settings from the environment.

    Args:
        environ: the variables; see docs/operating.md for each one's meaning.
    Returns:
        the mapping given to `create_app`.
    Raises:
        MissingSetting: a secret is absent outside DEMO, or DEMO is asked for on an https origin.
    """
    data_dir = Path(environ.get("DATA_DIR", "./var")).resolve()
    port = int(environ.get("PORT", "5000"))
    origin = environ.get("PUBLIC_ORIGIN", "").rstrip("/")
    demo = environ.get("DEMO") == "1"
    if demo and origin.startswith("https://"):
        raise MissingSetting("DEMO=1 is refused when PUBLIC_ORIGIN is https: the demo street has no locks on its doors.")
    return {
        "DATA_DIR": data_dir,
        "DATABASE_URL": environ.get("DATABASE_URL") or f"sqlite:///{data_dir / 'lastmetre.db'}",
        "REDIS_URL": environ.get("REDIS_URL") or None,
        "SECRET_KEY": _secret(environ, "SECRET_KEY", demo, data_dir),
        "FIELD_KEYS": _secret(environ, "FIELD_KEYS", demo, data_dir),
        "PUBLIC_ORIGIN": origin,
        "PORT": port,
        "DEMO": demo,
        "PREPARE": environ.get("PREPARE") == "1",
        "LOG_LEVEL": environ.get("LOG_LEVEL", "INFO"),
    }


def _secret(environ: Mapping[str, str], name: str, demo: bool, data_dir: Path) -> str:
    """The secret from the environment; in the demo one that is made once and kept beside the data."""
    given = environ.get(name)
    if given:
        return given
    if not demo:
        raise MissingSetting(
            f"{name} is not set. Set it to 32 random bytes in hexadecimal, for example the output of: "
            f"python -c 'import secrets; print(secrets.token_hex(32))' — or start with DEMO=1 to look around."
        )
    kept = data_dir / f"demo-{name.lower()}"
    if not kept.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        kept.touch(mode=0o600)
        kept.write_text(secrets.token_hex(32))
    return kept.read_text().strip()
