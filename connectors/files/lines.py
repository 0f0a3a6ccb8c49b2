"""Lines of a file as bytes, bounded, so that a line of a gigabyte costs no more memory than a long one."""

from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

__all__ = ["Line", "bounded_lines", "sniff_encoding"]

_UTF8_MARK = b"\xef\xbb\xbf"
_SAMPLE_BYTES = 262_144
_LONGEST_CHARACTER = 4


class Line(NamedTuple):
    """One line with its end; ``whole`` is false when it was cut at the limit and its rest dropped."""

    raw: bytes
    whole: bool


def bounded_lines(stream: BinaryIO, limit: int) -> Iterator[Line]:
    """Give the lines of a stream, without a UTF-8 byte order mark.

    GB18030 is safe to cut at 0x0A: that byte occurs in no longer character.

    Args:
        stream: Opened at its start.
        limit: Longest line in bytes, its end included.
    """
    first = True
    while raw := stream.readline(limit):
        whole = raw.endswith(b"\n") or len(raw) < limit
        if not whole:
            while (rest := stream.readline(limit)) and not rest.endswith(b"\n"):
                pass
        if first:
            raw = raw.removeprefix(_UTF8_MARK)
            first = False
        yield Line(raw, whole)


def sniff_encoding(stream: BinaryIO) -> str:
    """Tell UTF-8 from GB18030 by the first quarter megabyte.

    Text in GB18030 that is valid UTF-8 by chance is, at that length, pure ASCII and reads the same.
    """
    sample = stream.read(_SAMPLE_BYTES)
    for cut in range(_LONGEST_CHARACTER):
        try:
            sample[: len(sample) - cut].decode("utf-8")
        except UnicodeDecodeError:
            if len(sample) < _SAMPLE_BYTES:
                return "gb18030"
        else:
            return "utf-8"
    return "gb18030"
