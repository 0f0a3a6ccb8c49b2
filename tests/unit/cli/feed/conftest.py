"""A feed and its manifests in memory, for the commands of evidence."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from creditbus.services.cli import main as cli
from creditbus.topics import sole_writer
from tests.feed_evidence import Log, kept_log, made_log

SUBSCRIBER = "district-wuchang"

Run = Callable[..., tuple[int, str, str]]


class FakeProducer:
    """Takes what is published."""

    is_done = True

    def __init__(self, documents: list[bytes]) -> None:
        self._documents = documents

    def send(self, topic: str, value: bytes, key: bytes, partition: int) -> FakeProducer:
        assert (topic, key, partition) == (f"feed.{SUBSCRIBER}.manifest", str(len(self._documents) + 1).encode(), 0)
        self._documents.append(value)
        return self

    def failed(self) -> bool:
        return False

    def init_transactions(self) -> None: ...
    def begin_transaction(self) -> None: ...
    def flush(self) -> None: ...
    def commit_transaction(self) -> None: ...
    def close(self, timeout: float) -> None: ...


def _decoded() -> dict[str, Any]:
    """A record as Avro gives it: with bytes and a moment in it."""
    moment = datetime(2026, 3, 4, tzinfo=UTC)
    return {"feed": {"previous_hash": b"\x01"}, "record": {"event_id": "0123abcd", "received_at": moment}}


class _Schemas:
    def __init__(self, _: object) -> None: ...

    async def learn(self, _: object) -> None: ...

    def written_with(self, _: object) -> None: ...


class FakeBus:
    """A feed and its manifests."""

    def __init__(self) -> None:
        self.log: Log = made_log(random.Random(5))
        self.begins: dict[int, int] = {}
        """Offsets at which partitions begin; what is not named begins at 0."""
        self.documents: list[bytes] = []

    async def opened(self, _: object, subscriber: str) -> Any:
        assert subscriber == SUBSCRIBER
        return kept_log(self.log, self.begins)


@pytest.fixture
def bus(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> FakeBus:
    made = FakeBus()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CREDITBUS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CREDITBUS_BOOTSTRAP_SERVERS", "localhost:1")
    monkeypatch.setenv("CREDITBUS_REGISTRY_URL", "http://localhost:1")
    package = "creditbus.services.evidence"
    for module in ("checking", "publishing"):
        monkeypatch.setattr(f"{package}.{module}.open_log", made.opened)
    for module in ("checking", "publishing", "reading"):
        monkeypatch.setattr(f"{package}.{module}.manifest_documents", lambda *_: list(made.documents))
    monkeypatch.setattr(f"{package}.checking.Schemas", _Schemas)
    monkeypatch.setattr(f"{package}.checking.decoded", lambda *_: _decoded())
    monkeypatch.setattr(sole_writer, "transactional_producer", lambda *_, **__: FakeProducer(made.documents))
    monkeypatch.setattr("creditbus.services.cli.declared._take", lambda _: None)
    return made


@pytest.fixture
def run(bus: FakeBus, capsys: pytest.CaptureFixture[str]) -> Run:
    assert bus.documents == []

    def ran(*arguments: str, lang: str = "en") -> tuple[int, str, str]:
        code = cli.main(["feed", *arguments, "--lang", lang])
        said = capsys.readouterr()
        return code, said.out, said.err

    return ran
