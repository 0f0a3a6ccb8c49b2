"""Citizen identification number (公民身份号码), GB 11643-1999, and the fifteen digits that were used before it."""

from stdnum.iso7064 import mod_11_2

from creditbus.services.domain.normalise import parse_date
from creditbus.services.domain.reasons import Reason

__all__ = ["LEGACY_LENGTH", "LENGTH", "fault", "upgrade"]

LENGTH = 18
LEGACY_LENGTH = 15


def fault(text: str) -> Reason | None:
    """Give the first thing wrong with a number, None when it is valid.

    In this order: ``ID_LENGTH``, ``ID_LOWER_CASE`` (a final ``x``), ``ID_CHARSET`` (also a birth date that does not
    exist), ``ID_CHECK_DIGIT``. Fifteen digits have no check digit; their birth date lies in the twentieth century.
    """
    if len(text) == LEGACY_LENGTH:
        return None if _has_birth_date(text, "19" + text[6:12]) else Reason.ID_CHARSET
    if len(text) != LENGTH:
        return Reason.ID_LENGTH
    if text[-1] == "x":
        return Reason.ID_LOWER_CASE
    if text[-1] not in "0123456789X" or not _has_birth_date(text[:-1], text[6:14]):
        return Reason.ID_CHARSET
    return None if mod_11_2.calc_check_digit(text[:-1]) == text[-1] else Reason.ID_CHECK_DIGIT


def upgrade(text: str) -> str:
    """Give the eighteen-character form of a valid number: one person has one identity, whichever form a record uses."""
    if len(text) == LENGTH:
        return text
    body = f"{text[:6]}19{text[6:]}"
    return body + mod_11_2.calc_check_digit(body)


def _has_birth_date(digits: str, birth: str) -> bool:
    if not (digits.isascii() and digits.isdigit()):
        return False
    return parse_date(f"{birth[:4]}-{birth[4:6]}-{birth[6:]}") is not None
