"""A text in English that one of our messages made is shown in Chinese, too."""

from __future__ import annotations

import pytest

from creditbus.topics.text import Message, Text
from creditbus.topics.translation import Translator

_LINE = Message("第 {line} 行：{fault}", "line {line}: {fault}")
_NUL = Message("含有 NUL 字节", "holds a NUL byte")
_ROWS = Message("跳过 {count:,} 行", "passed over: {count:row}")
_PAIR = Message("{place}：{problem}", "{place}: {problem}")
_KNOWN = Translator((_PAIR, _LINE, _NUL, _ROWS))


@pytest.mark.parametrize(
    "text",
    [
        _NUL(),
        _LINE(line=3, fault=_NUL()),
        _LINE(line=3, fault="words of somebody else"),
        _ROWS(count=1),
        _ROWS(count=2000),
        _PAIR(place="a.csv", problem=_LINE(line=1, fault=_NUL())),
    ],
)
def test_a_message_is_known_again_with_what_stands_within_it(text: Text) -> None:
    assert _KNOWN.translated(str(text)).zh == text.zh != str(text)


@pytest.mark.parametrize("text", ["", "words of somebody else", "a.csv: is odd", "line three"])
def test_any_other_text_stays_as_it_is(text: str) -> None:
    assert _KNOWN.translated(text).zh == text
