"""The followers of the README: they store before they commit, survive errors and silence, and end at a fatal error."""

from __future__ import annotations

import re
import sys
from types import ModuleType
from typing import Any

import pytest

from tests.documentation import DOCS

_README = (DOCS.parent / "README.md").read_text(encoding="utf-8")


def _block(language: str) -> str:
    found = re.search(rf"^```{language}\n(.*?)^```", _README, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


class Problem:
    """An error of librdkafka."""

    def __init__(self, *, fatal: bool) -> None:
        self._fatal = fatal

    def fatal(self) -> bool:
        return self._fatal

    def __str__(self) -> str:
        return "the broker went away"


class Message:
    def __init__(self, number: int, problem: Problem | None = None) -> None:
        self.number = number
        self._problem = problem

    def error(self) -> Problem | None:
        return self._problem

    def value(self) -> int:
        assert self._problem is None, "an error holds no record"
        return self.number

    def topic(self) -> str:
        return "feed.district-wuchang"

    def partition(self) -> int:
        return 2


class EndOfTestError(Exception):
    """Nothing more is polled."""


class FatalError(Exception):
    """confluent_kafka.KafkaException."""


class Followed:
    """What the follower does with a client that gives these messages."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, polled: list[Message | None]) -> None:
        self.done: list[tuple[str, int]] = []
        self.settings: dict[str, Any] = {}
        followed = self

        class Consumer:
            def __init__(self, settings: dict[str, Any]) -> None:
                followed.settings = settings
                self._polled = iter(polled)

            def subscribe(self, topics: list[str]) -> None:
                assert topics == ["feed.district-wuchang"]

            def poll(self, seconds: float) -> Message | None:
                assert seconds > 0
                for message in self._polled:
                    return message
                raise EndOfTestError

            def commit(self, message: Message, *, asynchronous: bool) -> None:
                assert not asynchronous
                followed.done.append(("committed", message.number))

        def decoder(_: object) -> Any:
            def decode(value: int, _: object) -> dict[str, Any]:
                return {"feed": {"feed_seq": value}, "record": {"state": "ACTIVE"}, "content": {}}

            return decode

        names: dict[str, dict[str, Any]] = {
            "confluent_kafka": {"Consumer": Consumer, "KafkaException": FatalError},
            "confluent_kafka.schema_registry": {"SchemaRegistryClient": dict},
            "confluent_kafka.schema_registry.avro": {"AvroDeserializer": decoder},
            "confluent_kafka.serialization": {
                "MessageField": type("MessageField", (), {"VALUE": "value"}),
                "SerializationContext": lambda *_: None,
            },
        }
        for name, members in names.items():
            module = ModuleType(name)
            module.__dict__.update(members)
            monkeypatch.setitem(sys.modules, name, module)
        monkeypatch.setenv("CREDITBUS_REGISTRY_URL", "http://127.0.0.1:1")
        monkeypatch.setenv("CREDITBUS_BOOTSTRAP_SERVERS", "127.0.0.1:1")

    def run(self) -> None:
        def store(partition: object, number: int = 0, *_: object, **where: object) -> None:
            if "file" not in where:
                assert partition == 2
                self.done.append(("stored", number))

        exec(compile(_block("python"), "README.md", "exec"), {"print": store})  # noqa: S102 -- the page's own code is what is tested


def test_the_python_follower_commits_what_is_stored_and_outlasts_silence_and_errors(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    silence: list[Message | None] = [None] * 100
    polled = [Message(1), *silence, Message(0, Problem(fatal=False)), Message(2), *silence, Message(3)]
    followed = Followed(monkeypatch, polled)
    with pytest.raises(EndOfTestError):
        followed.run()
    assert followed.done == [(what, number) for number in (1, 2, 3) for what in ("stored", "committed")]
    assert followed.settings["enable.auto.commit"] is False
    assert followed.settings["isolation.level"] == "read_committed"
    assert followed.settings["auto.offset.reset"] == "earliest"


def test_the_python_follower_ends_at_an_error_that_nothing_mends(monkeypatch: pytest.MonkeyPatch) -> None:
    followed = Followed(monkeypatch, [Message(1), Message(0, Problem(fatal=True)), Message(2)])
    with pytest.raises(FatalError):
        followed.run()
    assert followed.done == [("stored", 1), ("committed", 1)]


def test_the_java_follower_commits_behind_what_is_stored() -> None:
    code = _block("java")
    assert '"enable.auto.commit", "false"' in code
    assert '"isolation.level", "read_committed"' in code
    loop = code[code.index("while (true)") :]
    assert loop.index("System.out.println") < loop.index("consumer.commitSync()")
    assert code.count("{") == code.count("}")
    assert code.count("(") == code.count(")")
