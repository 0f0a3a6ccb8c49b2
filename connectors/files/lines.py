"""Lines of a file as bytes, bounded, so that a line of a gigabyte costs no more memory than a long one."""

from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

__all__ = ["Line", "bounded_lines", "count_lines"]

_BLOCK = 1 << 20


class Line(NamedTuple):
    """One line with its end; ``whole`` is false when it was cut at the limit and its rest dropped."""

    raw: bytes
    whole: bool


def bounded_lines(stream: BinaryIO, limit: int) -> Iterator[Line]:
    """Give the lines of a stream.

    UTF-8 and GB18030 are safe to cut at 0x0A: that byte occurs in no longer character.

    Args:
        stream: Opened behind its byte order mark.
        limit: Longest line in bytes, its end included.
    """
    while raw := stream.readline(limit):
        whole = raw.endswith(b"\n") or len(raw) < limit
        if not whole:
            while (rest := stream.readline(limit)) and not rest.endswith(b"\n"):
                pass
        yield Line(raw, whole)


def count_lines(stream: BinaryIO) -> int:
    """Count the line ends of a stream."""
    return sum(block.count(b"\n") for block in iter(lambda: stream.read(_BLOCK), b""))
