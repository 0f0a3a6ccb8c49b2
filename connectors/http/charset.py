"""The encoding of an answer: what is set, else what its Content-Type says, else UTF-8; and the answer in UTF-8."""

import codecs

import httpx

from creditbus.connectors.http import messages

__all__ = ["in_utf8"]

_WIDER = dict.fromkeys(("gbk", "gb2312", "hz"), "gb18030")
"""What is called so often holds characters of its successor."""
_LATIN = frozenset({"iso8859-1", "ascii", "cp1252"})
"""Named by servers that nobody has configured; no Chinese text is in one of these."""


def in_utf8(body: bytes, headers: httpx.Headers, charset: str | None) -> bytes:
    """Give an answer in UTF-8.

    Raises:
        ValueError: the charset is not known, or the answer is not in it; the message says where and quotes nothing.
    """
    named = charset or httpx.Response(200, headers=headers).charset_encoding
    if named is None:
        return body
    try:
        known = codecs.lookup(named).name
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
