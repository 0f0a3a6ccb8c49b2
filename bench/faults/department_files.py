"""Files of departments in a campaign, and the connectors that read them."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from faults.story import CONSENT, ENTRY, PENALTY, REGISTRATION, SUCCESSION, Step, Story

__all__ = ["Batch", "DepartmentFile", "write_batch"]


class _Kind(NamedTuple):
    department: str
    item: str
    kind: str
    mapping: str
    code: str
    """Column of the subject's code."""


_KINDS: Mapping[str, _Kind] = {
    REGISTRATION: _Kind("market-supervision", "enterprise-registration", "csv", "registration", "UNISCID"),
    PENALTY: _Kind(
        "administrative-enforcement", "administrative-penalty", "jsonl", "dual-publicity-2018-penalties", "CF_XDR_SHXYM"
    ),
    ENTRY: _Kind("credit-office", "red-black-list", "csv", "red-black-lists", "ZTDM"),
    SUCCESSION: _Kind("market-supervision", "subject-succession", "csv", "subject-successions", "QSDM"),
    CONSENT: _Kind("credit-office", "subject-consent", "csv", "consents", "SQRDM"),
}


class DepartmentFile(NamedTuple):
    """A file and its connector's configuration."""

    name: str
    rows: int
    connector: Path


class Batch(NamedTuple):
    """Files of one story, and the registrations that come late, from elsewhere.

    Attributes:
        files: registrations first, the largest last.
        late: to be published when the files are through.

    """

    files: Sequence[DepartmentFile]
    late: list[Step]


def write_batch(folder: Path, number: int, story: Story, size: int) -> Batch:
    """Write the next `size` events of a story."""
    steps = list(islice(story.steps(), size))
    late = [step for step in steps if step.late] + story.rest()
    files = []
    for kind in (REGISTRATION, SUCCESSION, ENTRY, CONSENT, PENALTY):
        rows = [_row(step, kind) for step in steps if step.kind == kind and not step.late]
        if rows:
            files.append(_write(folder, f"{kind}-{number:03}", _KINDS[kind], rows))
    return Batch(files, late)


def _row(step: Step, kind: str) -> dict[str, Any]:
    return {**step.event["content"], _KINDS[kind].code: step.event["claim"]["uscc"]}


def _write(folder: Path, name: str, kind: _Kind, rows: list[dict[str, Any]]) -> DepartmentFile:
    path = folder / f"{name}.{kind.kind}"
    with path.open("w", encoding="utf-8", newline="") as file:
        if kind.kind == "jsonl":
            file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        else:
            writer = csv.DictWriter(file, list(dict.fromkeys(column for row in rows for column in row)))
            writer.writeheader()
            writer.writerows(rows)
    configuration = {
        "id": name,
        "department": kind.department,
        "item": kind.item,
        "kind": kind.kind,
        "settings": {"path": str(path)},
        "mapping": kind.mapping,
    }
    connector = folder / f"{name}.yaml"
    connector.write_text(json.dumps(configuration, ensure_ascii=False), encoding="utf-8")
    return DepartmentFile(path.name, len(rows), connector)
