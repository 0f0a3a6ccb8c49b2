"""What the operating system says of a file or a port, in both languages where it is one of the usual reasons."""

from __future__ import annotations

import errno
from collections.abc import Mapping
from typing import Final

from creditbus.topics import messages
from creditbus.topics.text import Message, Text

__all__ = ["reason_of"]

_USUAL: Final[Mapping[int, Message]] = {
    errno.ENOENT: messages.NO_SUCH_FILE,
    errno.EACCES: messages.NO_PERMISSION,
    errno.EPERM: messages.NO_PERMISSION,
    errno.EISDIR: messages.IS_A_DIRECTORY,
    errno.ENOTDIR: messages.NOT_A_DIRECTORY,
    errno.EEXIST: messages.FILE_EXISTS,
    errno.ENAMETOOLONG: messages.NAME_TOO_LONG,
    errno.EROFS: messages.READ_ONLY,
    errno.ENOSPC: messages.NO_SPACE,
    errno.EADDRINUSE: messages.ADDRESS_IN_USE,
}


def reason_of(error: Exception) -> Text:
    """Return why the system refused; of an unusual reason, or an error that is not the system's, its own words."""
    if not isinstance(error, OSError) or error.strerror is None:
        return _quoted(str(error))
    usual = _USUAL.get(error.errno or 0)
    return Text(error.strerror, usual().zh) if usual else _quoted(error.strerror)


def _quoted(words: str) -> Text:
    """Mark words that nobody of ours chose as a quotation, for a reader of Chinese."""
    return Text(words, f"“{words}”")
