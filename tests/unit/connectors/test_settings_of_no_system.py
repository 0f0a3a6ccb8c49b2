"""Hosts, waits and paths that no system has are errors of the settings, by name, for every kind that has such."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from creditbus.connectors.setup.faults import said_of
from creditbus.connectors.setup.kinds import kind_named
from creditbus.topics.text import in_language

_HTTP = {"url": "http://example.org/rows"}
_SFTP = {"url": "sftp://example.org/inbox"}
_FTP = {"url": "ftp://example.org/inbox"}
_S3 = {"url": "s3://bucket/inbox", "endpoint": "http://example.org:9000"}
_KAFKA = {"bootstrap_servers": "a:9092", "topic": "t"}
_KINDS: dict[str, dict[str, Any]] = {
    "http": _HTTP,
    "remote-folder": _SFTP,
    "kafka": _KAFKA,
    "files": {"path": "a.csv"},
    "folder": {"path": "a"},
}


def _faults(kind: str, **changes: Any) -> str:
    with pytest.raises(ValidationError) as error:
        kind_named(kind).settings.model_validate({**_KINDS[kind], **changes})
    for fault in error.value.errors():
        said = said_of(fault)
        assert in_language(said, "zh") != in_language(said, "en"), "not in the words of the library"
    return "; ".join(str(said_of(fault)) for fault in error.value.errors())


_HOSTS = ["a..b", "a%20b", "a^b", "a%zz", "a" * 64 + ".org", ".".join(["abcdefgh"] * 30)]
_ADDRESSES: list[tuple[str, Callable[[str], dict[str, Any]]]] = [
    ("http", lambda host: {"url": f"http://{host}/rows"}),
    ("remote-folder", lambda host: {"url": f"ftp://{host}/inbox"}),
    ("remote-folder", lambda host: {"url": f"webdavs://{host}/inbox"}),
    ("remote-folder", lambda host: {**_S3, "endpoint": f"https://{host}:9000"}),
    ("kafka", lambda host: {"format": "avro", "registry": f"http://{host}"}),
]
_NAMES = ["http", "ftp", "webdavs", "endpoint", "registry"]


@pytest.mark.parametrize("host", _HOSTS)
@pytest.mark.parametrize(("kind", "settings"), _ADDRESSES, ids=_NAMES)
def test_a_host_that_cannot_be_asked_for_is_named(
    kind: str, settings: Callable[[str], dict[str, Any]], host: str
) -> None:
    assert "a name of a host that cannot be asked for" in _faults(kind, **settings(host))


@pytest.mark.parametrize("host", ["example.org", "example.org.", "127.0.0.1", "[::1]", "示例.cn", "a_b", "localhost"])
@pytest.mark.parametrize(("kind", "settings"), _ADDRESSES, ids=_NAMES)
def test_hosts_are_hosts(kind: str, settings: Callable[[str], dict[str, Any]], host: str) -> None:
    kind_named(kind).settings.model_validate({**_KINDS[kind], **settings(host)})


@pytest.mark.parametrize("address", ["http://", "https://:9000", "http:///path", "http", "ftp://a"])
def test_an_address_without_a_host_is_named(address: str) -> None:
    for found in (
        _faults("remote-folder", **{**_S3, "endpoint": address}),
        _faults("kafka", format="avro", registry=address),
        _faults("http", url=address),
    ):
        assert "is not a" in found


@pytest.mark.parametrize("port", ["99999", "0"])
def test_a_port_that_there_is_not_is_named(port: str) -> None:
    for found in (
        _faults("remote-folder", **{**_S3, "endpoint": f"http://a:{port}"}),
        _faults("kafka", format="avro", registry=f"http://a:{port}"),
        _faults("http", url=f"http://a:{port}/rows"),
    ):
        assert "has a port that is not from 1 to 65535" in found


@pytest.mark.parametrize("changes", [{"region": "a\nb"}, {"region": "a b"}, {"user": "a\nb", "password": {"env": "A"}}])
def test_what_no_request_to_a_store_carries_is_named(changes: dict[str, Any]) -> None:
    assert _faults("remote-folder", **_S3, **changes)


@pytest.mark.parametrize("seconds", [1e300, float("inf"), float("nan"), 2_147_484, 0, -1])
@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("http", "connect_seconds"),
        ("http", "read_seconds"),
        ("http", "longest_pause"),
        ("remote-folder", "connect_seconds"),
        ("remote-folder", "read_seconds"),
        ("kafka", "connect_seconds"),
    ],
)
def test_a_wait_that_no_system_has_is_named(kind: str, name: str, seconds: float) -> None:
    assert _faults(kind, **{name: seconds})
    kind_named(kind).settings.model_validate({**_KINDS[kind], name: 86_400})


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("files", {"path": "x\0y"}),
        ("folder", {"path": "x\0y"}),
        ("folder", {"pattern": "x\0y"}),
        ("folder", {"marker": ".x\0y"}),
        ("remote-folder", {"url": "ftp://example.org/a%00b"}),
        ("remote-folder", {"known_hosts": "x\0y"}),
        ("http", {"cache": "x\0y"}),
        ("http", {"ca_file": "x\0y"}),
        ("http", {"token": {"file": "x\0y"}}),
        ("kafka", {"state": "x\0y"}),
    ],
)
def test_a_path_with_a_character_that_no_path_has_is_named(kind: str, changes: dict[str, Any]) -> None:
    assert "holds a NUL character, which no path has" in _faults(kind, **changes)


@pytest.mark.parametrize("by", ["foo", "", None, 1])
def test_a_way_of_paging_that_is_none_is_named_in_both_languages(by: Any) -> None:
    assert _faults("http", paging={"by": by}) == "by must be one of: 'page', 'offset', 'cursor', 'link'"


def test_paging_without_its_way_is_named_in_both_languages() -> None:
    assert _faults("http", paging={"next": "a"}) == "by is missing, which says what other keys there are"
