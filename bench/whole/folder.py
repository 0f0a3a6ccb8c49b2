"""Declarations as large as a measurement wants: more partitions, departments or feeds than the package declares."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, NamedTuple

import yaml

__all__ = ["Size", "department", "made", "subscribers"]

#: The made-up parties' ids all have this length, so that a stamped event keeps its own.
_ID = "bench-{:03}"


class Size(NamedTuple):
    """What the folder declares.

    Attributes:
        partitions: of every topic.
        departments: at least this many; the package's own are among them.
        feeds: exactly this many, each admitting everything; None keeps the package's own.

    """

    partitions: int = 4
    departments: int = 0
    feeds: int | None = None


def department(number: int) -> str:
    """Return the id of the n-th made-up department."""
    return _ID.format(number)


def made(folder: Path, size: Size) -> Path:
    """Write the declarations into a folder and return it."""
    with as_file(files("creditbus.topics")) as own:
        for name in ("departments", "subscribers"):
            shutil.copytree(own / name, folder / name)
        city = yaml.safe_load((own / "city.yaml").read_text(encoding="utf-8"))
    (folder / "city.yaml").write_text(_dump(city | {"partitions": size.partitions}), encoding="utf-8")
    for number in range(len(list((folder / "departments").iterdir())), size.departments):
        _write(folder / "departments", department(number), _department(department(number)))
    if size.feeds is not None:
        widest = yaml.safe_load((folder / "subscribers" / "agency-xinda.yaml").read_text(encoding="utf-8"))
        subscribers(folder, {department(number): widest for number in range(size.feeds)})
    return folder


def subscribers(folder: Path, documents: Mapping[str, Mapping[str, Any]]) -> None:
    """Write subscribers by their ids into a folder of declarations, in place of those that it has."""
    shutil.rmtree(folder / "subscribers")
    (folder / "subscribers").mkdir()
    for identity, document in documents.items():
        _write(folder / "subscribers", identity, {**document, "id": identity})


def _department(identity: str) -> dict[str, Any]:
    name = {"zh": f"示例部门{identity}", "en": identity}
    return {"id": identity, "name": name, "uscc": None, "contact": "示例岗", "speaks_for": ["all"]}


def _write(folder: Path, identity: str, document: dict[str, Any]) -> None:
    (folder / f"{identity}.yaml").write_text(_dump(document), encoding="utf-8")


def _dump(document: Any) -> str:
    text: str = yaml.safe_dump(document, allow_unicode=True)
    return text
