"""The figures, names and settings that the README states are those of the code."""

from __future__ import annotations

import inspect
import re
import tomllib
from pathlib import Path

import pytest

from creditbus.deploy.embedded.kafka import KafkaServer
from creditbus.deploy.embedded.programs import Programs
from creditbus.deploy.embedded.redis import RedisServer
from creditbus.services.cli import main as cli
from creditbus.services.cli import worker
from creditbus.services.worker.city_day import DAY_VARIABLE
from creditbus.services.worker.exit_codes import FAILED, INTERRUPTED, MOVED, STALLED
from creditbus.services.worker.person_key import KEY_VARIABLE
from creditbus.topics.connection import Connection
from creditbus.topics.declarations import declarations
from creditbus.topics.names import is_feed, is_single
from tests.documentation import DOCS, PAGES

_ROOT = DOCS.parent
_README = (_ROOT / "README.md").read_text(encoding="utf-8")
_DAY_MS = 24 * 60 * 60 * 1000
_MEGABYTE = 1_000_000


def _own_settings(tmp_path: Path) -> dict[str, str]:
    """What the first of three brokers of our own is started with."""
    brokers = [KafkaServer(f"kafka-{number}", tmp_path, number, "cluster", {}) for number in (1, 2, 3)]
    for broker in brokers:
        broker.ports = {"client": 9000 + broker.node_id, "controller": 9100 + broker.node_id}
        broker.peers = brokers
    first = brokers[0]
    first.data.mkdir(parents=True)
    (first.data / "meta.properties").touch()  # as formatted: no program is run
    first.prepare(Programs(tmp_path, tmp_path, tmp_path, tmp_path))
    lines = (first.config / "kafka-1.properties").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines)


def _of_production(setting: str) -> str:
    """The value that the README's table gives a setting."""
    row = re.search(rf"^\| [^|]*`{re.escape(setting)}`[^|]* \| ([^|]+) \|", _README, re.MULTILINE)
    assert row is not None, setting
    return row[1]


def test_metrics_of_the_readme_exist() -> None:
    named = set(re.findall(r"creditbus_[a-z_]+", _README))
    assert named
    assert {name for name in named if f"| `{name}` |" not in PAGES["metrics.md"]} == set()


def test_variables_of_the_readme_are_those_that_are_read() -> None:
    addresses = {f"CREDITBUS_{name.upper()}" for name in Connection("a:1", "", "", Path()).endpoints()}
    assert set(re.findall(r"CREDITBUS_[A-Z_]+", _README)) == {*addresses, KEY_VARIABLE, DAY_VARIABLE}


def test_exit_codes_of_the_readme_are_all_that_there_are() -> None:
    paragraph = re.search(r"^Exit codes .*?\n\n", _README, re.MULTILINE | re.DOTALL)
    assert paragraph is not None
    codes = {0, FAILED, cli._USER_ERROR, cli._INTERNAL_ERROR, INTERRUPTED, MOVED, STALLED}
    assert {int(code) for code in re.findall(r"\b\d+\b", paragraph[0].partition("SIGTERM")[0])} == codes


def test_a_stage_stands_still_for_as_long_as_the_readme_says() -> None:
    seconds = inspect.signature(worker.worker).parameters["stall_seconds"].default
    assert f"exit code {STALLED}\n  after {seconds:.0f} s (`--stall-seconds`)" in _README


def test_a_feed_keeps_as_many_days_as_the_readme_says() -> None:
    found = re.search(r"A feed keeps (\d+) days", _README)
    assert found is not None
    feeds = [topic for name, topic in declarations().topics.items() if is_feed(name)]
    assert feeds
    assert {topic.config["retention.ms"] for topic in feeds} == {str(int(found[1]) * _DAY_MS)}


def test_partitions_are_as_many_as_the_readme_says() -> None:
    found = re.search(r"More processes than partitions \((\d+)\)", _README)
    assert found is not None
    topics = declarations().topics
    assert {topics[name].partitions for name in topics if not is_single(name)} == {int(found[1])}


def test_programs_have_the_versions_that_the_readme_names() -> None:
    project = tomllib.loads((_ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    python = re.search(r"Python (\d\.\d+) or later", _README)
    java = re.search(r"Java \((\d+)\)", _README)
    assert python is not None
    assert java is not None
    assert project["requires-python"] == f">={python[1]}"
    assert f"\njdk4py=={java[1]}." in (_ROOT / "requirements" / "runtime.txt").read_text(encoding="utf-8")
    broker = re.search(r"^\| version \| (\d\.\d) \|", _README, re.MULTILINE)
    assert broker is not None
    assert f"<kafka.version>{broker[1]}." in (_ROOT / "deploy" / "embedded" / "pom.xml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("listed", "own"),
    [
        ("min.insync.replicas", ("default.replication.factor", "min.insync.replicas")),
        (
            "offsets.topic.replication.factor",
            (
                "offsets.topic.replication.factor",
                "transaction.state.log.replication.factor",
                "transaction.state.log.min.isr",
            ),
        ),
        ("add.partitions.to.txn.retry.backoff.ms", ("add.partitions.to.txn.retry.backoff.ms",)),
        ("auto.create.topics.enable", ("auto.create.topics.enable",)),
    ],
)
def test_what_the_readme_wants_of_kafka_our_own_has(tmp_path: Path, listed: str, own: tuple[str, ...]) -> None:
    settings = _own_settings(tmp_path)
    said = _of_production(listed).partition(" (")[0].split(", ")
    assert said[-len(own) :] == [settings[name] for name in own]


def test_sizes_and_times_of_our_own_kafka_are_of_the_order_that_the_readme_names(tmp_path: Path) -> None:
    settings = _own_settings(tmp_path)
    assert _of_production("log.index.size.max.bytes").startswith("1 MiB")
    assert settings["log.index.size.max.bytes"] == str(2**20)
    assert _of_production("offsets.topic.segment.bytes") == "some megabytes"
    assert _MEGABYTE < int(settings["offsets.topic.segment.bytes"]) < 10 * _MEGABYTE
    assert _of_production("offsets.retention.minutes") == "years"
    assert int(settings["offsets.retention.minutes"]) > 2 * 365 * 24 * 60
    assert "unclean.leader.election.enable" not in settings, "off is Kafka's own habit"


def test_topics_are_declared_as_the_readme_wants_them() -> None:
    topics = declarations().topics
    assert _of_production("message.timestamp.type").startswith("`LogAppendTime`")
    ingest = [topic for name, topic in topics.items() if name.startswith("ingest.")]
    assert {topic.config["message.timestamp.type"] for topic in ingest} == {"LogAppendTime"}
    kept = {(topic.replication_on(3), topic.config_on(3)["min.insync.replicas"]) for topic in topics.values()}
    assert f"3, {', '.join(str(number) for number in kept.pop())}" in _of_production("min.insync.replicas")
    assert not kept


def test_redis_never_evicts(tmp_path: Path) -> None:
    own = RedisServer("redis", tmp_path)
    own.ports = {"client": 9001}
    own.prepare(Programs(tmp_path, tmp_path, tmp_path, tmp_path))
    written = "\n".join(file.read_text(encoding="utf-8") for file in own.config.iterdir())
    policy = re.search(r"`(maxmemory-policy \w+)`", _README)
    assert policy is not None
    assert policy[1] in written.splitlines()
