"""Pages, docstrings, comments and messages are in plain English: words of the house that nobody looks up stay out.

Each pattern below names what to write in its place. Generated pages follow from what they are made of.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import pytest

from tests.documentation import DOCS

_ROOT = DOCS.parent

_PATTERNS: Final[Mapping[str, str]] = {
    r"\bbehind\b(?!:)": "after; `behind` is for what lags",
    r"\bbeside\b": "next to, in addition to, with",
    r"\banew\b": "again",
    r"\btold\b": "reported, said, given, or `is called with`",
    r"\btells? of\b": "reports, names, says about",
    r"\b(?:of|for|to|by|from|with|at) who\b": "of the worker that, of anyone who",
    r"(?<![\w`])Who (?:[a-z]+s|else|can|has)\b": "Anyone who, a department that",
    r"\b(?:is|are|was|were) no (?!longer|more|less|one\b|fewer|later|earlier|different|reason\b)[a-z]+": "is not a",
    r"\b(?:is|are|was|were) none\b(?! of)": "is not one",
    r"\bso (?:many|much|long)\b": "this many, at most `count`",
    r"\bseen to\b": "dealt with, accepted",
    r"\bof no use\b": "does not help",
    r"\bmeant to be it\b": "meant",
    r"\b(?:none|language|one|file|package) of ours\b": "name whose it is",
    r"\b(?:thereof|wherein|whereby|thereby)\b": "of it, in which, by which",
}

_ALLOWED: Final = re.compile(
    r"\b(?:falls?|lags?|is|be|far|left|leaves?|stays|nothing|command|process|run left)\s+behind\b"
    r"|\bthere\s+(?:is|are|was|were)\s+no(?:ne)?\b"
    r"|\bWho\s[^.?]*\?|`who`",
    re.IGNORECASE,
)

_CLEAN: Final = ("avro_schemas", "bench", "connectors", "deploy", "docs", "services", "tests", "topics")
_GENERATED: Final = {"catalogue.md", "errors.md", "metrics.md", "one-event.md"}


_COMPILED: Final = {re.compile(pattern.replace(" ", r"\s+")): instead for pattern, instead in _PATTERNS.items()}


def _texts(path: Path) -> Iterator[tuple[int, str]]:
    """Yield what a page says outside of code, or what a module says in docstrings, comments and messages."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".md":
        blank = re.sub(r"^```.*?^```", lambda found: "\n" * found[0].count("\n"), text, flags=re.MULTILINE | re.DOTALL)
        yield 1, re.sub(r"`[^`\n]*`", "`code`", blank)
        return
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Expr(value=ast.Constant(value=str(said))):
                yield node.lineno, said
            case ast.Call(func=ast.Name(id="Message"), args=[_, ast.Constant(value=str(said))]):
                yield node.lineno, re.sub(r"\{[^}]*\}|`[^`]*`", "x", said)
            case ast.keyword(arg="description", value=ast.Constant(value=str(said))):
                yield node.value.lineno, said
            case ast.Tuple(elts=[ast.Constant(), ast.Constant(), ast.Constant(value=str(said))]):  # a reason
                yield node.lineno, said
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def _words(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield line, word and what to write in its place for each word of the list in a text."""
    judged = _ALLOWED.sub(lambda allowed: re.sub(r"\S", "-", allowed[0]), text)
    for pattern, instead in _COMPILED.items():
        for found in pattern.finditer(judged):
            yield judged.count("\n", 0, found.start()), found[0], instead


def _found(path: Path) -> Iterator[str]:
    for line, text in _texts(path):
        for further, word, instead in _words(text):
            yield f"{path.relative_to(_ROOT)}:{line + further}: {word!r}: {instead}"


def _in(folder: str) -> list[str]:
    paths = sorted(path for path in (_ROOT / folder).rglob("*") if path.suffix in {".md", ".py"})
    return [line for path in paths if path.name not in _GENERATED for line in _found(path)]


@pytest.mark.parametrize("folder", _CLEAN)
def test_a_folder_is_in_plain_english(folder: str) -> None:
    assert _in(folder) == []


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_a_page_is_in_plain_english(page: str) -> None:
    assert list(_found(_ROOT / page)) == []


@pytest.mark.parametrize(
    ("said", "count"),
    [
        ("the row behind it, beside the others", 2),
        ("a store may be behind its changelog", 0),
        ("there is no folder", 0),
        ("it is no folder", 1),
        ("told of who\nasks", 2),
        ("Who waits is counted.", 1),
        ("Who waits for what?", 0),
    ],
)
def test_the_patterns_find_what_they_are_for(said: str, count: int) -> None:
    assert len(list(_words(said))) == count
