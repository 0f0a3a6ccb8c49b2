"""At a dangerous place the code says what was tried or not taken, and names the page of the decision that says more."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import pytest

from tests.documentation import DOCS

_ROOT: Final = DOCS.parent
_PAGES: Final = {page.name[:4]: page for page in sorted((DOCS / "adr").glob("0*.md"))}

_DANGEROUS: Final[Mapping[str, tuple[str, ...]]] = {
    "connectors/files/number_format.py": ("0025",),
    "connectors/files/xls.py": ("0025",),
    "connectors/files/xlsx_sheet.py": ("0025",),
    "connectors/mapping/persons.py": ("0026",),
    "connectors/memory/__init__.py": ("0023",),
    "connectors/memory/noted_run.py": ("0008",),
    "connectors/memory/run_judge.py": ("0008",),
    "connectors/publish/publisher.py": ("0028",),
    "connectors/returned/refusals.py": ("0020",),
    "connectors/returned/resent.py": ("0023",),
    "connectors/run/active_run.py": ("0020", "0023"),
    "connectors/sql/compare.py": ("0020",),
    "connectors/sql/known.py": ("0020",),
    "connectors/sql/staging.py": ("0020",),
    "connectors/sql/watermark.py": ("0020",),
    "connectors/withdraw/brake.py": ("0023",),
    "connectors/withdraw/withdrawals.py": ("0023",),
    "deploy/embedded/kafka.py": ("0013", "0014"),
    "deploy/embedded/redis.py": ("0032",),
    "services/domain/event.py": ("0010",),
    "services/domain/identifiers/persons.py": ("0026",),
    "services/domain/profile/record.py": ("0008", "0032"),
    "services/domain/profile/record_acts.py": ("0021",),
    "services/domain/profile/succession.py": ("0022",),
    "services/domain/tokens.py": ("0011",),
    "services/engine/codec/event_codec.py": ("0003",),
    "services/engine/codec/scan/__init__.py": ("0017",),
    "services/engine/consume/consumer_thread.py": ("0029",),
    "services/engine/consume/fetch_sessions.py": ("0019",),
    "services/engine/consume/fetcher.py": ("0019",),
    "services/engine/consume/long_polling.py": ("0018",),
    "services/engine/packing/__init__.py": ("0017",),
    "services/engine/produce/transaction.py": ("0001", "0014"),
    "services/engine/produce/vectored_write.py": ("0017",),
    "services/engine/run/app.py": ("0001",),
    "services/engine/run/assignment.py": ("0001",),
    "services/engine/run/backoff.py": ("0029",),
    "services/engine/run/computation.py": ("0017", "0030"),
    "services/engine/run/lane.py": ("0012",),
    "services/engine/run/losses.py": ("0028",),
    "services/engine/run/pipeline.py": ("0002", "0012", "0030"),
    "services/engine/run/range_owner.py": ("0001", "0016", "0024"),
    "services/engine/run/runtime.py": ("0016",),
    "services/engine/run/start_offset.py": ("0024",),
    "services/engine/run/watchdog.py": ("0029",),
    "services/engine/store/lookup.py": ("0007",),
    "services/engine/store/memory_store.py": ("0002",),
    "services/engine/store/redis_store.py": ("0002", "0012"),
    "services/engine/store/stored_offsets.py": ("0024",),
    "services/fanout/showing.py": ("0009",),
    "services/fanout/step.py": ("0009",),
    "services/intake/step.py": ("0007",),
    "services/query/accounts.py": ("0028",),
    "services/query/backlog.py": ("0028",),
    "services/domain/evidence/continuity.py": ("0009",),
    "services/query/own_progress.py": ("0024",),
    "services/resolver/joining.py": ("0022",),
    "services/resolver/owners.py": ("0007",),
    "services/subscriber/sql/postgres_copying.py": ("0049",),
    "services/worker/guard.py": ("0029",),
    "services/worker/person_key.py": ("0011",),
    "topics/compatibility.py": ("0004",),
}
"""Modules in which a change that looks harmless loses, doubles or shows what it must not, or costs a multiple."""


@pytest.mark.parametrize("module", _DANGEROUS)
def test_a_dangerous_place_names_its_decision(module: str) -> None:
    said = _named_in(module)
    assert [page for page in _DANGEROUS[module] if page not in said] == []


def test_every_decision_that_the_code_names_is_there() -> None:
    paths = [
        path for folder in ("connectors", "deploy", "services", "topics") for path in (_ROOT / folder).rglob("*.py")
    ]
    named = {number for path in paths for number in re.findall(r"adr/(\d{4})", path.read_text(encoding="utf-8"))}
    assert sorted(named - _PAGES.keys()) == []


def _named_in(module: str) -> set[str]:
    """Return the numbers of the pages that a module names, also a second one: "docs/adr/0012 and 0030"."""
    lines = [line for line in (_ROOT / module).read_text(encoding="utf-8").splitlines() if "adr/" in line]
    return {number for line in lines for number in re.findall(r"\b0\d{3}\b", line)}


def test_a_decision_that_names_a_module_is_named_there() -> None:
    naming = [
        (number, module)
        for number, page in _PAGES.items()
        for module in re.findall(
            r"`((?:connectors|deploy|services|topics)/[\w/]+\.py)`", page.read_text(encoding="utf-8")
        )
    ]
    missing = [f"{number}: {module}" for number, module in naming if number not in _named_in(module)]
    assert missing == []
