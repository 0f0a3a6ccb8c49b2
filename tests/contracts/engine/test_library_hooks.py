"""Private parts of Faust and aiokafka that the engine takes hold of: an upgrade that moves one fails here, by name.

`services/engine/consume/transport.py` and `services/engine/produce` name them; what each is needed for stands there.
"""

import ast
import inspect
from importlib.metadata import entry_points, version
from typing import Any

import faust.transport.drivers.aiokafka as driver
import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.client import AIOKafkaClient
from aiokafka.cluster import ClusterMetadata
from aiokafka.conn import AIOKafkaConnection
from aiokafka.consumer.fetcher import Fetcher, FetchResult, PartitionRecords
from aiokafka.consumer.group_coordinator import GroupCoordinator
from aiokafka.consumer.subscription_state import Assignment, Subscription, SubscriptionState, TopicPartitionState
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from aiokafka.protocol.fetch import FetchRequest_v11
from aiokafka.protocol.group import JoinGroupRequest
from aiokafka.protocol.transaction import InitProducerIdRequest
from faust.tables.recovery import Recovery
from faust.transport import consumer as faust_consumer
from faust.transport.conductor import Conductor

from creditbus.services.engine.consume import consumer_thread, fetcher, transport


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
        (consumer_thread.ConsumerThread, driver.AIOKafkaConsumerThread),
        (transport.BatchConsumer, driver.Consumer),
        (fetcher.StageFetcher, Fetcher),
    ],
)
def test_every_overridden_method_is_there_with_the_same_parameters(ours: type, theirs: type) -> None:
    overridden = [name for name, value in vars(ours).items() if inspect.isfunction(value) and hasattr(theirs, name)]
    assert len(overridden) >= 2
    for name in overridden:
        assert _parameters(getattr(ours, name)) == _parameters(getattr(theirs, name)), name
        assert inspect.iscoroutinefunction(getattr(ours, name)) == inspect.iscoroutinefunction(getattr(theirs, name))


def test_the_methods_that_we_rely_on_being_called_are_overridden() -> None:
    thread = {"_create_worker_consumer", "on_partitions_revoked", "verify_event_path"}
    consumer = {"_new_consumer_thread", "perform_seek", "on_partitions_revoked", "on_stop", "_drain_messages"}
    assert thread <= vars(consumer_thread.ConsumerThread).keys() & set(dir(driver.AIOKafkaConsumerThread))
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


def test_a_group_is_joined_by_requests_whose_names_can_be_counted() -> None:
    assert "_send_req" in vars(GroupCoordinator)
    assert "self._assignors = assignors" in inspect.getsource(GroupCoordinator.__init__)
    names = [("one", b""), ("other", b"")]
    assert JoinGroupRequest("group", 1, 1, "", "slot", "consumer", names)._group_protocols is names


def test_how_long_and_for_how_much_a_request_waits_is_read_when_it_is_made() -> None:
    """What `patience.py` rests on: no request leaves a broker's partition out unless something is buffered."""
    made = inspect.getsource(Fetcher._get_actions_per_node)
    assert "self._fetch_max_wait_ms,\n                self._fetch_min_bytes," in made
    assert "if tp in self._records:" in made
    assert {"_fetch_max_wait_ms", "_fetch_min_bytes", "_records"} <= _attributes(Fetcher)
    assert "await self._consumer.start()" in inspect.getsource(driver.AIOKafkaConsumerThread.on_start)


def test_the_fetcher_s_routine_asks_for_actions_and_sends_what_they_name() -> None:
    """What `fetcher.py` puts its own in place of."""
    routine = inspect.getsource(Fetcher._fetch_requests_routine)
    assert ") = self._get_actions_per_node(assignment)" in routine
    assert "fetch_requests,\n                    reset_requests,\n                    timeout," in routine
    assert "self._proc_fetch_request(assignment, node_id, request)" in routine
    assert "has_new_data = any(fut.result() for fut in done_pending)" in routine
    assert "self._records.clear()" in routine
    assert _parameters(Fetcher._proc_fetch_request) == ["self", "assignment", "node_id", "request"]
    assert _parameters(Fetcher._create_fetch_waiter) == ["self"]
    assert _parameters(Fetcher._notify) == ["self", "future"]
    names = {"_in_flight", "_fetch_max_bytes", "_isolation_level", "_max_partition_fetch_bytes", "_fetcher_timeout"}
    names |= {"_retry_backoff", "_prefetch_backoff", "_check_crcs", "_wait_consume_future", "_subscriptions", "_closed"}
    assert names <= _attributes(Fetcher)


def test_what_was_fetched_is_kept_as_aiokafka_keeps_it() -> None:
    kept = inspect.getsource(Fetcher._proc_fetch_request)
    assert "aborted_transactions = part_data[2]" in kept
    assert "tp_state.highwater = highwater" in kept
    assert _parameters(FetchResult) == ["tp", "assignment", "partition_records", "backoff"]
    assert _parameters(PartitionRecords) == [
        "tp",
        "records",
        "aborted_transactions",
        "fetch_offset",
        "key_deserializer",
        "value_deserializer",
        "check_crcs",
        "isolation_level",
    ]
    assert "_tp_state" in _attributes(Assignment)
    assert {"_position", "_paused"} <= _attributes(TopicPartitionState)
    assert isinstance(SubscriptionState.reassignment_in_progress, property)
    # an error that waits for a partition is thrown at whoever asks for its records
    assert "res_or_error.check_raise()" in inspect.getsource(Fetcher.fetched_records)


def test_the_last_version_of_a_request_for_records_is_the_one_with_sessions() -> None:
    fields = ["replica_id", "max_wait_time", "min_bytes", "max_bytes", "isolation_level", "session_id", "session_epoch"]
    fields += ["topics", "forgotten_topics_data", "rack_id"]
    assert list(FetchRequest_v11.SCHEMA.names) == fields
    assert list(FetchRequest_v11.RESPONSE_TYPE.SCHEMA.names)[1:] == ["error_code", "session_id", "topics"]


def test_the_client_has_what_a_transaction_is_sent_over() -> None:
    assert _parameters(AIOKafkaClient.send) == ["self", "node_id", "request", "group"]
    assert _parameters(AIOKafkaClient.coordinator_lookup) == ["self", "coordinator_type", "coordinator_key"]
    assert _parameters(AIOKafkaClient.add_topic) == ["self", "topic"]
    for name in ("bootstrap", "close", "force_metadata_update"):
        assert _parameters(getattr(AIOKafkaClient, name)) == ["self"], name
    assert _parameters(ClusterMetadata.leader_for_partition) == ["self", "partition"]


def test_a_connection_asks_of_a_request_what_ours_answer() -> None:
    send, answered = inspect.getsource(AIOKafkaConnection.send), inspect.getsource(AIOKafkaConnection._handle_frame)
    assert "request.prepare(self._versions)" in send
    assert "request_struct.build_request_header(" in send
    assert "correlation_id=correlation_id, client_id=self._client_id" in send
    assert "header.encode() + request_struct.encode()" in send
    assert "request.parse_response_header(resp)" in answered
    assert "request.RESPONSE_TYPE" in answered
    assert "resp_type.decode(resp)" in answered


def test_a_request_in_pieces_takes_the_connection_s_own_steps() -> None:
    """What `produce/vectored_write.py` does in place of `send`; its unit test compares the bytes."""
    send = inspect.getsource(AIOKafkaConnection.send)
    assert "self._writer.write(size + message)" in send
    assert "self._requests.append(" in send
    assert "(correlation_id, request_struct, fut)" in send
    assert "wait_for(fut, self._request_timeout)" in send
    assert _parameters(AIOKafkaClient.ready) == ["self", "node_id", "group"]
    assert "self._conns[(node_id, group)].close(reason=CloseReason.CONNECTION_TIMEOUT)" in inspect.getsource(
        AIOKafkaClient.send
    )


def test_taking_a_transactional_id_is_aiokafka_s_own_request() -> None:
    assert _parameters(InitProducerIdRequest) == ["transactional_id", "transaction_timeout_ms"]
    assert _attributes(AIOKafkaClient) >= {"_conns"}  # tests/integration/bus/test_transactions.py cuts them
