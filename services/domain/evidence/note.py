"""A signed text and the keys that verify it: C2SP signed-note, as Go's golang.org/x/mod/sumdb/note reads it.

The signature itself is made and verified outside: a `Verify` is given for each suite.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Final

__all__ = [
    "NoteFault",
    "OpenedNote",
    "PublicKey",
    "Verify",
    "is_name",
    "open_note",
    "read_public_key",
    "signed_note",
    "signers",
]

#: Takes the public key without its kind, the text and the signature; tells whether the signature is right.
Verify = Callable[[bytes, bytes, bytes], bool]

_SIGNED: Final = "— "
_SEPARATOR: Final = "\n\n"
_HASH_BYTES: Final = 4
_MOST_BYTES: Final = 1_000_000


class NoteFault(StrEnum):
    """Why a note is not believed."""

    MALFORMED = "malformed"
    """It is not in the form of a signed note."""
    OTHER_SIGNER = "other-signer"
    """It is signed by keys alone that nobody here trusts."""
    BAD_SIGNATURE = "bad-signature"
    """It names a key that is trusted, and that key did not sign this text."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key that verifies notes.

    Attributes:
        name: of its holder; neither spaces nor `+`.
        kind: the bytes that name the suite of the signature: 1 for Ed25519, else 255 and the suite's name.
        key: the public key itself.

    """

    name: str
    kind: bytes
    key: bytes

    @property
    def key_hash(self) -> bytes:
        """Four bytes by which a signature names its key; they tell keys apart and prove nothing."""
        return sha256(self.name.encode() + b"\n" + self.kind + self.key).digest()[:_HASH_BYTES]

    def text(self) -> str:
        """Return the key as it is handed to others."""
        return f"{self.name}+{self.key_hash.hex()}+{base64.b64encode(self.kind + self.key).decode()}"


@dataclass(frozen=True, slots=True)
class OpenedNote:
    """A note that was signed by a trusted key."""

    text: str
    signer: PublicKey


def read_public_key(text: str, kinds: Iterable[bytes]) -> PublicKey | None:
    """Read a key from its text; None where the text is something else, or of another kind of suite than these."""
    parts = text.strip().split("+", 2)
    if len(parts) != 3 or not is_name(parts[0]):  # noqa: PLR2004 -- name, hash, key
        return None
    decoded = _decoded(parts[2])
    for kind in kinds:
        if decoded is not None and decoded.startswith(kind) and len(decoded) > len(kind):
            key = PublicKey(parts[0], kind, decoded[len(kind) :])
            return key if key.key_hash.hex() == parts[1] else None
    return None


def signed_note(text: str, signer: PublicKey, signature: bytes) -> str:
    """Return the note of a text that ends with a line break, and a signature of it."""
    return f"{text}\n{_SIGNED}{signer.name} {base64.b64encode(signer.key_hash + signature).decode()}\n"


def open_note(note: str, trusted: Iterable[tuple[PublicKey, Verify]]) -> OpenedNote | NoteFault:
    """Return the text of a note that a trusted key signed, or why it is not believed.

    Signatures by other keys are passed over; a wrong one by a trusted key is never.
    """
    if _too_long(note) or any(ord(one) < ord(" ") and one != "\n" for one in note):
        return NoteFault.MALFORMED
    text, separator, lines = note.rpartition(_SEPARATOR)
    text += "\n"
    if not separator or not lines.endswith("\n"):
        return NoteFault.MALFORMED
    known = {(key.name, key.key_hash): (key, verify) for key, verify in trusted}
    signer: PublicKey | None = None
    for line in lines[:-1].split("\n"):
        signature = _signature(line)
        if signature is None:
            return NoteFault.MALFORMED
        key_and_verify = known.get(signature[:2])
        if key_and_verify is None:
            continue
        key, verify = key_and_verify
        if not verify(key.key, text.encode(), signature[2]):
            return NoteFault.BAD_SIGNATURE
        signer = signer or key
    return NoteFault.OTHER_SIGNER if signer is None else OpenedNote(text, signer)


def signers(note: str) -> list[str]:
    """Return the names under which a note is signed, whether rightly or not."""
    lines = note.rpartition(_SEPARATOR)[2].splitlines()
    return [found[0] for line in lines if (found := _signature(line)) is not None]


def _signature(line: str) -> tuple[str, bytes, bytes] | None:
    """Return name, hash of the key and signature of a line; None where it is something else."""
    if not line.startswith(_SIGNED):
        return None
    name, _, encoded = line.removeprefix(_SIGNED).partition(" ")
    decoded = _decoded(encoded)
    if not is_name(name) or decoded is None or len(decoded) <= _HASH_BYTES:
        return None
    return name, decoded[:_HASH_BYTES], decoded[_HASH_BYTES:]


def is_name(name: str) -> bool:
    """Tell whether a key's holder may have this name: it can be written, and holds neither spaces nor `+`."""
    return bool(name) and _written(name) is not None and not any(one.isspace() or one == "+" for one in name)


def _too_long(note: str) -> bool:
    """Tell whether a note is longer than one may be, or cannot be written at all: half a character stands in it."""
    written = _written(note)
    return written is None or len(written) > _MOST_BYTES


def _written(text: str) -> bytes | None:
    try:
        return text.encode()
    except UnicodeEncodeError:
        return None


def _decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
