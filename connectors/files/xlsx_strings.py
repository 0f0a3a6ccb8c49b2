"""The shared texts of a workbook, on disk: a sheet refers to them by number in any order, and there may be millions."""

import re
import tempfile
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import IO, BinaryIO

from creditbus.connectors.xml.safe import BLOCK, SafeParser

__all__ = ["SharedStrings", "escape", "shared_strings", "unescape"]

# what XML cannot hold, or makes another character of; and what would be read as one of these
_HELD_BACK = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_ESCAPED = re.compile(r"_x((?![dD][89a-fA-F])[0-9A-Fa-f]{4})_")
_REMEMBERED = 1024
_BUFFER = 1 << 20


class SharedStrings:
    """Texts by number."""

    def __init__(self, file: IO[bytes], ends: "array[int]", limit: int) -> None:
        self._file = file
        self._ends = ends
        self._limit = limit
        self.get = lru_cache(_REMEMBERED)(self._get)
        """Give a text, ``None`` where there is none of that number. One longer than the limit comes cut there."""

    def _get(self, number: int) -> str | None:
        if not 0 <= number < len(self._ends):
            return None
        start = self._ends[number - 1] if number else 0
        self._file.seek(start)
        raw = self._file.read(min(self._ends[number] - start, 4 * self._limit + 4))
        return raw.decode("utf-8", "ignore")


@contextmanager
def shared_strings(source: BinaryIO | None, place: str, limit: int) -> Iterator[SharedStrings]:
    """Bring the texts to a temporary file.

    Args:
        source: The part that holds them; None: there are none.
        place: The workbook, for errors.
        limit: Of what is longer no more is needed: its row will be refused.
    """
    with tempfile.TemporaryFile(buffering=_BUFFER) as file:
        ends: array[int] = array("q")
        if source is not None:
            _unpack(source, place, file, ends, limit)
            file.flush()
        yield SharedStrings(file, ends, limit)


def _unpack(  # noqa: C901 -- three handlers of one parser
    source: BinaryIO, place: str, file: IO[bytes], ends: "array[int]", limit: int
) -> None:
    end, in_text, phonetic, room = 0, False, False, limit + 1
    parser = SafeParser(place)
    text: list[str] = []

    def start(name: str, _: object) -> None:
        nonlocal in_text, phonetic
        local = name.rpartition(":")[2]
        if local == "t":
            in_text = not phonetic
        elif local == "rPh":
            phonetic = True  # how the text is read aloud, no part of it

    def stop(name: str) -> None:
        nonlocal in_text, phonetic, end, room
        local = name.rpartition(":")[2]
        if local == "t":
            in_text = False
        elif local == "rPh":
            phonetic = False
        elif local == "si":
            raw = unescape("".join(text)).encode("utf-8", "replace")
            text.clear()
            room = limit + 1
            end += file.write(raw)
            ends.append(end)

    def characters(data: str) -> None:
        nonlocal room
        if in_text and room > 0:
            room -= len(data)
            text.append(data)

    parser.on_start(start)
    parser.expat.EndElementHandler = stop
    parser.expat.CharacterDataHandler = characters
    while block := source.read(BLOCK):
        parser.feed(block)
    parser.feed(b"", last=True)


def unescape(text: str) -> str:
    """Read ``_x000D_`` and the like, by which workbooks write characters that XML cannot hold."""
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def escape(text: str) -> str:
    """Write a text as workbooks do, so that `unescape` gives it back."""
    return _HELD_BACK.sub(lambda match: f"_x{ord(match[0]):04X}_", text)
