"""The key of the tokens that stand for natural persons."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from creditbus.services.worker import messages
from creditbus.topics.errors import ConfigurationError

__all__ = ["KEY_VARIABLE", "read_person_key"]

KEY_VARIABLE = "CREDITBUS_PERSON_KEY"
_KEY_BYTES = 32
_FILE = "person.key"


def read_person_key(home: Path) -> bytes:
    """Return the key from CREDITBUS_PERSON_KEY (hexadecimal), else from the home; made there once.

    All workers of a city must have the same key: with another one the same person gets another token.

    Raises:
        ConfigurationError: it is not 32 bytes in hexadecimal.

    """
    given = os.environ.get(KEY_VARIABLE, "").strip()
    path = home / _FILE
    if not given:
        home.mkdir(parents=True, exist_ok=True)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            given = path.read_text(encoding="ascii").strip()
        else:
            given = secrets.token_hex(_KEY_BYTES)
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(given)
    try:
        key = bytes.fromhex(given)
    except ValueError:
        key = b""
    if len(key) != _KEY_BYTES:
        raise ConfigurationError(KEY_VARIABLE, messages.NOT_A_KEY(), messages.GIVE_A_KEY(key_bytes=_KEY_BYTES))
    return key
