"""Suites of signatures: Ed25519 of ours, and others that a city's own package adds by an entry point."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import entry_points
from typing import Final, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

__all__ = ["ED25519", "SUITE_GROUP", "Suite", "suites"]

SUITE_GROUP: Final = "creditbus.signatures"
"""Group of entry points; each names an object that is a `Suite`. The name of the entry point is the suite's. What a
city that is bound to SM2 adds, and what stays SHA-256 nevertheless: docs/adr/0036-feed-manifests.md."""


class Suite(Protocol):
    """A way to sign.

    Attributes:
        name: as manifests name it.
        kind: first bytes of its keys in notes: 1 for Ed25519, else 255 and a name (C2SP signed-note).

    """

    name: str
    kind: bytes

    def generate(self) -> bytes:
        """Return a new secret key."""

    def public(self, secret: bytes) -> bytes:
        """Return the public key of a secret one."""

    def sign(self, secret: bytes, text: bytes) -> bytes:
        """Return the signature of a text."""

    def verify(self, public: bytes, text: bytes, signature: bytes) -> bool:
        """Tell whether a signature is right; a key or a signature of the wrong form is not."""


class _Ed25519:
    name = "ed25519"
    kind = b"\x01"

    def generate(self) -> bytes:
        return Ed25519PrivateKey.generate().private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())

    def public(self, secret: bytes) -> bytes:
        key = Ed25519PrivateKey.from_private_bytes(secret).public_key()
        return key.public_bytes(Encoding.Raw, PublicFormat.Raw)

    def sign(self, secret: bytes, text: bytes) -> bytes:
        return Ed25519PrivateKey.from_private_bytes(secret).sign(text)

    def verify(self, public: bytes, text: bytes, signature: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(signature, text)
        except (InvalidSignature, ValueError):
            return False
        return True


ED25519: Final[Suite] = _Ed25519()


def suites() -> Mapping[str, Suite]:
    """Return all suites by name."""
    found: dict[str, Suite] = {ED25519.name: ED25519}
    for entry in entry_points(group=SUITE_GROUP):
        found.setdefault(entry.name, entry.load())
    return found
