"""README.zh-CN.md says what README.md says: the same sections, commands, files, programs, settings and links."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from tests.documentation import DOCS

_ENGLISH = (DOCS.parent / "README.md").read_text(encoding="utf-8")
_CHINESE = (DOCS.parent / "README.zh-CN.md").read_text(encoding="utf-8")
_FENCED = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_COMMENT = re.compile(r"\s*(?:(?<!\$)#|//)\s.*$", re.MULTILINE)
_CHARACTER = re.compile(r"[\u4e00-\u9fff]")


def _programs(page: str) -> list[tuple[str, str]]:
    """The blocks of code without their comments; what commands print is not code."""
    return [(kind, _COMMENT.sub("", text)) for kind, text in _FENCED.findall(page) if kind]


def test_both_have_the_same_sections() -> None:
    levels = [re.findall(r"^(#+) ", _FENCED.sub("", page), re.MULTILINE) for page in (_ENGLISH, _CHINESE)]
    assert levels[0] == levels[1]


def test_both_have_the_same_commands_files_and_programs() -> None:
    assert _programs(_CHINESE) == _programs(_ENGLISH)


@pytest.mark.parametrize(
    ("what", "pattern"),
    [
        ("links", r"\]\(([^)\s]+)\)"),
        ("commands", r"`(creditbus [^`]+)`"),
        ("names and settings", r"`([A-Za-z][\w.*-]*[._][\w.*]+)`"),
        ("options", r"`[^`\n]*?(--[a-z-]+)[^`\n]*`"),
        ("versions and numbers", r"(?<![\w.])(\d+(?:\.\d+)*)(?!\w|\.\d)"),
    ],
)
def test_both_name_the_same(what: str, pattern: str) -> None:
    texts = [_FENCED.sub("", page) for page in (_ENGLISH, _CHINESE)]
    english, chinese = (Counter(re.findall(pattern, text)) for text in texts)
    readmes = {"README.md", "README.zh-CN.md"}
    different = {name for name in english | chinese if english[name] != chinese[name]} - readmes
    assert different == set(), what


def test_every_paragraph_is_translated() -> None:
    paragraphs = [text for text in _FENCED.sub("", _CHINESE).split("\n\n") if text.strip()]
    plain = [text for text in paragraphs if not _CHARACTER.search(text)]
    assert plain == ["# creditbus", "[English](README.md)"]
