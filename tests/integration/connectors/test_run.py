"""Connectors on real servers: every row is there exactly once, whatever happened to the process that sent it."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaConsumer, KafkaProducer
from kafka.errors import KafkaConnectionError, KafkaTimeoutError
from kafka.net.compat import KafkaNetClient

from creditbus.connectors.errors import PublishError, RegistrationError, SourceError
from creditbus.connectors.publish import publisher
from creditbus.connectors.publish.encoder import ProducerRecord
from creditbus.connectors.publish.latest import read_latest, read_progress
from creditbus.connectors.publish.progress import Progress, Totals
from creditbus.connectors.publish.publisher import Publisher
from creditbus.connectors.run.runner import run_connector
from creditbus.connectors.setup.configuration import Connector, load_connector
from creditbus.services.domain.event import partition_of
from creditbus.services.domain.statements import Publication, decode_statement
from creditbus.topics import kafka_transactions
from creditbus.topics.connection import Connection
from creditbus.topics.names import POSITIONS, STATEMENTS
from tests.harness.published import rows_of
from tests.harness.waiting import until

_TOPIC = "ingest.tax-bureau"
_HEADER = "纳税人识别号,纳税人名称,评价年度,信用等级,评价单位,评定时间,有效期始,有效期止\n"

Write = Callable[[int], Path]


@pytest.fixture
def name() -> str:
    """Id of a connector that no other test uses."""
    return f"grades-{uuid.uuid4().hex[:8]}"


@pytest.fixture
def write(tmp_path: Path, name: str) -> Write:
    """Write the given number of fictional rows, and the connector for them."""

    def write(rows: int) -> Path:
        body = (
            f"{number:018d},虚构企业{number},2018,B,虚构税务局{number % 50},2019-04-01,2019-04-01,2020-04-01\n"
            for number in range(1, rows + 1)
        )
        (tmp_path / f"{name}.csv").write_text(_HEADER + "".join(body), encoding="utf-8")
        configuration = {
            "id": name,
            "department": "tax-bureau",
            "item": "tax-credit-grade",
            "kind": "csv",
            "settings": {"path": f"{name}.csv"},
            "mapping": "tax-grades",
        }
        file = tmp_path / f"{name}.yaml"
        file.write_text(json.dumps(configuration), encoding="utf-8")
        return file

    return write


def _expect_once(connection: Connection, connector: Connector, rows: int) -> None:
    seen = rows_of(connection, _TOPIC, f"{connector.id}.csv")
    assert seen == Counter(range(1, rows + 1))


def test_a_file_is_published_once_however_often_it_is_run(bus: Connection, write: Write) -> None:
    connector = load_connector(write(2500))
    first = run_connector(connector, bus)
    assert (first.rows, first.published, first.skipped, first.complete) == (2500, 2500, 0, True)
    again = run_connector(connector, bus)
    assert (again.rows, again.skipped, again.run_id) == (0, 2500, first.run_id)
    _expect_once(bus, connector, 2500)


def test_a_changed_file_is_published_whole_and_resend_sends_an_unchanged_one(bus: Connection, write: Write) -> None:
    connector = load_connector(write(10))
    first = run_connector(connector, bus)
    write(12)
    changed = run_connector(connector, bus)
    assert (changed.rows, changed.skipped) == (12, 0)
    resent = run_connector(connector, bus, resend=True)
    assert resent.rows == 12
    assert len({first.run_id, changed.run_id, resent.run_id}) == 3
    assert rows_of(bus, _TOPIC, f"{connector.id}.csv") == Counter({**dict.fromkeys(range(1, 11), 3), 11: 2, 12: 2})


def test_a_renamed_column_stops_the_run_until_it_is_said_to_be_meant(bus: Connection, write: Write) -> None:
    connector = load_connector(write(3))
    assert run_connector(connector, bus).complete
    file = connector.file.with_suffix(".csv")
    file.write_text(file.read_text("utf-8").replace("有效期止", "止"), encoding="utf-8")
    with pytest.raises(SourceError, match="had 有效期止, which is gone; not used: 止"):
        run_connector(connector, bus)
    assert rows_of(bus, _TOPIC, file.name) == Counter([1, 2, 3])  # nothing of it went
    meant = run_connector(connector, bus, accept_columns=True)
    assert (meant.published, meant.unused_columns) == (3, ("止",))
    file.write_text(file.read_text("utf-8").replace("虚构企业1,", "虚构企业一,"), encoding="utf-8")
    assert run_connector(connector, bus).published == 3


def test_a_renamed_column_of_a_table_that_is_never_finished_stops_the_run(
    bus: Connection, name: str, tmp_path: Path
) -> None:
    columns = _HEADER.strip().split(",")
    base = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
    base.execute(f"CREATE TABLE grades (id integer PRIMARY KEY, {', '.join(columns)})")

    def insert(number: int) -> None:
        row = (
            number,
            f"{number:018d}",
            "虚构企业",
            "2018",
            "B",
            "虚构税务局",
            "2019-04-01",
            "2019-04-01",
            "2020-04-01",
        )
        base.execute(f"INSERT INTO grades VALUES ({', '.join('?' * len(row))})", row)

    settings = {"url": f"sqlite:///{tmp_path}/a.db", "table": "grades", "key": ["id"], "mode": "watermark"}
    configuration = {"id": name, "department": "tax-bureau", "item": "tax-credit-grade", "kind": "sql"}
    configuration |= {"settings": settings | {"watermark": "id"}, "mapping": "tax-grades"}  # type: ignore[dict-item]
    file = tmp_path / f"{name}.yaml"
    file.write_text(json.dumps(configuration), encoding="utf-8")
    insert(1)
    assert run_connector(file, bus).published == 1
    base.execute("ALTER TABLE grades RENAME COLUMN 有效期止 TO 止")
    insert(2)
    with pytest.raises(SourceError, match="had 有效期止, which is gone"):
        run_connector(file, bus)
    assert run_connector(file, bus, accept_columns=True).published > 0
    insert(3)
    assert run_connector(file, bus).published == 1
    base.close()


def test_killed_at_any_moment_and_run_again_every_row_is_there_once(bus: Connection, write: Write) -> None:
    rows = 24_000
    connector = load_connector(write(rows))
    environment = os.environ | {
        f"CREDITBUS_{key.upper()}": value for key, value in bus.endpoints().items()
    }  # fmt: skip
    program = (
        "import sys\nfrom pathlib import Path\n"
        "from creditbus.connectors.run.runner import run_connector\n"
        "from creditbus.topics.connection import Connection\n"
        "run_connector(Path(sys.argv[1]), Connection.from_environment())\n"
    )
    kills = 0
    for attempt in range(1, 7):
        process = subprocess.Popen([sys.executable, "-c", program, str(connector.file)], env=environment)
        before = _rows_done(bus, connector)
        # each attempt dies a little longer after its first commit, so that the kills fall into different steps
        _await_commit(process, bus, connector, before)
        time.sleep(0.03 * attempt)
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            kills += 1
        process.wait()
    assert kills > 1
    summary = run_connector(connector, bus)
    assert summary.complete
    assert summary.rows + summary.skipped == rows
    _expect_once(bus, connector, rows)
    assert _told(bus, summary.run_id) == rows


def _await_commit(process: subprocess.Popen[bytes], bus: Connection, connector: Connector, before: int) -> None:
    """Wait until more rows are done, or the process has ended."""
    until(lambda: process.poll() is not None or _rows_done(bus, connector) > before, "its first commit")


def _told(bus: Connection, run: str) -> int:
    """How many messages of a run its connector says that it published."""
    said = map(decode_statement, read_latest(bus.bootstrap_servers, STATEMENTS).values())
    (count,) = (one.published for one in said if isinstance(one, Publication) and one.run == run)
    return count


def _rows_done(bus: Connection, connector: Connector) -> int:
    progress = _progress(bus, connector.id)
    return progress.totals.rows if progress else 0


def _progress(bus: Connection, connector: str) -> Progress | None:
    consumer = KafkaConsumer(bootstrap_servers=bus.bootstrap_servers)
    partitions = len(consumer.partitions_for_topic(POSITIONS))
    consumer.close()
    return read_progress(bus.bootstrap_servers, connector, partition_of(connector.encode(), partitions))


def test_a_chunk_sent_but_not_committed_is_as_if_never_sent(
    bus: Connection, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    connector = load_connector(write(5000))
    commits = iter([True, False])
    commit = KafkaProducer.commit_transaction

    def lose(producer: KafkaProducer) -> None:
        if not next(commits, True):
            raise KafkaTimeoutError("power cut")
        commit(producer)

    monkeypatch.setattr(KafkaProducer, "commit_transaction", lose)
    with pytest.raises(PublishError):
        run_connector(connector, bus)
    summary = run_connector(connector, bus)
    assert (summary.rows, summary.skipped) == (3000, 2000)
    _expect_once(bus, connector, 5000)


def test_an_answer_to_the_commit_that_is_lost_doubles_nothing(
    bus: Connection, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    connector = load_connector(write(5000))
    commit = KafkaProducer.commit_transaction

    def lose_answer(producer: KafkaProducer) -> None:
        commit(producer)
        monkeypatch.undo()
        raise KafkaTimeoutError("the answer was lost")

    monkeypatch.setattr(KafkaProducer, "commit_transaction", lose_answer)
    with pytest.raises(PublishError):
        run_connector(connector, bus)
    assert run_connector(connector, bus).skipped == 2000
    _expect_once(bus, connector, 5000)


class _Unreachable:
    """Makes the coordinator unreachable for the nth request of a transaction, or for all of them.

    Attributes:
        left: requests until it is, that one included; 0: none is.
        entirely: whether it is for all of them.

    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.left = 0
        self.entirely = False
        reach = KafkaNetClient.await_ready

        def await_ready(client: KafkaNetClient, node_id: Any, timeout_ms: float = 30_000) -> bool:
            if str(node_id).startswith("coordinator") and (self.left or self.entirely):
                self.left = max(0, self.left - 1)
                if self.entirely or not self.left:
                    raise KafkaConnectionError("between two brokers")
            return bool(reach(client, node_id, timeout_ms))

        monkeypatch.setattr(KafkaNetClient, "await_ready", await_ready)


@pytest.mark.parametrize("request_number", [1, 2], ids=["partitions", "end"])
def test_a_coordinator_that_is_away_for_a_moment_is_asked_again(
    bus: Connection, name: str, monkeypatch: pytest.MonkeyPatch, request_number: int
) -> None:
    unreachable = _Unreachable(monkeypatch)
    messages = [ProducerRecord(b"key", b"value")]
    first = Progress(name, "run-1", "v1").advanced(1, Totals(1, 1))
    second = first.advanced(2, Totals(1, 1))
    with Publisher(bus.bootstrap_servers, name, _TOPIC) as ours:
        ours.fence()
        ours.publish(messages, first)
        unreachable.left = request_number
        committing = threading.Thread(target=ours.publish, args=(messages, second))
        committing.daemon = True  # what is forgotten is waited for without end
        committing.start()
        committing.join(30)
        assert not committing.is_alive()
        assert unreachable.left == 0
    assert _progress(bus, name) == second


def test_a_record_that_was_given_up_fails_its_transaction(
    bus: Connection, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(KafkaProducer.DEFAULT_CONFIG, "request_timeout_ms", 7000)
    monkeypatch.setitem(KafkaProducer.DEFAULT_CONFIG, "delivery_timeout_ms", 8000)
    unreachable = _Unreachable(monkeypatch)
    # kafka-python's own: it forgets to add the partitions, so nothing can be sent to them
    monkeypatch.setattr(kafka_transactions, "_RetryingClient", KafkaNetClient)
    messages = [ProducerRecord(b"key", b"value")]
    first = Progress(name, "run-1", "v1").advanced(1, Totals(1, 1))
    with Publisher(bus.bootstrap_servers, name, _TOPIC) as ours:
        ours.fence()
        ours.publish(messages, first)
        unreachable.entirely = True
        flush = ours._producer.flush

        def flushed(timeout: float | None = None) -> None:
            flush(timeout)
            unreachable.entirely = False

        monkeypatch.setattr(ours._producer, "flush", flushed)
        with pytest.raises(PublishError, match="does not answer"):
            ours.publish(messages, first.advanced(2, Totals(1, 1)))
    with Publisher(bus.bootstrap_servers, name, _TOPIC) as newer:
        assert newer.fence() == first


def test_an_older_process_is_shut_out_by_a_newer_one(bus: Connection, name: str) -> None:
    progress = Progress(name, "run-1", "v1")
    with (
        Publisher(bus.bootstrap_servers, name, _TOPIC) as older,
        Publisher(bus.bootstrap_servers, name, _TOPIC) as newer,
    ):
        assert older.fence() is None
        older.publish([], progress.advanced(1, Totals(1, 1)))
        found = newer.fence()
        assert found is not None
        assert found.position == 1
        with pytest.raises(PublishError, match="another process has taken over this connector"):
            older.publish([ProducerRecord(b"key", b"value")], progress.advanced(2, Totals(1, 1)))
        newer.publish([], found.advanced(3, Totals(2, 2)))
    final = _progress(bus, name)
    assert final is not None
    assert (final.position, final.totals.rows) == (3, 3)


def test_a_position_behind_another_connector_s_open_transaction_is_waited_for(bus: Connection, name: str) -> None:
    with Publisher(bus.bootstrap_servers, name, _TOPIC) as ours:
        ours.fence()
        partition = ours._position_partition
        other = KafkaProducer(bootstrap_servers=bus.bootstrap_servers, transactional_id=f"other-{name}")
        other.init_transactions()
        other.begin_transaction()
        other.send(POSITIONS, b"{}", b"other", partition=partition).get(timeout=30)
        ours.publish([], Progress(name, "run-1", "v1").advanced(7, Totals(7, 7)))
    end_of_transaction = threading.Timer(1.0, other.abort_transaction)
    end_of_transaction.start()
    found = read_progress(bus.bootstrap_servers, name, partition)
    end_of_transaction.join()
    other.close()
    assert found is not None
    assert found.position == 7


def test_a_topic_that_is_not_there_says_what_to_do(bus: Connection, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publisher, "_METADATA_MS", 500)
    with pytest.raises(RegistrationError, match=r"topic ingest\.nobody: does not exist; run `creditbus topics apply`"):
        Publisher(bus.bootstrap_servers, name, "ingest.nobody")


def test_a_broker_that_is_not_there_is_one_line(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publisher, "_BOOTSTRAP_MS", 500)
    with pytest.raises(PublishError, match=r"Kafka at 127\.0\.0\.1:1: does not answer"):
        Publisher("127.0.0.1:1", name, _TOPIC)
