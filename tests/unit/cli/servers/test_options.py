"""Options of `creditbus up`: each goes before the city's file, and a wrong one starts nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from creditbus.services.cli import main as cli
from creditbus.services.cli.servers.options import wanted
from creditbus.topics.server_ports import AskedPort

_CITY = {"kafka": AskedPort(19092, "city.yaml: ports.kafka"), "redis": AskedPort(16379, "city.yaml: ports.redis")}


def test_an_option_goes_before_the_city_and_a_base_in_place_of_it() -> None:
    asked = wanted(["kafka=21000"], None, None, None, _CITY)
    assert asked.ports == {"kafka": AskedPort(21000, "--port kafka"), "redis": _CITY["redis"]}
    asked = wanted([], 22000, None, None, _CITY)
    assert (asked.ports, asked.base, asked.listening) == ({}, AskedPort(22000, "--port-base"), None)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            ["--port", "kafka"],
            "--port: 'kafka' is not a server and a port; write it as --port kafka=9092; the servers are",
        ),
        (["--port", "kafka=80"], "--port kafka: 80 is not a port; give a whole number from 1024 to 65535"),
        (["--port", "redis=x"], "--port redis: 'x' is not a port; "),
        (["--port", "rediss=7000"], "--port rediss: 'rediss' is not a server; did you mean redis?"),
        (
            ["--advertise", "bus.example"],
            "--advertise: only this machine reaches the servers, so that a name for others",
        ),
        (["--listen", "nowhere"], "--listen: 'nowhere' is not an IPv4 address; addresses of this machine: "),
        (["--port-base", "65534"], "--port-base: redis would have port 65536; the highest port is 65535"),
    ],
)
def test_a_wrong_option_is_one_line_and_starts_nothing(
    options: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CREDITBUS_HOME", str(tmp_path / "home"))
    assert cli.main(["up", *options]) == 2
    shown = capsys.readouterr().err
    assert shown.startswith(f"creditbus: {said}")
    assert shown.count("\n") == 1
    assert not (tmp_path / "home").exists()
