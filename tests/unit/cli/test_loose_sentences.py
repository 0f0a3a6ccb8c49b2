"""No sentence for a person stands in the code: each is in a catalogue of messages, in both languages.

A text of two or more English words that is neither a docstring, a line of a log, SQL, a description in a schema nor
part of a `repr` counts as one. What is left of these is named below, with the reason why nobody is shown it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import pytest

_ROOT: Final = Path(__file__).parents[3]
_FOLDERS: Final = ("avro_schemas", "connectors", "deploy", "services", "topics")
_WORDS: Final = re.compile(r"[A-Za-z]{2,},? [a-z]{2,}")

_COMMAND: Final = re.compile(r"`[^`]*`|creditbus [a-z ]*")
_SQL: Final = re.compile(r"\b(?:SELECT|INSERT|UPDATE|DELETE|CREATE|DROP|ALTER|PRAGMA|FROM|WHERE)\b")
_LOGS: Final = frozenset({"debug", "info", "warning", "error", "exception", "critical", "log"})

_NOT_SHOWN: Final[Mapping[str, str]] = {
    "avro_schemas/composition.py": "documentation within a schema",
    "connectors/conformance.py": "for the author of a kind of source, in a test",
    "connectors/files/delimited.py": "an AssertionError",
    "connectors/mapping/page": "examples of YAML",
    "connectors/publish/decoder.py": "a record that is passed over",
    "connectors/publish/progress.py": "a record that is passed over",
    "connectors/returned/sheets.py": "a number format",
    "connectors/sql/drivers.py": "names of packages",
    "connectors/sql/table.py": "a TypeError",
    "deploy/demo/run.py": "markup of a colour",
    "deploy/embedded/redis.py": "a file of settings",
    "services/cli/connector/app.py": "a description in a JSON Schema",
    "services/domain/": "an error of the domain, which its caller turns into a reason or a message",
    "services/engine/": "an error of the engine: it goes into the log and decides what happens next",
    "services/evidence/feed_metrics.py": "help of a metric",
    "services/fanout/step.py": "an event that is refused with a reason",
    "services/interpreted.py": "an import that failed",
    "services/local/places.py": "a LookupError, in a test",
    "services/query/quality_metrics.py": "help of a metric",
    "services/worker/declared.py": "what a worker waits for: it goes into the log",
    "services/worker/guard.py": "a name of a thread",
}


def _passed(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what in a node is not for a person who uses the product."""
    match node:
        case ast.Expr(value=ast.Constant()):
            yield node.value
        case (
            ast.FunctionDef(name="__repr__")
            | ast.Call(func=ast.Name(id="Text"), args=[_, _])
            | ast.keyword(arg="description")
            | ast.Dict(keys=[ast.Constant(value="zh"), ast.Constant(value="en")])
        ):
            yield from ast.walk(node)
        case ast.Call(func=ast.Attribute(attr=name)) if name in _LOGS:
            yield from ast.walk(node)
        case ast.Call(func=ast.Attribute(attr="Option"), keywords=keywords):  # of a command that help does not show
            yield from (found for one in keywords if one.arg == "help" for found in ast.walk(one))


def _loose(path: Path) -> Iterator[tuple[int, str]]:
    """Yield line and text of each sentence that stands in a module."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    passed = {found for node in ast.walk(tree) for found in _passed(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in passed:
            text = _COMMAND.sub("·", node.value)
            if _WORDS.search(text) and not _SQL.search(text):
                yield node.lineno, node.value


def _modules() -> list[str]:
    paths = [path for folder in _FOLDERS for path in (_ROOT / folder).rglob("*.py")]
    names = [path.relative_to(_ROOT).as_posix() for path in paths if "messages" not in path.as_posix()]
    return sorted(name for name in names if not name.endswith(("domain/reasons.py", "catalogue/remedies.py")))


def _allowed(name: str) -> str | None:
    return next((start for start in _NOT_SHOWN if name.startswith(start)), None)


def test_no_sentence_stands_outside_of_the_catalogues_of_messages() -> None:
    shown = [name for name in _modules() if not _allowed(name)]
    loose = [f"{name}:{line}: {text!r}" for name in shown for line, text in _loose(_ROOT / name)]
    assert loose == [], "give them a message in both languages"


def test_every_exception_is_needed() -> None:
    used = {_allowed(name) for name in _modules() if any(_loose(_ROOT / name))}
    assert sorted(_NOT_SHOWN.keys() - used) == []


@pytest.mark.parametrize(
    ("code", "count"),
    [
        ('raise SourceError(place, "cannot be read at all")', 1),
        ('raise SourceError(place, f"holds {count} rows too many")', 1),
        ('print(f"creditbus connector run {name}")', 0),
        ('def f():\n    """Say what is wrong."""', 0),
        ('_log.info("starts to read")', 0),
        ('Field(description="Name of the column.")', 0),
        ('Text("is not there", "不存在")', 0),
        ('Text("is not there")', 1),
    ],
)
def test_a_loose_sentence_is_found(code: str, count: int, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(code, encoding="utf-8")
    assert len(list(_loose(tmp_path / "a.py"))) == count
