"""Which encoding a file of text is in, and its bytes in one that lines can be cut in."""

import codecs
import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, Literal

from creditbus.connectors.files.blob import Blob

__all__ = ["Encoding", "TextEncoding", "find_encoding", "text_stream"]

TextEncoding = Literal["utf-8", "gb18030", "utf-16-le", "utf-16-be"]
Encoding = Literal["auto", "utf-8", "gb18030", "utf-16-le", "utf-16-be"]

_MARKS: tuple[tuple[bytes, TextEncoding], ...] = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SAMPLE_BYTES = 262_144
_LEAST_NULS, _ENOUGH_NULS = 4, 20
"""One byte in this many: text of 16-bit characters without a mark has a NUL in each digit, delimiter and line end."""


def find_encoding(blob: Blob) -> TextEncoding:
    """Tell the encodings apart by byte order mark, else by the first quarter megabyte that is not pure ASCII.

    UTF-8 or GB18030 is decided by the lines: a file in UTF-8 with a few damaged bytes stays UTF-8, so that these lines
    are refused and no line is misread; a line in GB18030 is valid UTF-8 by rare chance only.
    """
    with blob.open() as stream:
        sample = stream.read(_SAMPLE_BYTES)
        for mark, encoding in _MARKS:
            if sample.startswith(mark):
                return encoding
        if wide := _wide(sample):
            return wide
        while sample.isascii():
            sample = stream.read(_SAMPLE_BYTES)
            if not sample:
                return "utf-8"
        sample += stream.readline(_SAMPLE_BYTES)  # so that no character is cut
    lines = [line for line in sample.splitlines() if not line.isascii()]
    sound = sum(map(_is_utf8, lines))
    return "utf-8" if sound * 2 > len(lines) else "gb18030"


@contextmanager
def text_stream(blob: Blob, encoding: TextEncoding) -> Iterator[tuple[BinaryIO, str]]:
    """Open a file after its byte order mark; give its bytes, and the encoding that they are in now.

    UTF-16 comes as UTF-8: in it a line end is two bytes, of which each occurs in other characters, too. What is no
    UTF-16 comes as no UTF-8, for its line to be refused.
    """
    with blob.open() as stream:
        head = stream.read(len(codecs.BOM_UTF8))
        mark = next((mark for mark, of in _MARKS if of == encoding and head.startswith(mark)), b"")
        rest = _Rest(head[len(mark) :], stream)
        if encoding.startswith("utf-16"):
            yield io.BufferedReader(_AsUtf8(rest, encoding)), "utf-8"
        else:
            yield io.BufferedReader(rest, _SAMPLE_BYTES), encoding


def _wide(sample: bytes) -> TextEncoding | None:
    pairs = len(sample) // 2
    if sample.count(0) < max(_LEAST_NULS, pairs // _ENOUGH_NULS):
        return None
    low, high = sample[0::2].count(0), sample[1::2].count(0)
    if max(low, high) < 10 * min(low, high) + 1:
        return None  # NULs on both sides: no text of this sort
    return "utf-16-le" if high > low else "utf-16-be"


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


class _Rest(io.RawIOBase):
    """Bytes already read, then the stream after them."""

    def __init__(self, head: bytes, stream: BinaryIO) -> None:
        self._head = head
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview[int]") -> int:  # type: ignore[override] # any writable buffer
        taken = self._head[: len(buffer)] or self._stream.read(len(buffer))
        self._head = self._head[len(taken) :]
        buffer[: len(taken)] = taken
        return len(taken)


class _AsUtf8(io.RawIOBase):
    """UTF-16 as UTF-8; a lone surrogate or half a character as bytes that UTF-8 never has."""

    def __init__(self, source: _Rest, encoding: str) -> None:
        self._source = source
        self._decoder = codecs.getincrementaldecoder(encoding)("surrogatepass")
        self._ready = b""
        self._ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview[int]") -> int:  # type: ignore[override] # any writable buffer
        while not self._ready and not self._ended:
            block = self._source.read(_SAMPLE_BYTES) or b""
            self._ended = not block
            try:
                self._ready = self._decoder.decode(block, final=self._ended).encode("utf-8", "surrogatepass")
            except UnicodeDecodeError:
                self._ready = b"\xff"
        taken = self._ready[: len(buffer)]
        self._ready = self._ready[len(taken) :]
        buffer[: len(taken)] = taken
        return len(taken)
