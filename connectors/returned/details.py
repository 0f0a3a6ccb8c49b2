"""Why a row could not be read, in both languages: on the bus it is a text in English."""

from __future__ import annotations

from typing import Final

from creditbus.connectors.common import messages as common
from creditbus.connectors.files import messages as files
from creditbus.connectors.http import messages as http
from creditbus.connectors.run import messages as run
from creditbus.connectors.sql import messages as sql
from creditbus.connectors.xml import messages as xml
from creditbus.topics import messages as shared
from creditbus.topics.text import Text
from creditbus.topics.translation import Translator, messages_of

__all__ = ["in_both"]

_SAID: Final = Translator(
    [
        *messages_of(files, xml, http, sql, run, common),
        http.OF_PATH,
        shared.PLACE_PROBLEM_FIX,
        shared.PLACE_PROBLEM,
    ]
)
"""What our kinds of sources say of rows; where a file of a folder cannot be read at all, it is the whole error."""


def in_both(detail: str) -> Text:
    """Return the detail of a row that could not be read; of another party's kind of source, as it is."""
    return _SAID.translated(detail)
