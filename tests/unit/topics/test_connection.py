from __future__ import annotations

import json
from pathlib import Path

import pytest

from creditbus.topics.connection import Connection
from creditbus.topics.errors import ConfigurationError

WHO = "user:secret"
WRITTEN = {"bootstrap_servers": "a:1", "registry_url": "http://b:2/api/", "redis_url": "redis://:secret@c:3/0"}


def environment(home: Path, **given: str) -> dict[str, str]:
    return {"CREDITBUS_HOME": str(home), **given}


def test_addresses_come_from_the_endpoints_file(tmp_path: Path) -> None:
    (tmp_path / "endpoints.json").write_text(json.dumps(WRITTEN))
    connection = Connection.from_environment(environment(tmp_path))
    assert connection == Connection("a:1", "http://b:2/api", "redis://:secret@c:3/0", tmp_path)


def test_addresses_have_moved_when_the_file_names_others(tmp_path: Path) -> None:
    file = tmp_path / "endpoints.json"
    file.write_text(json.dumps(WRITTEN))
    connection = Connection.from_environment(environment(tmp_path))
    assert connection.moved() is None
    file.unlink()
    assert connection.moved() is None, "the servers are down"
    file.write_text(json.dumps(WRITTEN | {"registry_url": "http://b:3/api/"}))
    now = connection.moved()
    assert now is not None
    assert now == Connection("a:1", "http://b:3/api", "redis://:secret@c:3/0", tmp_path)
    assert now.moved() is None


def test_only_addresses_that_come_from_the_file_and_are_needed_move(tmp_path: Path) -> None:
    file = tmp_path / "endpoints.json"
    file.write_text(json.dumps(WRITTEN))
    given = environment(tmp_path, CREDITBUS_BOOTSTRAP_SERVERS="z:9")
    whole, department = (Connection.from_environment(given, store=store) for store in (True, False))
    file.write_text(json.dumps(WRITTEN | {"bootstrap_servers": "a:9"}))
    assert (whole.moved(), department.moved()) == (None, None)
    file.write_text(json.dumps(WRITTEN | {"redis_url": "redis://c:4/0"}))
    assert department.moved() is None
    assert whole.moved() is not None


def test_the_environment_wins_key_by_key(tmp_path: Path) -> None:
    (tmp_path / "endpoints.json").write_text(json.dumps(WRITTEN))
    connection = Connection.from_environment(environment(tmp_path, CREDITBUS_BOOTSTRAP_SERVERS="z:9"))
    assert (connection.bootstrap_servers, connection.redis_url) == ("z:9", WRITTEN["redis_url"])


def test_no_file_is_read_when_the_environment_says_all(tmp_path: Path) -> None:
    (tmp_path / "endpoints.json").write_text("not JSON")
    given = {f"CREDITBUS_{key.upper()}": value for key, value in WRITTEN.items()}
    assert Connection.from_environment(environment(tmp_path, **given)).bootstrap_servers == "a:1"


def test_a_missing_address_is_named_with_its_remedy(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"^CREDITBUS_REGISTRY_URL: .*creditbus up") as caught:
        Connection.from_environment(environment(tmp_path, CREDITBUS_BOOTSTRAP_SERVERS="a:1"))
    assert caught.value.place == "CREDITBUS_REGISTRY_URL"


@pytest.mark.parametrize("content", ["not JSON", "[]", '{"redis_url": 1}'])
def test_a_damaged_endpoints_file_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "endpoints.json").write_text(content)
    with pytest.raises(ConfigurationError, match=r"endpoints\.json: "):
        Connection.from_environment(environment(tmp_path))


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("redis_url", "127.0.0.1:6379"),
        ("redis_url", "localhost"),
        ("redis_url", "http://localhost:6379"),
        ("redis_url", "redis://"),
        ("redis_url", "redis://host:port/0"),
        ("redis_url", "redis://:secret@[::1/0"),
        ("redis_url", "redis://c:3/0#1"),
        ("registry_url", "http://b:2/api?x=1#y"),
        ("redis_url", "unix://"),
        ("registry_url", "b:2/api"),
        ("registry_url", "redis://b:2"),
        ("registry_url", "https:///api"),
        ("bootstrap_servers", "a"),
        ("bootstrap_servers", "a:1,"),
        ("bootstrap_servers", ":9092"),
        ("bootstrap_servers", "a:99999"),
        ("bootstrap_servers", "PLAINTEXT://a:9092"),
    ],
)
def test_what_is_no_address_is_named_with_the_way_to_write_it(tmp_path: Path, name: str, address: str) -> None:
    variable = f"CREDITBUS_{name.upper()}"
    (tmp_path / "endpoints.json").write_text(json.dumps(WRITTEN))
    with pytest.raises(ConfigurationError, match=f"^{variable}: .*write it as") as caught:
        Connection.from_environment(environment(tmp_path, **{variable: address}))
    assert "secret" not in str(caught.value)
    (tmp_path / "endpoints.json").write_text(json.dumps(WRITTEN | {name: address}))
    with pytest.raises(ConfigurationError, match=rf"endpoints\.json: {name}: .*write it as"):
        Connection.from_environment(environment(tmp_path))


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("redis_url", f"rediss://{WHO}@c:3/0"),
        ("redis_url", "redis://c"),
        ("redis_url", "unix:///run/redis.sock"),
        ("registry_url", f"https://{WHO}@b/api"),
        ("bootstrap_servers", "a:1,127.0.0.1:2"),
    ],
)
def test_addresses_of_every_form_are_taken(tmp_path: Path, name: str, address: str) -> None:
    (tmp_path / "endpoints.json").write_text(json.dumps(WRITTEN | {name: address}))
    assert getattr(Connection.from_environment(environment(tmp_path)), name) == address


def test_blanks_between_servers_mean_nothing(tmp_path: Path) -> None:
    (tmp_path / "endpoints.json").write_text(json.dumps(WRITTEN | {"bootstrap_servers": "a:1, b:2"}))
    assert Connection.from_environment(environment(tmp_path)).bootstrap_servers == "a:1,b:2"


def test_a_password_is_not_shown(tmp_path: Path) -> None:
    (tmp_path / "endpoints.json").write_text(json.dumps(WRITTEN))
    assert "secret" not in repr(Connection.from_environment(environment(tmp_path)))


def test_the_default_home_is_below_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".creditbus").mkdir()
    (tmp_path / ".creditbus" / "endpoints.json").write_text(json.dumps(WRITTEN))
    assert Connection.from_environment({}).home == tmp_path / ".creditbus"
