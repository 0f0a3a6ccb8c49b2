"""What a position remembers of rows that were read: bounded text, for a position is one record on the bus."""

from collections.abc import Iterator

from creditbus.connectors.sql.values import DIGEST_LENGTH, pack, unpack

__all__ = ["MOST", "Pending", "entries", "entry"]

MOST = 20_000
"""Rows remembered. Beyond it the oldest are forgotten; should they be read again, the bus drops them as duplicates."""


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
    """Make the line of one row: its content's digest and its key."""
    return f"{content}{pack(key)}"


def entries(text: str) -> Iterator[tuple[tuple[object, ...], str]]:
    """Give key and digest of each line."""
    for line in text.removesuffix("\n").split("\n") if text else ():
        yield unpack(line[DIGEST_LENGTH:]), line[:DIGEST_LENGTH]
