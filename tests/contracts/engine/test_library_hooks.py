"""Private parts of Faust and aiokafka that the engine takes hold of: an upgrade that moves one fails here, by name.

`services/engine/transport.py` and `services/engine/transaction.py` name them; what each is needed for stands there.
"""

import ast
import asyncio
import inspect
from importlib.metadata import entry_points, version
from pathlib import Path
from typing import Any

import faust.transport.drivers.aiokafka as driver
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.consumer.fetcher import Fetcher
from aiokafka.consumer.group_coordinator import GroupCoordinator
from aiokafka.consumer.subscription_state import Assignment, Subscription, SubscriptionState, TopicPartitionState
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from aiokafka.errors import KafkaError
from aiokafka.producer import sender
from aiokafka.producer.message_accumulator import MessageAccumulator
from faust.tables.recovery import Recovery
from faust.transport import consumer as faust_consumer
from faust.transport.conductor import Conductor

from creditbus.services.engine import transaction, transport


def _parameters(function: Any) -> list[str]:
    return list(inspect.signature(function).parameters)


def _attributes(owner: Any) -> set[str]:
    """Names that a class sets on itself."""
    tree = ast.parse(inspect.cleandoc("\n" + inspect.getsource(owner)))
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and isinstance(node.value, ast.Name)
    }


def test_the_versions_are_those_whose_inside_is_known() -> None:
    assert version("faust-streaming") == "0.15.3"
    assert version("aiokafka") == "0.14.0"


def test_faust_finds_the_transport_by_the_scheme_of_the_broker() -> None:
    (found,) = entry_points(group="faust.transports", name="creditbus")
    assert found.load() is transport.Transport
    assert issubclass(transport.Transport.Consumer, driver.Consumer)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (transport.ConsumerThread, driver.AIOKafkaConsumerThread),
        (transport.BatchConsumer, driver.Consumer),
    ],
)
def test_every_overridden_method_is_there_with_the_same_parameters(ours: type, theirs: type) -> None:
    overridden = [name for name, value in vars(ours).items() if inspect.isfunction(value) and hasattr(theirs, name)]
    assert len(overridden) >= 3
    for name in overridden:
        assert _parameters(getattr(ours, name)) == _parameters(getattr(theirs, name)), name
        assert inspect.iscoroutinefunction(getattr(ours, name)) == inspect.iscoroutinefunction(getattr(theirs, name))


def test_the_methods_that_we_rely_on_being_called_are_overridden() -> None:
    thread = {"_create_worker_consumer", "on_partitions_revoked", "verify_event_path"}
    consumer = {"_new_consumer_thread", "perform_seek", "on_partitions_revoked", "on_stop", "_drain_messages"}
    assert thread <= vars(transport.ConsumerThread).keys() & set(dir(driver.AIOKafkaConsumerThread))
    assert consumer <= vars(transport.BatchConsumer).keys() & set(dir(driver.Consumer))


def test_recovery_seeks_once_an_assignment_outside_of_the_group_s_callbacks() -> None:
    assert "perform_seek" in inspect.getsource(Recovery._resume_streams)
    assert "perform_seek" not in inspect.getsource(faust_consumer.Consumer.on_partitions_assigned)


def test_without_acks_faust_commits_nothing() -> None:
    assert _parameters(Conductor.acks_enabled_for) == ["self", "topic"]
    assert "acks_enabled_for" in inspect.getsource(faust_consumer.Consumer.ack)


def test_flow_control_and_thread_calls_have_their_names() -> None:
    source = inspect.getsource(faust_consumer.Consumer)
    for name in ("flow_active", "can_resume_flow", "suspend_flow", "consumer_stopped_errors"):
        assert f"self.{name}" in source or hasattr(faust_consumer.Consumer, name), name
    assert _parameters(driver.AIOKafkaConsumerThread.call_thread)[:2] == ["self", "fun"]
    assert _parameters(driver.AIOKafkaConsumerThread._ensure_consumer) == ["self"]


def test_the_consumer_s_settings_are_read_when_it_starts() -> None:
    names = {"_isolation_level", "_fetch_max_wait_ms", "_partition_assignment_strategy", "_max_poll_records"}
    assert names | {"_fetcher", "_coordinator", "_subscription"} <= _attributes(AIOKafkaConsumer)
    start = inspect.getsource(AIOKafkaConsumer.start)
    for name in ("_isolation_level", "_fetch_max_wait_ms", "_partition_assignment_strategy"):
        assert f"self.{name}" in start, name
    assert RangePartitionAssignor.name == "range"


def test_positions_are_where_batches_take_them_from() -> None:
    assert _parameters(Fetcher.fetched_records) == ["self", "partitions", "timeout", "max_records"]
    assert _parameters(Fetcher.seek_to) == ["self", "tp", "offset"]
    assert _parameters(GroupCoordinator.fetch_committed_offsets) == ["self", "partitions"]
    assert isinstance(SubscriptionState.subscription, property)
    assert isinstance(Subscription.assignment, property)
    assert isinstance(Assignment.tps, property)
    assert _parameters(Assignment.state_value) == ["self", "tp"]
    assert isinstance(TopicPartitionState.has_valid_position, property)
    assert isinstance(TopicPartitionState.position, property)


def test_an_empty_set_of_partitions_still_means_all() -> None:
    assert "if partitions and tp not in partitions" in inspect.getsource(Fetcher.fetched_records)


def test_a_producer_is_driven_by_batches() -> None:
    assert _parameters(AIOKafkaProducer.send_batch) == ["self", "batch", "topic", "partition"]
    assert _parameters(AIOKafkaProducer.create_batch) == ["self"]
    assert _parameters(AIOKafkaProducer.send_offsets_to_transaction) == ["self", "offsets", "group_id"]
    assert _parameters(AIOKafkaProducer.begin_transaction) == ["self"]
    assert _parameters(AIOKafkaProducer.commit_transaction) == ["self"]
    assert {"_message_accumulator", "_sender"} <= _attributes(AIOKafkaProducer)
    assert _parameters(MessageAccumulator.fail_all) == ["self", "exception"]


def test_a_failed_accumulator_lets_stop_return() -> None:
    async def scenario() -> None:
        producer = AIOKafkaProducer(bootstrap_servers="127.0.0.1:1")
        producer._message_accumulator.fail_all(KafkaError("closed"))
        async with asyncio.timeout(5):
            await producer.stop()

    asyncio.run(scenario())


def test_commit_still_ignores_failed_batches() -> None:
    assert "asyncio.wait" in inspect.getsource(MessageAccumulator.flush_for_commit)


def test_the_pause_between_transactions_is_a_module_s_global() -> None:
    tree = ast.parse(Path(inspect.getfile(sender)).read_text(encoding="utf-8"))
    assigned = [node for node in tree.body if isinstance(node, ast.Assign)]
    assert "BACKOFF_OVERRIDE" in {
        target.id for node in assigned for target in node.targets if isinstance(target, ast.Name)
    }
    uses = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == "BACKOFF_OVERRIDE"]
    assert len(uses) > 1
    assert sender.BACKOFF_OVERRIDE == 0.003
    assert transaction.__all__ == ["TransactionalProducer"]
