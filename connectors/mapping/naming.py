"""Which column of a source a mapping means: names are compared whatever their case, blanks and marks.

A database folds the case of its names by rules of its own (PostgreSQL and Hive to lower, Oracle to upper), and so do
programs that write JSON; the catalogue's codes are upper case.
"""

from collections.abc import Iterable

from creditbus.connectors.common.titles import folded
from creditbus.connectors.errors import ConfigurationError
from creditbus.connectors.mapping import messages
from creditbus.topics.text import Text

__all__ = ["Names"]


class Names:
    """The column names of one source.

    Args:
        names: As the source spells them.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._spelled: dict[str, list[str]] = {}
        for name in names:
            self._spelled.setdefault(folded(name), []).append(name)

    def like(self, name: str) -> list[str]:
        """Return every spelling of one name."""
        return self._spelled.get(folded(name), [])

    def first(self, wanted: Iterable[str]) -> str | None:
        """Return the first of the wanted columns that is there, as the source spells it; ``None``: none is.

        Raises:
            ConfigurationError: two columns differ by case alone, so that nobody can say which one is meant.
        """
        for name in wanted:
            found = self.like(name)
            if len(found) > 1:
                problem = messages.DIFFER_BY_CASE()
                raise ConfigurationError(
                    messages.COLUMNS(names=Text(" and ".join(found), "、".join(found))), problem, messages.RENAME_ONE()
                )
            if found:
                return found[0]
        return None
