"""Business registration number (工商注册号), GS 15-2006: fifteen digits, the last by ISO 7064 MOD 11,10.

Replaced by the unified social credit code in 2015 and still found in older records. Its check is never a reason to
refuse a record.
"""

from stdnum.iso7064 import mod_11_10

__all__ = ["LENGTH", "check_digit", "is_shaped", "is_valid"]

LENGTH = 15


def is_shaped(text: str) -> bool:
    """Tell whether a text has the form of a registration number."""
    return len(text) == LENGTH and text.isascii() and text.isdigit()


def check_digit(body: str) -> str:
    """Compute the last digit from the fourteen before it."""
    return mod_11_10.calc_check_digit(body)


def is_valid(code: str) -> bool:
    """Tell whether a code has the form and the right check digit."""
    return is_shaped(code) and check_digit(code[:-1]) == code[-1]
