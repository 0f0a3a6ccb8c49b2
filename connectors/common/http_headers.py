"""Which headers HTTP can carry (RFC 9110, 5.5 and 5.6.2)."""

import re

__all__ = ["is_name", "is_value"]

_NAME = re.compile(r"[-!#$%&'*+.^_`|~0-9a-zA-Z]+")
_VALUE = re.compile(r"[^\x00-\x20\x7f](?:[^\x00-\x08\x0a-\x1f\x7f]*[^\x00-\x20\x7f])?")


def is_name(text: str) -> bool:
    """Say whether a header may have this name."""
    return _NAME.fullmatch(text) is not None


def is_value(text: str) -> bool:
    """Say whether a header may say this: no line ends or other control characters, and no blanks around it."""
    return not text or _VALUE.fullmatch(text) is not None
