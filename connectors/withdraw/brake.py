"""The brake of `connector withdraw --all`, for every kind of source: half a source looks like many deletions."""

from creditbus.connectors.errors import ConfigurationError
from creditbus.connectors.withdraw import messages

__all__ = ["brake"]

_FEW = 20
"""This many may go at once, of however small a source."""
_SHARE = 10


def brake(chosen: int, known: int) -> None:
    """Stop where more than a tenth of the records that a source held would be withdrawn.

    Args:
        chosen: Records to withdraw.
        known: Records that could have been missed: published, not withdrawn yet, of what was compared.

    Raises:
        ConfigurationError: names the option that goes on.
    """
    # Withdrawing by itself below a share was not taken: the one row that matters is in every share. Compared were the
    # records of the files that the run read, else last year's would make the tenth larger (docs/adr/0023).
    if chosen > _FEW and chosen * _SHARE > known:
        problem = messages.TOO_MANY_WITHDRAWN(chosen=chosen, known=known)
        raise ConfigurationError("--all", problem, messages.ADD_MANY())
