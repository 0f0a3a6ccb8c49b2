"""Legacy codes as keys: what a record may name its subject by when it has no unified social credit code.

A key is ``<scheme>:<code>``: ``org:`` organisation code (nine characters), ``reg:`` business registration number
(fifteen digits), ``inst:`` certificate of a public institution, ``soc:`` certificate of a social organisation. A tax
number of fifteen characters is division (6) and organisation code (9), hence ``org:``.
"""

from creditbus.services.domain.identifiers import organisation_code, registration_no

__all__ = [
    "by_shape",
    "institution_key",
    "organisation_key",
    "registration_key",
    "social_organisation_key",
    "tax_key",
]

_TAX_NO_LENGTH = 15
_DIVISION_LENGTH = 6


def by_shape(text: str) -> str | None:
    """Give the key of a legacy code in the column of the unified social credit code; None if it has no such shape.

    Fifteen digits are a registration number, nine characters (ten with a hyphen) an organisation code.
    """
    return registration_key(text) or organisation_key(text)


def organisation_key(text: str) -> str | None:
    """Give the key of an organisation code, with or without hyphen; None for another shape."""
    return f"org:{organisation_code.compact(text)}" if organisation_code.is_shaped(text) else None


def registration_key(text: str) -> str | None:
    """Give the key of a registration number; None for another shape."""
    return f"reg:{text}" if registration_no.is_shaped(text) else None


def tax_key(text: str) -> str | None:
    """Give the key of a tax number of division and organisation code; None for another shape."""
    if len(text) != _TAX_NO_LENGTH or not text[:_DIVISION_LENGTH].isdigit():
        return None
    return organisation_key(text[_DIVISION_LENGTH:])


def institution_key(text: str) -> str | None:
    """Give the key of an institution's certificate number (twelve digits); None for another shape."""
    return f"inst:{text}" if len(text) == 12 and text.isascii() and text.isdigit() else None  # noqa: PLR2004 # its form


def social_organisation_key(text: str) -> str | None:
    """Give the key of a social organisation's certificate number, whose form differs by registry; None when empty."""
    return f"soc:{text}" if text else None
