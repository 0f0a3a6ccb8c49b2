"""Commands judge by the day at which a trial holds its workers, but where an option says another."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from creditbus.deploy import bus
from creditbus.services.cli import main as cli
from creditbus.services.cli import objections, profile, quality
from creditbus.services.cli.topics import app as topics
from creditbus.services.cli.topics import effects
from creditbus.services.cli.trace import command as trace
from creditbus.services.cli.trace import rows, running
from creditbus.services.query import quality as query_quality
from creditbus.services.worker.city_day import DAY_VARIABLE

HELD = date(2018, 2, 3)
SAID = date(2017, 5, 6)


class JudgedError(Exception):
    """A command came as far as the day."""


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., list[date]]:
    """Give the days by which a command would judge."""
    monkeypatch.setenv(DAY_VARIABLE, HELD.isoformat())
    monkeypatch.setenv("CREDITBUS_BOOTSTRAP_SERVERS", "127.0.0.1:1")
    monkeypatch.setenv("CREDITBUS_REGISTRY_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("CREDITBUS_HOME", str(tmp_path))
    found: list[date] = []

    def note(*said: Any, **_: Any) -> None:
        found.extend(day for one in said for day in (one if type(one) is tuple else (one,)) if type(day) is date)
        raise JudgedError

    for module in (objections, profile, quality):
        monkeypatch.setattr(module, "connected", lambda **_: None)
    monkeypatch.setattr(objections, "_read", note)
    monkeypatch.setattr(profile, "_read", note)
    monkeypatch.setattr(query_quality, "read_quality", note)
    monkeypatch.setattr(topics, "refuse_entitlement_faults", lambda: None)
    monkeypatch.setattr(bus, "plan_bus", lambda _: None)
    monkeypatch.setattr(topics, "_print_plan", lambda *_: None)
    monkeypatch.setattr(effects, "planned_effects", note)
    monkeypatch.setattr(trace, "connector_named", lambda *_: None)
    monkeypatch.setattr(rows, "row_named", lambda *_: None)
    monkeypatch.setattr(running, "traced", note)

    def run(*command: str) -> list[date]:
        cli.main([*command])
        return found

    return run


@pytest.mark.parametrize(
    ("command", "option"),
    [
        (("profile", "show", "x", "--as", "agency-xinda"), "--on"),
        (("objections", "list"), None),
        (("topics", "plan"), "--on"),
        (("quality",), None),
        (("trace", "lists", "--row", "1"), "--today"),
    ],
)
def test_a_command_judges_by_the_held_day_unless_it_is_given_one(
    judged: Callable[..., list[date]], command: tuple[str, ...], option: str | None
) -> None:
    assert judged(*command) == [HELD]
    if option is not None:
        assert judged(*command, option, SAID.isoformat()) == [HELD, SAID]
