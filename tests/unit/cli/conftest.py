"""Commands without servers."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _no_wait_for_a_bus_that_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command looks for what the city has published first, here at an address that nobody listens on."""
    monkeypatch.setattr("creditbus.services.cli.declared._PATIENCE_MS", 1)
