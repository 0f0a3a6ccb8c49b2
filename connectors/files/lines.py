"""Lines of a file as bytes, bounded, so that a line of a gigabyte costs no more memory than a long one."""

from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

__all__ = ["Line", "bounded_lines", "count_lines"]

_BLOCK = 1 << 17


class Line(NamedTuple):
    """One line with its end; ``whole`` is false when it was cut at the limit and its rest dropped."""

    raw: bytes
    whole: bool


def bounded_lines(stream: BinaryIO, limit: int) -> Iterator[Line]:
    """Give the lines of a stream. LF, CR LF and CR end one, each as good as the others and in any mixture.

    UTF-8 and GB18030 are safe to cut there: neither byte occurs in a longer character.

    Args:
        stream: Opened after its byte order mark.
        limit: Longest line in bytes, its end included.
    """
    held, is_dropping = b"", False
    while block := stream.read(_BLOCK):
        lines = (held + block).splitlines(keepends=True)
        # a CR at the end of a block may have its LF in the next one
        held = b"" if lines[-1].endswith(b"\n") else lines.pop()
        for raw in lines:
            if is_dropping:
                is_dropping = False
            else:
                yield Line(raw[:limit], len(raw) <= limit)
        if len(held) > limit:
            if not is_dropping:
                yield Line(held[:limit], whole=False)
            is_dropping, held = True, held[-1:] if held.endswith(b"\r") else b""
    if held and not is_dropping:
        # several, where the last block ended in a CR
        yield from (Line(raw[:limit], len(raw) <= limit) for raw in held.splitlines(keepends=True))


def count_lines(stream: BinaryIO) -> int:
    """Count the line ends of a stream."""
    count, last = 0, b""
    for block in iter(lambda: stream.read(_BLOCK), b""):
        count += block.count(b"\n") + block.count(b"\r") - block.count(b"\r\n")
        count -= last == b"\r" and block.startswith(b"\n")
        last = block[-1:]
    return count
