"""Titles of columns as people write them: compared without what stands around and between their characters."""

import re

from creditbus.services.domain.invisible import OUTSIDE
from creditbus.services.domain.normalise import half_width

__all__ = ["folded"]

_BLANKS = dict.fromkeys(map(ord, OUTSIDE))
_MARKS = re.compile(r"[*★☆※]|[(\[{【〔](?:非?必[填录需]项?|选[填录]项?|可选|可空)[)\]}】〕]")


def folded(title: str) -> str:
    r"""Return the form in which two titles of one column are equal.

    That is whatever their case, line ends, blanks, full or half width, asterisks, and notes such as （必填）.

    >>> folded("*主体\n代码（必填）") == folded("主体 代码"), folded("cf_WSH")
    (True, 'cf_wsh')
    """
    return _MARKS.sub("", half_width(title).translate(_BLANKS)).casefold()
