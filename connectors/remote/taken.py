"""The position of a remote folder: which files are taken whole, and how far the one in hand is read."""

from collections.abc import Collection, Mapping

from creditbus.connectors.contract import Position
from creditbus.connectors.folder.arrivals import DIGEST_CHARACTERS
from creditbus.connectors.remote.store import MARK_CHARACTERS

__all__ = ["Taken"]

_REMEMBERED = 4096
"""Contents; the marks of files that are there are all remembered."""


class Taken:
    """How far a folder was read.

    A content is known by its digest, which tells a file that was renamed or dropped again; a file that is still there
    as it was, by its mark, so that nothing is copied to find out that it was read before.

    Args:
        position: Where to go on; ``None``: at the start.

    Attributes:
        current: digest of the file in hand; empty: none.
        mark: its mark.
        within: the last row taken of it, as its reader counts.
    """

    def __init__(self, position: Position | None) -> None:
        found: Mapping[str, int | str | None] = position if isinstance(position, Mapping) else {}
        self._digests = _cut(str(found.get("taken") or ""), DIGEST_CHARACTERS)
        self._marks = _cut(str(found.get("marks") or ""), MARK_CHARACTERS)
        self._texts = self._written()
        self.current, self.mark = str(found.get("file") or ""), str(found.get("mark") or "")
        member, row = found.get("member"), found.get("row")
        self.within: Position | None = {"member": member, "row": row} if member is not None else row

    def has_content(self, digest: str) -> bool:
        """Say whether a file of this content is taken whole."""
        return digest in self._digests

    def has_state(self, mark: str) -> bool:
        """Say whether the file that has this mark is taken whole."""
        return mark in self._marks

    def begin(self, digest: str, mark: str, present: Collection[str]) -> None:
        """Take a new file in hand, and forget the oldest contents and the marks of files that are gone."""
        self._digests = dict.fromkeys([*self._digests][-_REMEMBERED:])
        self._marks = dict.fromkeys(known for known in self._marks if known in present)
        self._texts = self._written()
        self.current, self.mark, self.within = digest, mark, None

    def finish(self) -> None:
        """Note that the file in hand is taken whole."""
        self._digests[self.current] = None
        self.learn(self.mark)
        self.current, self.mark, self.within = "", "", None

    def learn(self, mark: str) -> None:
        """Note that the content of a file is taken already."""
        self._marks[mark] = None
        self._texts = self._written()

    def at(self, within: Position | None) -> Position:
        """Write the position down, at a row of the file in hand."""
        inside = within if isinstance(within, Mapping) else {"row": within if isinstance(within, int) else None}
        return {**self._texts, "file": self.current, "mark": self.mark, **inside}

    def after(self) -> Position:
        """Write down the position at which the file in hand is taken whole."""
        texts = {"taken": self._texts["taken"] + self.current, "marks": self._texts["marks"] + self.mark}
        return {**texts, "file": "", "mark": "", "row": None}

    def _written(self) -> dict[str, str]:
        # once for each file and not for each row: it grows with the number of files
        return {"taken": "".join(self._digests), "marks": "".join(self._marks)}


def _cut(text: str, size: int) -> dict[str, None]:
    return dict.fromkeys(text[at : at + size] for at in range(0, len(text), size))
