"""What a position remembers of rows that were read: bounded text, for a position is one record on the bus."""

from collections.abc import Iterator

from creditbus.connectors.errors import SourceError
from creditbus.connectors.sql import messages
from creditbus.connectors.sql.values import DIGEST_LENGTH, pack, unpack

__all__ = ["Pending", "entries", "entry"]

MOST = 5000
"""Rows remembered; a run settles them after 2,000 at most. Only a preview goes on without settling, and forgets."""
_LONGEST_KEY = 300
"""Bytes of a key: 2,000 of them must fit into one record on the bus."""


class Pending:
    """Lines of text in the order in which they came.

    Args:
        text: What an earlier reading remembered.
        most: Number of lines kept.
    """

    def __init__(self, text: str = "", most: int = MOST) -> None:
        self.text = text
        self._count = text.count("\n")
        self._most = most

    def add(self, line: str) -> None:
        """Remember one line."""
        self.text += line + "\n"
        self._count += 1
        if self._count > self._most:
            self.text = self.text[self.text.index("\n") + 1 :]
            self._count -= 1

    def settle(self, text: str) -> None:
        """Forget what is settled: the text of an earlier moment."""
        if text and self.text.startswith(text):
            self.text = self.text[len(text) :]
            self._count -= text.count("\n")


def entry(key: tuple[object, ...], content: str) -> str:
    """Make the line of one row: its content's digest and its key.

    Raises:
        SourceError: the key is too long for a position.
    """
    packed = pack(key)
    if len(packed.encode()) > _LONGEST_KEY:
        fix = messages.SHORTER_KEY()
        raise SourceError("settings.key", messages.KEY_TOO_LONG(longest_key=_LONGEST_KEY), fix)
    return f"{content}{packed}"


def entries(text: str) -> Iterator[tuple[tuple[object, ...], str]]:
    """Give key and digest of each line."""
    for line in text.removesuffix("\n").split("\n") if text else ():
        yield unpack(line[DIGEST_LENGTH:]), line[:DIGEST_LENGTH]
