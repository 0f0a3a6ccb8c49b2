"""The signature of a request: anyone without the secret can neither forge a request nor send an old one again. Pure."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from typing import Final

__all__ = ["SIGNATURE", "signature"]

#: Header that carries it.
SIGNATURE: Final = "Creditbus-Signature"


def signature(secrets: Sequence[bytes], timestamp: int, body: bytes) -> str:
    """Return the header's value: `t=` and the moment, then `v1=` and HMAC-SHA256 in hexadecimal for each secret.

    What is signed is the moment in decimal digits, a point, and the body.

    Args:
        secrets: one; while it is being changed two, of which the receiver knows one.
        timestamp: seconds since 1970 UTC.
        body: of the request, as it is sent.

    """
    signed = b"%d." % timestamp + body
    return ",".join([f"t={timestamp}", *(f"v1={hmac.digest(secret, signed, 'sha256').hex()}" for secret in secrets)])
