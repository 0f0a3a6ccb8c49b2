from __future__ import annotations

import pytest

from creditbus.topics.errors import ConfigurationError
from creditbus.topics.server_ports import PORTS_SCHEMA, AskedPort, server_ports
from tests.json_schema import schema_faults


def _place(key: str) -> str:
    return f"city.yaml:7: ports.{key}"


def test_ports_keep_the_place_that_asks_for_them_and_none_asks_for_none() -> None:
    assert server_ports({"kafka": 9092, "redis": None}, _place) == {"kafka": AskedPort(9092, _place("kafka"))}


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
        server_ports(given, _place)
    assert str(caught.value).startswith(said)
    assert list(schema_faults(PORTS_SCHEMA, given))


def test_what_the_schema_admits_is_admitted() -> None:
    given = dict.fromkeys(PORTS_SCHEMA["properties"])
    assert list(schema_faults(PORTS_SCHEMA, given)) == []
    assert server_ports(given, _place) == {}


def test_two_servers_have_two_ports() -> None:
    with pytest.raises(ConfigurationError, match=r"ports\.redis: port 9092 is given to kafka already; give each"):
        server_ports({"kafka": 9092, "redis": 9092}, _place)
