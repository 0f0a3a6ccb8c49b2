"""The encoding of an answer: what is set, else what its Content-Type says, else UTF-8; and the answer in UTF-8."""

import codecs
from contextlib import suppress

import httpx

from creditbus.connectors.http import messages

__all__ = ["charset_named", "in_utf8"]

_WIDER = dict.fromkeys(("gbk", "gb2312", "hz"), "gb18030")
"""What is called so often holds characters of its successor."""
_LATIN = frozenset({"iso8859-1", "ascii", "cp1252"})
"""Named by servers that nobody has configured; no Chinese text is in one of these."""


_OF_PYTHON = frozenset({"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape"})
"""Rules by which Python writes a text, which no server has."""


def charset_named(name: str) -> str:
    """Return the one name of a charset.

    Raises:
        LookupError: there is none of this name; Python's list also has codecs that are not of texts, such as hex.
    """
    try:
        known = codecs.lookup(name).name
    except ValueError as error:  # the name itself holds NUL, or half a character
        raise LookupError from error
    if known in _OF_PYTHON:
        raise LookupError
    with suppress(UnicodeDecodeError):  # one letter is less than a text of UTF-16 has
        b"a".decode(known)
    return known


def in_utf8(body: bytes, headers: httpx.Headers, charset: str | None) -> bytes:
    """Give an answer in UTF-8.

    Raises:
        ValueError: the charset is not known, or the answer is not in it; the message says where and quotes nothing.
    """
    named = charset or httpx.Response(200, headers=headers).charset_encoding
    if named is None:
        return body
    try:
        known = charset_named(named)
    except LookupError as error:
        raise ValueError(messages.CHARSET_UNKNOWN(charset=named[:40])) from error
    if known == "utf-8" or (charset is None and known in _LATIN and _is_utf8(body)):
        return body
    try:
        return body.decode(_WIDER.get(known, known)).encode()
    except UnicodeDecodeError as error:
        raise ValueError(messages.NOT_AS_SAID_AT(charset=named[:40], byte=error.start + 1)) from error
    except UnicodeError as error:
        raise ValueError(messages.NOT_AS_SAID(charset=named[:40])) from error


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True
