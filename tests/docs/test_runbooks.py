"""Whoever is sent to a runbook finds it: by its path, which exists, and which the list of runbooks names."""

import re
from collections.abc import Iterator
from pathlib import Path

from tests.documentation import DOCS
from tests.product import ROOT, TOPS

_RUNBOOKS = DOCS / "runbooks"
_SENT_TO = re.compile(r"docs/runbooks/([a-z0-9-]+)\.md")
_WITHOUT_PATH = re.compile(r"(?i:runbook)[ :]+[a-z]+-[a-z-]+|手册 ?[a-z]")


def _sources() -> Iterator[Path]:
    for top in TOPS:
        yield from (path for path in (ROOT / top).rglob("*") if path.suffix in {".py", ".md", ".yaml"})


def test_the_product_sends_to_runbooks_that_exist() -> None:
    sent = {name for path in _sources() for name in _SENT_TO.findall(path.read_text("utf-8"))}
    assert sent  # several places do
    assert {name for name in sent if not (_RUNBOOKS / f"{name}.md").is_file()} == set()


def test_the_product_names_no_runbook_without_its_path() -> None:
    assert [str(path) for path in _sources() if _WITHOUT_PATH.search(path.read_text("utf-8"))] == []


def test_every_runbook_is_in_the_list_of_runbooks() -> None:
    listed = (_RUNBOOKS / "README.md").read_text("utf-8")
    written = {page.name for page in _RUNBOOKS.glob("*.md")} - {"README.md"}
    assert {name for name in written if f"]({name})" not in listed} == set()
