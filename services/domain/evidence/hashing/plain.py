"""The function of this package by Python's own library."""

from __future__ import annotations

from hashlib import sha256

__all__ = ["digest"]


def digest(first: bytes, second: bytes = b"") -> bytes:
    """Return the SHA-256 of two parts, one after the other."""
    return sha256(first + second if second else first).digest()
