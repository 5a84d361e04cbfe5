"""How personal data is kept: AES-GCM in the column, a keyed hash where something must be found again."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import Flask, current_app
from sqlalchemy import LargeBinary
from sqlalchemy.types import TypeDecorator

from config import MissingSetting

NONCE_BYTES = 12
KEY_ID_BYTES = 4


class Keyring:
    """The field keys, newest first: the first one writes, all of them read."""

    def __init__(self, field_keys: str) -> None:
        parts = re.split(r"[,\s]+", field_keys.strip())
        if not all(re.fullmatch(r"[0-9a-fA-F]{64}", part) for part in parts):
            raise ValueError("it takes keys of 32 bytes in hexadecimal, newest first, separated by commas")
        keys = [bytes.fromhex(part) for part in parts]
        self.ciphers = {hashlib.sha256(key).digest()[:KEY_ID_BYTES]: AESGCM(key) for key in keys}
        self.newest = next(iter(self.ciphers))
        # The hash keys are derived, so that a leaked index does not help to read the column.
        self.hash_keys = [hmac.digest(key, b"search", "sha256") for key in keys]

    def seal(self, text: str, context: str) -> bytes:
        """Encrypt; `context` (table.column) is bound in, so that a value cannot be moved to another column."""
        nonce = os.urandom(NONCE_BYTES)
        return self.newest + nonce + self.ciphers[self.newest].encrypt(nonce, text.encode(), context.encode())

    def open(self, sealed: bytes, context: str) -> str:
        """Decrypt what `seal` made.

        Raises:
            KeyError: it was sealed with a key that is no longer in FIELD_KEYS.
            InvalidTag: it was changed, or belongs to another column.
        """
        nonce, body = sealed[KEY_ID_BYTES : KEY_ID_BYTES + NONCE_BYTES], sealed[KEY_ID_BYTES + NONCE_BYTES :]
        return self.ciphers[sealed[:KEY_ID_BYTES]].decrypt(nonce, body, context.encode()).decode()

    def knows(self, sealed: bytes) -> bool:
        """Whether one of our keys sealed this."""
        return sealed[:KEY_ID_BYTES] in self.ciphers

    def is_newest(self, sealed: bytes) -> bool:
        """Whether the first key sealed this."""
        return sealed.startswith(self.newest)

    def hashes(self, text: str) -> list[str]:
        """The keyed hashes under which `text` may be stored, newest first: store the first, search for any."""
        return [hmac.digest(key, text.encode(), "sha256").hex() for key in self.hash_keys]


class Encrypted(TypeDecorator[str]):
    """A text column that is AES-GCM at rest. `context` is its table.column."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, context: str) -> None:
        super().__init__()
        self.context = context

    def process_bind_param(self, value: str | None, dialect: Any) -> bytes | None:
        return None if value is None else keyring().seal(value, self.context)

    def process_result_value(self, value: bytes | None, dialect: Any) -> str | None:
        return None if value is None else keyring().open(bytes(value), self.context)


class EncryptedList(Encrypted):
    """A short list of codes that is AES-GCM at rest."""

    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Any) -> bytes | None:
        return super().process_bind_param(None if value is None else json.dumps(value), dialect)

    def process_result_value(self, value: bytes | None, dialect: Any) -> Any:
        text = super().process_result_value(value, dialect)
        return None if text is None else json.loads(text)


def keyring() -> Keyring:
    """The keys of the running application."""
    ring: Keyring = current_app.extensions["keyring"]
    return ring


def token_hash(token: str) -> str:
    """How a random token is stored. A fast hash is enough: the token has more entropy than anybody can search."""
    # Whatever a stranger shows has a hash, half a character too.
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()


def init_app(app: Flask) -> None:
    """Read FIELD_KEYS, or refuse to start with a sentence."""
    try:
        app.extensions["keyring"] = Keyring(app.config["FIELD_KEYS"])
    except ValueError as error:
        raise MissingSetting(f"FIELD_KEYS is not usable: {error}.") from error


__all__ = ["Encrypted", "InvalidTag", "Keyring", "init_app", "keyring", "token_hash"]
