"""A JSON array of objects, read element by element: however long it is, one element is held at a time."""

import codecs
import json
import re
from collections.abc import Iterator
from typing import Any, BinaryIO, NamedTuple

from creditbus.connectors.common import messages as shared
from creditbus.connectors.common.json_values import reason_of
from creditbus.connectors.errors import SourceError
from creditbus.connectors.files import messages
from creditbus.topics.text import said_by

__all__ = ["Element", "begins_array", "elements"]

_BLOCK = 1 << 16
_SPACE = " \t\r\n"
_SIGN = re.compile(r'[\[\]{},"]')
_REST_OF_TEXT = re.compile(r'(?:[^"\\]++|\\.)*+', re.DOTALL)
_BEGIN = re.compile(rb"\s*\[\s*(?:[{\]]|\Z)")


class Element(NamedTuple):
    """One element of the array. ``repr`` shows its place alone."""

    line: int
    """Line on which it begins, from 1."""
    value: Any
    original: str
    """Its text, cut at the limit; kept only where it cannot be read."""
    fault: str
    """Why it cannot be read, for people; empty: it can."""

    def __repr__(self) -> str:
        return f"Element(line={self.line})"


def begins_array(head: bytes) -> bool:
    """Say whether a file is one array of objects, by its first bytes; else it holds one value a line."""
    return _BEGIN.match(head) is not None


def elements(stream: BinaryIO, encoding: str, decoder: json.JSONDecoder, limit: int, place: str) -> Iterator[Element]:
    """Give the elements of an array.

    Args:
        stream: Opened after its byte order mark.
        encoding: Of its bytes.
        decoder: Reads one value; a ValueError of its is a fault of the element alone.
        limit: Longest element in characters.
        place: The file, for errors.

    Raises:
        SourceError: the array is cut off, or something follows it. The elements before have been given then.
    """
    return _Array(stream, encoding, decoder, limit, place).elements()


class _Array:
    def __init__(self, stream: BinaryIO, encoding: str, decoder: json.JSONDecoder, limit: int, place: str) -> None:
        self._stream = stream
        # bytes of no such encoding become halves of characters, which no sound text holds
        self._bytes = codecs.getincrementaldecoder(encoding)("surrogateescape")
        self._encoding = encoding
        self._decoder = decoder
        self._limit = limit
        self._place = place
        self._text = ""
        self._at = 0
        self._line = 1
        self._ended = False

    def elements(self) -> Iterator[Element]:
        while self._next_sign() == "[":
            self._move(self._at + 1)
            while (sign := self._next_sign()) != "]":
                if not sign:
                    raise SourceError(
                        self._place, messages.ARRAY_WITHOUT_END(line=self._line), messages.HAND_IN_AGAIN_FROM_THERE()
                    )
                if sign == ",":
                    self._move(self._at + 1)
                else:
                    yield self._element()
            self._move(self._at + 1)
        if self._next_sign():
            raise SourceError(self._place, messages.AFTER_ARRAY(line=self._line), messages.HAND_IN_AGAIN_FROM_THERE())

    def _element(self) -> Element:
        self._fill(self._limit + 1)
        line, start = self._line, self._at
        try:
            value, end = self._decoder.raw_decode(self._text, start)
        except json.JSONDecodeError as error:
            at = line + self._text.count("\n", start, error.pos)
            return self._refused(line, messages.NOT_JSON_AT_LINE(line=at, said=reason_of(error)))
        except RecursionError:
            return self._refused(line, shared.TOO_DEEP())
        except ValueError as error:
            return self._refused(line, said_by(error))
        if end - start > self._limit:
            return self._refused(line, messages.ELEMENT_TOO_LONG())
        original = self._text[start:end]
        try:
            original.encode()
        except UnicodeEncodeError:
            return self._refused(line, messages.NOT_ENCODED(encoding=self._encoding))
        self._move(end)
        return Element(line, value, "", "")

    def _refused(self, line: int, fault: str) -> Element:
        """Pass over an element by its brackets, to what is after it."""
        kept, size, depth, in_text, is_over = "", 0, 0, False, False
        while not is_over:
            self._fill(_BLOCK)
            end, depth, in_text, is_over = self._boundary(depth, in_text=in_text)
            if end == self._at and self._ended and not is_over:
                raise SourceError(
                    self._place, messages.CUT_IN_ELEMENT(line=line, fault=fault), messages.HAND_IN_AGAIN_FROM_THERE()
                )
            kept += self._text[self._at : end][: self._limit - len(kept)]
            size += end - self._at
            self._move(end)
        fault = fault if size <= self._limit else messages.ELEMENT_TOO_LONG()
        return Element(line, None, kept.strip(_SPACE), fault)

    def _boundary(self, depth: int, *, in_text: bool) -> tuple[int, int, bool, bool]:
        """Look through what is held: where the element ends; else how deep in it the end is, and whether in a text."""
        text, at = self._text, self._at
        while True:
            if in_text:
                rest = _REST_OF_TEXT.match(text, at)
                at = rest.end() if rest else at
                if not text.startswith('"', at):
                    return at, depth, True, False
                in_text, at = False, at + 1
            found = _SIGN.search(text, at)
            if found is None:
                return len(text), depth, False, False
            sign, at = found[0], found.end()
            if depth == 0 and sign in ",]":
                return found.start(), 0, False, True
            in_text = sign == '"'
            depth += (sign in "[{") - (sign in "]}")
            if depth <= 0 and sign in "]}":
                return at, 0, False, True

    def _next_sign(self) -> str:
        while True:
            self._fill(1)
            text = self._text
            at = self._at
            while at < len(text) and text[at] in _SPACE:
                at += 1
            self._move(at)
            if at < len(text):
                return text[at]
            if self._ended:
                return ""

    def _move(self, to: int) -> None:
        self._line += self._text.count("\n", self._at, to)
        self._at = to

    def _fill(self, ahead: int) -> None:
        """Hold this many characters ahead, as far as the stream has them."""
        if self._ended or len(self._text) - self._at >= ahead:
            return
        parts = [self._text[self._at :]]
        size = len(parts[0])
        while size < ahead + _BLOCK and not self._ended:
            block = self._stream.read(_BLOCK)
            self._ended = not block
            parts.append(self._bytes.decode(block, final=self._ended))
            size += len(parts[-1])
        self._text, self._at = "".join(parts), 0
