"""Our encoding of the protocol, against that of kafka-python, which is made from Kafka's own definitions."""

from io import BytesIO
from typing import Any

import pytest
from aiokafka.errors import IncompatibleBrokerVersion
from kafka.protocol import metadata, producer

from creditbus.services.engine.produce import messages
from creditbus.services.engine.produce.messages import NO_TAGS, finalized_features

LONG = "feed.示例" * 60


def theirs(request: Any, ours: Any) -> bytes:
    return bytes(request.encode(version=ours.API_VERSION))


def test_records_are_sent_as_the_protocol_wants_them() -> None:
    ours = messages.ProduceRequest(
        "lane-3",
        -1,
        10000,
        [
            ("credit.events", [(0, b"x" * 300, NO_TAGS), (7, bytearray(b"y"), NO_TAGS)], NO_TAGS),
            (LONG, [(2**31 - 1, b"z" * 70_000, NO_TAGS)], NO_TAGS),
        ],
        NO_TAGS,
    )
    topic = producer.ProduceRequest.TopicProduceData
    partition = topic.PartitionProduceData
    request = producer.ProduceRequest(
        transactional_id="lane-3",
        acks=-1,
        timeout_ms=10000,
        topic_data=[
            topic(
                name="credit.events",
                partition_data=[partition(index=0, records=b"x" * 300), partition(index=7, records=b"y")],
            ),
            topic(name=LONG, partition_data=[partition(index=2**31 - 1, records=b"z" * 70_000)]),
        ],
    )
    assert ours.encode() == theirs(request, ours)


def test_partitions_are_added_as_the_protocol_wants_it() -> None:
    rows = [("credit.events", [0, 300], NO_TAGS), ("feed.示例", [2], NO_TAGS)]
    ours = messages.AddPartitionsToTxnRequest("lane-3", 4000, 7, rows, NO_TAGS)
    topic = producer.AddPartitionsToTxnRequest.AddPartitionsToTxnTopic
    request = producer.AddPartitionsToTxnRequest(
        v3_and_below_transactional_id="lane-3",
        v3_and_below_producer_id=4000,
        v3_and_below_producer_epoch=7,
        v3_and_below_topics=[
            topic(name="credit.events", partitions=[0, 300]),
            topic(name="feed.示例", partitions=[2]),
        ],
    )
    assert ours.encode() == theirs(request, ours)


def test_offsets_are_sent_as_the_protocol_wants_them() -> None:
    ours = messages.TxnOffsetCommitRequest(
        "lane-3",
        "creditbus-intake",
        4000,
        7,
        -1,
        "",
        None,
        [("ingest.示例", [(3, 2**40, -1, "", NO_TAGS)], NO_TAGS)],
        NO_TAGS,
    )
    topic = producer.TxnOffsetCommitRequest.TxnOffsetCommitRequestTopic
    partition = topic.TxnOffsetCommitRequestPartition
    place = partition(partition_index=3, committed_offset=2**40, committed_leader_epoch=-1, committed_metadata="")
    request = producer.TxnOffsetCommitRequest(
        transactional_id="lane-3",
        group_id="creditbus-intake",
        producer_id=4000,
        producer_epoch=7,
        generation_id=-1,
        member_id="",
        group_instance_id=None,
        topics=[topic(name="ingest.示例", partitions=[place])],
    )
    assert ours.encode() == theirs(request, ours)


def test_the_end_is_sent_as_the_protocol_wants_it() -> None:
    ours = messages.EndTxnRequest("lane-3", 4000, 7, True, NO_TAGS)
    request = producer.EndTxnRequest(transactional_id="lane-3", producer_id=4000, producer_epoch=7, committed=True)
    assert ours.encode() == theirs(request, ours)


def test_the_question_for_features_is_sent_as_the_protocol_wants_it() -> None:
    ours = messages.ApiVersionsRequest("creditbus", "1.0", NO_TAGS)
    request = metadata.ApiVersionsRequest(client_software_name="creditbus", client_software_version="1.0")
    assert ours.encode() == theirs(request, ours)


def test_an_answer_tells_error_and_first_offset_of_each_partition() -> None:
    topic = producer.ProduceResponse.TopicProduceResponse
    partition = topic.PartitionProduceResponse
    failed = partition(
        index=1,
        error_code=6,
        base_offset=-1,
        log_append_time_ms=-1,
        log_start_offset=-1,
        record_errors=[partition.BatchIndexAndErrorMessage(batch_index=0, batch_index_error_message="why")],
        error_message="who leads has changed",
        current_leader=partition.LeaderIdAndEpoch(leader_id=2, leader_epoch=9),
    )
    written = partition(
        index=0, error_code=0, base_offset=77, log_append_time_ms=-1, log_start_offset=0, record_errors=[]
    )
    response = producer.ProduceResponse(
        responses=[topic(name="credit.events", partition_responses=[written, failed])], throttle_time_ms=0
    )
    answer: Any = messages.ProduceAnswer.decode(bytes(response.encode(version=12)))
    (found,) = answer.topics
    assert found[0] == "credit.events"
    assert [entry[:3] for entry in found[1]] == [(0, 0, 77), (1, 6, -1)]


def test_the_answer_to_the_end_tells_the_next_epoch() -> None:
    response = producer.EndTxnResponse(throttle_time_ms=0, error_code=0, producer_id=4000, producer_epoch=8)
    answer: Any = messages.EndTxnAnswer.decode(bytes(response.encode(version=5)))
    assert (answer.error_code, answer.producer_id, answer.producer_epoch) == (0, 4000, 8)


def test_the_answer_to_offsets_tells_an_error_for_each_partition() -> None:
    topic = producer.TxnOffsetCommitResponse.TxnOffsetCommitResponseTopic
    partition = topic.TxnOffsetCommitResponsePartition
    response = producer.TxnOffsetCommitResponse(
        throttle_time_ms=0,
        topics=[topic(name="ingest.a", partitions=[partition(partition_index=3, error_code=51)])],
    )
    answer: Any = messages.TxnOffsetCommitAnswer.decode(bytes(response.encode(version=5)))
    assert answer.topics == [("ingest.a", [(3, 51, {})], {})]


def test_the_answer_to_added_partitions_tells_an_error_for_each() -> None:
    topic = producer.AddPartitionsToTxnResponse.AddPartitionsToTxnTopicResult
    partition = topic.AddPartitionsToTxnPartitionResult
    response = producer.AddPartitionsToTxnResponse(
        throttle_time_ms=0,
        results_by_topic_v3_and_below=[
            topic(name="feed.a", results_by_partition=[partition(partition_index=3, partition_error_code=51)])
        ],
    )
    answer: Any = messages.AddPartitionsToTxnAnswer.decode(bytes(response.encode(version=3)))
    assert answer.topics == [("feed.a", [(3, 51, {})], {})]


def test_the_features_of_a_cluster_are_found_in_the_tags() -> None:
    response = metadata.ApiVersionsResponse
    feature = response.FinalizedFeatureKey
    body = response(
        error_code=0,
        api_keys=[response.ApiVersion(api_key=0, min_version=3, max_version=12)],
        throttle_time_ms=0,
        finalized_features_epoch=4,
        finalized_features=[
            feature(name="group.version", max_version_level=1, min_version_level=1),
            feature(name="transaction.version", max_version_level=2, min_version_level=2),
        ],
    )
    answer: Any = messages.ApiVersionsAnswer.decode(bytes(body.encode(version=3)))
    assert finalized_features(answer) == {"group.version": 1, "transaction.version": 2}


def test_the_header_of_that_answer_is_the_old_one() -> None:
    source = BytesIO(b"\x00\x00\x00\x05" + b"rest")
    header: Any = messages.ApiVersionsRequest("creditbus", "1.0", NO_TAGS).parse_response_header(source)
    assert (header.correlation_id, source.read()) == (5, b"rest")


@pytest.mark.parametrize("versions", [{}, {26: (0, 4)}, {26: (6, 7)}])
def test_a_broker_without_the_version_is_sent_nothing(versions: dict[int, tuple[int, int]]) -> None:
    request = messages.EndTxnRequest("lane-3", 4000, 7, True, NO_TAGS)
    assert request.prepare({26: (0, 5)}) is request
    with pytest.raises(IncompatibleBrokerVersion):
        request.prepare(versions)
