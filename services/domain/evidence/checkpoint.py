"""What the head of a tree says, as the text that is signed: C2SP tlog-checkpoint."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

from creditbus.services.domain.evidence.merkle import HASH_BYTES

__all__ = ["Checkpoint", "is_noted", "read_checkpoint"]

_FIXED_LINES = 3
_SIZE_DIGITS = 20
"""Of the largest number of 64 bits."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Head of a tree.

    Attributes:
        origin: which tree it is, in the whole world; without line breaks.
        size: number of leaves.
        root: the tree's root.
        extensions: further lines, which the signature covers; none of them empty.

    """

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def text(self) -> str:
        """Return the body of the note."""
        lines = (self.origin, str(self.size), base64.b64encode(self.root).decode(), *self.extensions)
        return "".join(f"{line}\n" for line in lines)


def read_checkpoint(text: str) -> Checkpoint | None:
    """Read the body of a note; None where it is not a checkpoint."""
    if not text.endswith("\n"):
        return None
    lines = text[:-1].split("\n")
    if len(lines) < _FIXED_LINES or not all(lines):
        return None
    origin, size, root, *extensions = lines
    if not (size.isascii() and size.isdecimal() and len(size) <= _SIZE_DIGITS) or str(int(size)) != size:
        return None
    try:
        digest = base64.b64decode(root, validate=True)
    except (binascii.Error, ValueError):
        return None
    return Checkpoint(origin, int(size), digest, tuple(extensions)) if len(digest) == HASH_BYTES else None


def is_noted(note: str, checkpoint: Checkpoint) -> bool:
    """Tell whether the text of a note is a checkpoint; nothing is said of the note's signature."""
    body, separator, _ = note.rpartition("\n\n")
    return bool(separator) and read_checkpoint(body + "\n") == checkpoint
