"""SHA-256 of a few bytes, some millions of times.

Evidence takes three hashes of each record, two of them over less than 200 bytes. `hashlib` makes an object for each,
and OpenSSL a context for that, which takes longer than the hashing. `_compiled` calls the functions below these. It is
used where it was built and the machine has them, `plain` elsewhere; tests hold the two equal.
"""

from __future__ import annotations

try:
    from creditbus.services.domain.evidence.hashing._compiled import digest
except ImportError:
    from creditbus.services.domain.evidence.hashing.plain import digest

__all__ = ["digest"]
