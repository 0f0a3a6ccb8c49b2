"""What `connector check` says of the bus."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

import pytest

from creditbus.connectors.errors import UserError
from creditbus.connectors.setup import checks
from creditbus.connectors.setup.configuration import load_connector
from creditbus.topics.connection import Connection
from tests.unit.connectors.conftest import Write


def test_a_registry_that_does_not_answer_is_told_once(
    write_connector: Write, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def away(_: object) -> NoReturn:
        raise UserError("kafka", "does not answer")

    monkeypatch.setattr(checks, "admin", away)
    bus = Connection("127.0.0.1:1", "http://127.0.0.1:1", "", tmp_path)
    found = list(checks.check_bus(load_connector(write_connector("")), bus))
    assert [(one.subject, one.ok) for one in found] == [("registry", False), ("broker", False)]
