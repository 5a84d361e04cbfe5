"""Every setting, where it comes from and what it is when nobody sets it."""

from __future__ import annotations

import os
import re
import secrets
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

#: Who can be asked for a second step at signing in; couriers have their own phone and PIN.
STAFF = {"clerk", "coordinator", "supervisor", "admin"}
_ORIGIN = re.compile(r"https?://[^/\s?#]+")
#: Where a map's tiles are: the origin becomes part of a page's policy, so nothing but a host's name may stand in it.
_TILES = re.compile(r"(?P<origin>https?://[A-Za-z0-9.\-]+(:\d{1,5})?)/[^\s;,'\"]+")


class MissingSetting(SystemExit):
    """The start is refused; the message says what to set."""


def settings(environ: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """Read the settings from the environment.

    Args:
        environ: the variables; see docs/operating.md for each one's meaning.
    Returns:
        the mapping given to `create_app`.
    Raises:
        MissingSetting: a secret is absent outside DEMO, DEMO is asked for on an https origin, or a value cannot be meant.
    """
    data_dir = Path(environ.get("DATA_DIR") or "./var").resolve()
    origin = environ.get("PUBLIC_ORIGIN", "").rstrip("/")
    if origin and not _ORIGIN.fullmatch(origin):
        raise MissingSetting(
            f"PUBLIC_ORIGIN is {origin!r}. Set it to where people reach us, like https://errands.example.org, or leave it."
        )
    demo = environ.get("DEMO") == "1"
    if demo and origin.lower().startswith("https://"):
        raise MissingSetting("DEMO=1 is refused when PUBLIC_ORIGIN is https: the demo street has no locks on its doors.")
    return {
        "DATA_DIR": data_dir,
        "DATABASE_URL": _url(environ, "DATABASE_URL", "sqlite", "postgresql", "postgres") or f"sqlite:///{data_dir / 'lastmetre.db'}",
        "REDIS_URL": _url(environ, "REDIS_URL", "redis", "rediss", "unix"),
        "SECRET_KEY": _secret(environ, "SECRET_KEY", demo, data_dir),
        "FIELD_KEYS": _secret(environ, "FIELD_KEYS", demo, data_dir),
        "PUBLIC_ORIGIN": origin,
        "PORT": _port(environ.get("PORT") or "5000"),
        "DEMO": demo,
        "SECOND_STEP_ROLES": _roles(environ.get("SECOND_STEP_ROLES", "")),
        "MAP_TILES": _tiles(environ.get("MAP_TILES", "")),
        "MAP_ATTRIBUTION": environ.get("MAP_ATTRIBUTION", ""),
        "PREPARE": environ.get("PREPARE") == "1",
        "LOG_LEVEL": environ.get("LOG_LEVEL", "INFO"),
    }


def _tiles(said: str) -> str:
    """Templates of a map's tiles, one over the other, all from one place. A wrong one is not repeated: there may be a key in it."""
    templates = said.split()
    found = [_TILES.fullmatch(one) for one in templates]
    whole = all(match and all(part in match[0] for part in ("{z}", "{x}", "{y}")) for match in found)
    if not whole or len({match["origin"] for match in found if match}) > 1:
        raise MissingSetting(
            "MAP_TILES cannot be used. Set it to one or several addresses like https://tiles.example.org/{z}/{x}/{y}.png, with spaces "
            "between them and all of one host, in WGS-84 or CGCS2000 (not GCJ-02); or leave it, and the map is drawn as blocks."
        )
    return " ".join(templates)


def _roles(said: str) -> frozenset[str]:
    roles = frozenset(re.split(r"[,\s]+", said.strip())) - {""}
    if not roles <= STAFF:
        raise MissingSetting(f"SECOND_STEP_ROLES is {said!r}. Set it to some of {', '.join(sorted(STAFF))}, separated by commas.")
    return roles


def _port(said: str) -> int:
    if not re.fullmatch(r"[0-9]{1,5}", said) or not 0 < int(said) < 65_536:
        raise MissingSetting(f"PORT is {said!r}. Set it to a number from 1 to 65535.")
    return int(said)


def _url(environ: Mapping[str, str], name: str, *schemes: str) -> str | None:
    """An address of one of these schemes. A wrong one is not repeated: there may be a password in it."""
    said = environ.get(name) or None
    if said and said.partition("://")[0] not in schemes:
        raise MissingSetting(f"{name} must begin with {', '.join(f'{scheme}://' for scheme in schemes)}.")
    return said


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
        _keep(kept, secrets.token_hex(32))
    return kept.read_text().strip()


def _keep(path: Path, text: str) -> None:
    """Write a file that only we may read, whole or not at all; of two processes that start together the first one's stays."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, written = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.link(written, path)
    except FileExistsError:
        return
    finally:
        os.unlink(written)
