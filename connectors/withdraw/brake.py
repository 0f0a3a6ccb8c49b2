"""The brake of `connector withdraw --all`, for every kind of source: half a source looks like many deletions."""

from creditbus.connectors.errors import ConfigurationError

__all__ = ["brake"]

_FEW = 20
"""So many may go at once, of however small a source."""
_SHARE = 10


def brake(chosen: int, known: int) -> None:
    """Stop where more than a tenth of the records that a source held would be withdrawn.

    Args:
        chosen: Records to withdraw.
        known: Records that could have been missed: published, not withdrawn yet, of what was compared.

    Raises:
        ConfigurationError: names the option that goes on.
    """
    if chosen > _FEW and chosen * _SHARE > known:
        problem = f"{chosen:,} of {known:,} records would be withdrawn: is the source whole?"
        raise ConfigurationError("--all", problem, "look at it, then add --many")
