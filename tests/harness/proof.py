"""What a feed got because views changed: a run in which it got nothing of the kind proves nothing."""

from typing import Any

__all__ = ["CONSENTED", "SIGNS", "sign_of"]

_ENDED, _RESTATED = "publication ended", "restated"
CONSENTED = "withheld for CONSENT"
SIGNS = (_RESTATED, "withheld for DISTRICT", CONSENTED, "withheld for GRANT", "withheld for VALUE", _ENDED)
"""Records of a feed that no event brought, or none alone."""


def sign_of(record: dict[str, Any]) -> str:
    """Tell which of SIGNS a record of a feed is, by its part `record`; empty: none."""
    if record["withheld_for"] is not None:
        return f"withheld for {record['withheld_for']}"
    if record["verb"] == "EXPIRE":
        return _ENDED
    return _RESTATED if record["change"] == "RESTATED" else ""
