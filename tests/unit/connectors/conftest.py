"""A fictional department's connector, written to a folder."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Write = Callable[..., Path]


@pytest.fixture
def write_connector(tmp_path: Path) -> Write:
    """Write rows and a connector for them; keyword arguments replace keys of the configuration."""

    def write(rows: str, **changes: Any) -> Path:
        (tmp_path / "rows.csv").write_text(rows, encoding="utf-8")
        configuration = {
            "id": "lists",
            "department": "credit-office",
            "item": "red-black-list",
            "kind": "csv",
            "settings": {"path": "rows.csv"},
            "mapping": "red-black-lists",
            **changes,
        }
        file = tmp_path / "lists.yaml"
        file.write_text(json.dumps(configuration, ensure_ascii=False, indent=1), encoding="utf-8")
        return file

    return write
