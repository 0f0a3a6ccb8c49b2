from __future__ import annotations

from pathlib import Path

import pytest

from creditbus.topics.document import read
from creditbus.topics.errors import ConfigurationError
from creditbus.topics.server_ports import PORTS_SCHEMA, AskedPort, read_server_ports, server_ports
from tests.json_schema import schema_faults


def _place(key: str) -> str:
    return f"city.yaml:7: ports.{key}"


def _wrong(key: str, problem: str, fix: str) -> ConfigurationError:
    return ConfigurationError(_place(key), problem, fix)


def test_ports_keep_the_place_that_asks_for_them_and_none_asks_for_none() -> None:
    assert server_ports({"kafka": 9092, "redis": None}, _wrong) == {"kafka": AskedPort(9092, _place("kafka"))}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"kafca": 9092}, "city.yaml:7: ports.kafca: 'kafca' is not a server; did you mean kafka?"),
        ({"kafka": 80}, "city.yaml:7: ports.kafka: 80 is not a port; give a whole number from 1024 to 65535"),
        ({"kafka": 65536}, "city.yaml:7: ports.kafka: 65536 is not a port; "),
        ({"kafka": True}, "city.yaml:7: ports.kafka: True is not a port; "),
        ({"kafka": "9092"}, "city.yaml:7: ports.kafka: '9092' is not a port; "),
    ],
)
def test_what_is_wrong_is_named_and_the_schema_refuses_it_too(given: dict[str, object], said: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        server_ports(given, _wrong)
    assert str(caught.value).startswith(said)
    assert list(schema_faults(PORTS_SCHEMA, given))


def test_what_the_schema_admits_is_admitted() -> None:
    given = dict.fromkeys(PORTS_SCHEMA["properties"])
    assert list(schema_faults(PORTS_SCHEMA, given)) == []
    assert server_ports(given, _wrong) == {}


def test_two_servers_have_two_ports() -> None:
    with pytest.raises(ConfigurationError, match=r"ports\.redis: port 9092 is given to kafka already; give each"):
        server_ports({"kafka": 9092, "redis": 9092}, _wrong)


def test_a_section_of_a_file_is_read_with_its_lines(tmp_path: Path) -> None:
    file = tmp_path / "city.yaml"
    file.write_text("ports:\n  kafka: 19092\n  redis:\n", encoding="utf-8")
    section = read(file).section("ports")
    assert read_server_ports(section) == {"kafka": AskedPort(19092, f"{file}:2: ports.kafka")}
    section.finish()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("redis: 19092", "port 19092 is given to kafka already; give each server a port of its own"),
        ("redis: 70000", "70000 is not a port; give a whole number from 1024 to 65535"),
        ("redis: x", "must be a whole number, 1024 or more, and is 'x'"),
        ("reddis: 1", "'reddis' is not a server; did you mean redis?"),
    ],
)
def test_what_is_wrong_in_a_section_is_named_by_file_line_and_key(line: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / "city.yaml"
    file.write_text(f"ports:\n  kafka: 19092\n  {line}\n", encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        read_server_ports(read(file).section("ports"))
    assert str(caught.value) == f"{file}:3: ports.{line.partition(':')[0]}: {said}"
