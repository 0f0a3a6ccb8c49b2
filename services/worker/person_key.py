"""The key of the tokens that stand for natural persons."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path
from tempfile import NamedTemporaryFile

from creditbus.services.worker import messages
from creditbus.topics.errors import ConfigurationError
from creditbus.topics.system_errors import reason_of
from creditbus.topics.text import Text

__all__ = ["KEY_BYTES", "KEY_VARIABLE", "read_person_key"]

KEY_VARIABLE = "CREDITBUS_PERSON_KEY"
KEY_BYTES = 32
_FILE = "person.key"


def read_person_key(home: Path) -> bytes:
    """Return the key from CREDITBUS_PERSON_KEY (hexadecimal), else from the home; made there once.

    All workers of a city must have the same key: with another one the same person gets another token.

    Raises:
        ConfigurationError: it is not 32 bytes in hexadecimal, or the home does not let its file be read or made.

    """
    given = os.environ.get(KEY_VARIABLE, "").strip()
    if given:
        return _key(given, KEY_VARIABLE, messages.GIVE_A_KEY(key_bytes=KEY_BYTES))
    path = home / _FILE
    try:
        # Made once and never replaced, not even where it is damaged: under another key no event of a person would find
        # the records from before it (docs/adr/0011).
        if not path.exists():
            _make(path)
        content = path.read_text(encoding="ascii", errors="replace").strip()
    except OSError as error:
        raise ConfigurationError(
            str(path), messages.KEY_FILE_FAILED(strerror=reason_of(error)), messages.LET_HOME_WRITE()
        ) from error
    return _key(content, str(path), messages.RESTORE_KEY_FILE(variable=KEY_VARIABLE))


def _key(text: str, place: str, fix: Text) -> bytes:
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise ConfigurationError(place, messages.NOT_A_KEY(), fix)
    return key


def _make(path: Path) -> None:
    """Put a new key there, unless another worker was first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Workers of one host start at the same moment. The file has its name only when its content is on the disk: one that
    # was made under its own name was read empty by the other worker, and would stay empty after a power cut.
    with NamedTemporaryFile("w", dir=path.parent, prefix=f".{path.name}.", encoding="ascii") as scratch:
        scratch.write(secrets.token_hex(KEY_BYTES))
        scratch.flush()
        os.fsync(scratch.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(scratch.name, path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
