"""Which of the proposals of `connector vanished` a person names, for every kind of source."""

from collections.abc import Iterable
from typing import Protocol, TypeVar

from creditbus.connectors.errors import ConfigurationError
from creditbus.connectors.withdraw import messages

__all__ = ["Keyed", "chosen_of"]


class Keyed(Protocol):
    """A proposal."""

    @property
    def key(self) -> str:
        """Hexadecimal, in lower case."""


_Proposal = TypeVar("_Proposal", bound=Keyed)


def chosen_of(found: Iterable[_Proposal], keys: Iterable[str]) -> list[_Proposal]:
    """Return the proposals that keys name, each by its first characters in any case, and each once.

    Raises:
        ConfigurationError: a key names none, or more than one.
    """
    known, chosen = list(found), dict[str, _Proposal]()
    for key in keys:
        named = [one for one in known if one.key.startswith(key.lower())]
        if len(named) != 1:
            problem = messages.NO_PROPOSAL() if not named else messages.SEVERAL_PROPOSALS(count=len(named))
            raise ConfigurationError(f"--keys {key}", problem, messages.SEE_VANISHED())
        chosen[named[0].key] = named[0]
    return list(chosen.values())
