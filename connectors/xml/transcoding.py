"""XML in any encoding that departments use, as UTF-8: expat reads neither GB18030 nor what is damaged."""

import codecs
import re
from collections.abc import Iterator
from typing import BinaryIO

from creditbus.connectors.errors import SourceError
from creditbus.connectors.xml import messages
from creditbus.connectors.xml.safe import BLOCK

__all__ = ["DAMAGE", "declared_encoding", "utf8_blocks"]

DAMAGE = "\U0010fffd"
"""Stands where bytes were none of the encoding, or a character that XML forbids: the last one for private use, which no
sound message holds. Its record is refused, the others are not."""

_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._\-]{1,40})["']""")
_KNOWN = {
    **dict.fromkeys(("utf-8", "utf8", "us-ascii", "ascii"), "utf-8"),
    **dict.fromkeys(("gb18030", "gbk", "gb2312", "gb_2312-80", "cp936", "x-gbk"), "gb18030"),
    **dict.fromkeys(("utf-16", "utf-16le", "utf-16be"), "utf-16"),
    **dict.fromkeys(("iso-8859-1", "windows-1252"), "cp1252"),
    "big5": "big5hkscs",
}
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_REFERENCE = re.compile("&#(?:x0*([0-9A-Fa-f]{1,8})|0*([0-9]{1,8}));")
_UNFINISHED = re.compile("&[#x0-9A-Fa-f]{0,24}\\Z")
"""A reference that the end of a block may have cut."""
_LONGEST = 32
_LAST = 0x10FFFF
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def declared_encoding(head: bytes, place: str) -> str:
    """Tell the encoding by byte order mark, else by the declaration, else UTF-8.

    Raises:
        SourceError: the declaration names one that is not known.
    """
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    match = _DECLARED.match(head)
    name = match[1].decode("ascii").lower() if match else "utf-8"
    if name not in _KNOWN:
        raise SourceError(place, messages.UNKNOWN_ENCODING(name=name), messages.USE_UTF8())
    return _KNOWN[name]


def utf8_blocks(stream: BinaryIO, encoding: str) -> Iterator[bytes]:
    """Give a stream in UTF-8, block by block; damage is marked, not repaired."""
    decoder = codecs.getincrementaldecoder(encoding)(_HANDLER)
    held = ""
    while block := stream.read(BLOCK):
        text = held + decoder.decode(block)
        cut = _UNFINISHED.search(text, max(0, len(text) - _LONGEST))
        held = cut[0] if cut else ""
        yield _marked(text[: len(text) - len(held)])
    yield _marked(held + decoder.decode(b"", final=True))


def _marked(text: str) -> bytes:
    return _FORBIDDEN.sub(DAMAGE, _REFERENCE.sub(_referred, text) if "&#" in text else text).encode()


def _referred(match: re.Match[str]) -> str:
    """Mark a reference to what is not a character, over which a parser would give up the whole file."""
    code = int(match[1], 16) if match[1] else int(match[2])
    return DAMAGE if code > _LAST or _FORBIDDEN.match(chr(code)) else match[0]


def _mark(error: UnicodeError) -> tuple[str, int]:
    if isinstance(error, UnicodeDecodeError):
        return DAMAGE, error.end
    raise error


_HANDLER = "creditbus-damage"
codecs.register_error(_HANDLER, _mark)
