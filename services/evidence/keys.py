"""The key that signs manifests, as a file of the operators' machine, and the public keys that a subscriber trusts.

Texts are those of Go's note package: `PRIVATE+KEY+name+hash+key` and `name+hash+key`, so that other tools read them.
"""

from __future__ import annotations

import base64
import binascii
import errno
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from creditbus.services.domain.evidence.note import PublicKey, Verify, is_name, read_public_key, signed_note
from creditbus.services.evidence import messages
from creditbus.services.evidence.suites import Suite, suites
from creditbus.topics.errors import ConfigurationError
from creditbus.topics.text import Text

__all__ = ["SigningKey", "create_key", "key_path", "load_key", "trusted_keys"]

_PRIVATE: Final = "PRIVATE+KEY+"
_FOLDER: Final = "keys"
_FILE: Final = "manifests.key"
_TRUSTED: Final = "trusted.pub"
_PARTS: Final = 3


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key that signs notes.

    Attributes:
        public: what others verify with.
        suite: how it signs.
        secret: never shown.

    """

    public: PublicKey
    suite: Suite = field(repr=False)
    secret: bytes = field(repr=False)

    def note(self, text: str) -> str:
        """Return the signed note of a text that ends with a line break."""
        return signed_note(text, self.public, self.suite.sign(self.secret, text.encode()))


def key_path(home: Path) -> Path:
    """Return where the signing key of a machine is: `keys/manifests.key` in its home."""
    return home / _FOLDER / _FILE


def create_key(home: Path, name: str, suite_name: str) -> SigningKey:
    """Make a key and write its file, which its owner alone can read.

    Args:
        home: local data of this machine.
        name: of the key's holder, as others see it; without spaces and `+`.
        suite_name: how it signs.

    Raises:
        ConfigurationError: there is a key already, or name or suite will not do.

    """
    found = suites()
    if suite_name not in found:
        raise ConfigurationError("--suite", messages.NO_SUITE(name=suite_name), messages.SUITES(known=", ".join(found)))
    if not is_name(name):
        raise ConfigurationError("--name", messages.BAD_NAME(name=name), messages.NAME_LIKE())
    suite = found[suite_name]
    secret = suite.generate()
    key = SigningKey(PublicKey(name, suite.kind, suite.public(secret)), suite, secret)
    path = key_path(home)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    encoded = base64.b64encode(suite.kind + secret).decode()
    text = f"{_PRIVATE}{name}+{key.public.key_hash.hex()}+{encoded}\n"
    try:
        # never over another: what it signed could not be continued, and its holder would not notice
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise ConfigurationError(str(path), messages.KEY_EXISTS(), messages.MOVE_IT()) from error
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    return key


def load_key(home: Path) -> SigningKey:
    """Read the signing key of this machine.

    Raises:
        ConfigurationError: there is none, others may read it, or it is damaged.

    """
    path = key_path(home)
    try:
        text = path.read_text(encoding="utf-8")
        mode = path.stat().st_mode
    except FileNotFoundError as error:
        raise ConfigurationError(str(path), messages.NO_KEY(), messages.CREATE_IT()) from error
    except (OSError, ValueError) as error:
        raise ConfigurationError(str(path), messages.DAMAGED_KEY(), messages.RESTORE_IT()) from error
    if mode & 0o077:
        raise ConfigurationError(str(path), messages.OTHERS_READ_IT(), messages.CHMOD(path=path))
    key = _read(text)
    if key is None:
        raise ConfigurationError(str(path), messages.DAMAGED_KEY(), messages.RESTORE_IT())
    return key


def trusted_keys(given: Sequence[str], home: Path) -> list[tuple[PublicKey, Verify]]:
    """Return the keys whose signatures are believed: those given, else that of this machine and those kept next to it.

    Next to it, in `keys/trusted.pub`, subscribers keep the keys that they were handed, and operators those of before.

    Args:
        given: texts of public keys, or paths of files with one in each line.
        home: local data of this machine.

    Raises:
        ConfigurationError: one of them is not a public key of a known suite.

    """
    own = load_key(home) if not given and key_path(home).exists() else None
    kept = key_path(home).with_name(_TRUSTED)
    sources = given or ([str(kept)] if kept.exists() else [])
    found = [_trusted(text, place) for place, text in _texts(sources)]
    return found if own is None else [(own.public, own.suite.verify), *found]


def _texts(given: Iterable[str]) -> Iterable[tuple[str, str]]:
    for one in given:
        path = Path(one)
        if "+" in one and not _is_file(path):
            yield "--key", one
            continue
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except OSError as error:
            problem = messages.NO_KEY_FILE(key=one) if isinstance(error, FileNotFoundError) else _unread(one, error)
            raise ConfigurationError("--key", problem, messages.MAKE_KEY_FILE()) from error
        except ValueError as error:
            raise ConfigurationError("--key", messages.NOT_A_KEY(key=one), messages.KEY_LIKE()) from error
        yield from ((one, line) for line in lines if line.strip())


def _unread(name: str, error: OSError) -> Text:
    if error.errno == errno.ENAMETOOLONG:
        return messages.NOT_A_KEY(key=name)
    return messages.KEY_FILE_UNREAD(key=name, error=error.strerror)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return False  # longer than a path may be, as the key of another suite is


def _trusted(text: str, place: str) -> tuple[PublicKey, Verify]:
    by_kind = {suite.kind: suite for suite in suites().values()}
    key = read_public_key(text, by_kind)
    if key is None:
        raise ConfigurationError(place, messages.NOT_A_KEY(key=text.strip()), messages.KEY_LIKE())
    return key, by_kind[key.kind].verify


def _read(text: str) -> SigningKey | None:
    parts = text.strip().removeprefix(_PRIVATE).split("+", _PARTS - 1)
    if not text.startswith(_PRIVATE) or len(parts) != _PARTS:
        return None
    try:
        decoded = base64.b64decode(parts[2], validate=True)
    except (binascii.Error, ValueError):
        return None
    for suite in suites().values():
        if decoded.startswith(suite.kind):
            secret = decoded[len(suite.kind) :]
            try:
                public = PublicKey(parts[0], suite.kind, suite.public(secret))
            except ValueError:
                return None
            return SigningKey(public, suite, secret) if public.key_hash.hex() == parts[1] else None
    return None
