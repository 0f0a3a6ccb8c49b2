"""What a declared grant can never get is said with the plan, which goes on."""

import json
from pathlib import Path

import pytest

from creditbus.deploy.bus import BusPlan
from creditbus.services.cli import main as cli
from creditbus.services.cli.topics.admission import admission_warnings
from creditbus.topics.city import current_city, read_city, use_city
from creditbus.topics.plan import Plan
from tests.unit.cli.topics.test_entitlement import city

__all__ = ["city"]

_FILE = "subscribers/department-housing.yaml"
_SAID = ": a consent of the subject is needed, and the file states no `uscc` by which one could name the subscriber"


@pytest.fixture
def mute(city: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A subscriber that consents cannot name, and nothing to do on the bus; the place of the mistake."""
    path = city / _FILE
    path.write_text(path.read_text("utf-8").replace("consent: false", "consent: true"), encoding="utf-8")
    use_city(read_city(city))
    monkeypatch.setenv("CREDITBUS_BOOTSTRAP_SERVERS", "nobody:1")
    monkeypatch.setenv("CREDITBUS_REGISTRY_URL", "http://nobody:1")
    done = BusPlan(Plan(1, (), (), (), (), ()), 3, ())
    monkeypatch.setattr("creditbus.deploy.bus.plan_bus", lambda _: done)
    monkeypatch.setattr("creditbus.deploy.bus.apply_bus", lambda _: done)
    monkeypatch.setattr("creditbus.services.cli.topics.app.wait_for_lanes", lambda *_: (0, 0))
    line = path.read_text("utf-8").splitlines().index("  consent: true") + 1
    return f"{_FILE}:{line}: grant.consent"


@pytest.mark.parametrize("command", ["plan", "apply"])
def test_a_subscriber_that_no_consent_can_name_is_said_with_a_plan(
    command: str, mute: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["topics", command, "--lang", "en"]) == 0
    (line,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("! ")]
    assert mute + _SAID in line
    assert line.endswith("; state its unified social credit code as `uscc`, next to `kind`")
    assert cli.main(["topics", command, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["warnings"] == [line.removeprefix("! ")]


def test_the_example_city_declares_nothing_in_vain() -> None:
    assert current_city().root.joinpath(_FILE).is_file()
    assert list(admission_warnings()) == []
