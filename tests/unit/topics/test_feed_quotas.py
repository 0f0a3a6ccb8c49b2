"""What is compared with the brokers' quotas, and brokers that refuse; on real ones: tests/integration/topics."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from kafka.errors import ClusterAuthorizationFailedError, KafkaTimeoutError
from kafka.protocol.admin.client_quotas import DescribeClientQuotasRequest, DescribeClientQuotasResponse

from creditbus.services.engine.produce.records import BATCH_BYTES
from creditbus.topics.city import example_city, read_city, use_city
from creditbus.topics.declarations import declarations
from creditbus.topics.errors import ConfigurationError
from creditbus.topics.feed_quotas import QuotaChange, quota_changes
from creditbus.topics.leftover import removed_subscribers
from creditbus.topics.parties import LOWEST_FEED_RATE, Subscriber
from tests.harness.city_folder import CityFolder

_NAME = "agency-xinda"
_REFUSED = ClusterAuthorizationFailedError.errno


class _Brokers:
    """In place of an admin client: answers what it holds, or refuses."""

    def __init__(self, held: Any = (), error_code: int = 0, raises: Exception | None = None) -> None:
        entry = DescribeClientQuotasResponse.EntryData
        self._raises = raises
        self._answer = DescribeClientQuotasResponse(
            error_code=error_code,
            error_message=None,
            entries=[
                entry(
                    entity=[entry.EntityData(entity_type=kind, entity_name=name) for kind, name in entities],
                    values=[entry.ValueData(key=key, value=value) for key, value in values.items()],
                )
                for entities, values in held
            ],
        )
        self._manager = self

    def send(self) -> None: ...

    def run(self, _: Any, request: Any) -> Any:
        assert isinstance(request, DescribeClientQuotasRequest)
        if self._raises is not None:
            raise self._raises
        return self._answer


def _declared(rate: int | None) -> list[Subscriber]:
    known = declarations().subscribers
    return [replace(one, feed_bytes_per_second=rate if one.id == _NAME else None) for one in known.values()]


def _changes(brokers: _Brokers, rate: int | None) -> list[QuotaChange]:
    kafka: Any = brokers
    return list(quota_changes(kafka, _declared(rate)))


def test_what_the_brokers_hold_for_others_or_of_other_kinds_is_left_alone() -> None:
    held = [
        ([("user", _NAME)], {"consumer_byte_rate": 5000.0, "producer_byte_rate": 1.0}),
        ([("client-id", _NAME)], {"request_percentage": 5.0}),
        ([("user", _NAME), ("client-id", _NAME)], {"consumer_byte_rate": 9.0}),
        ([("user", "somebody-else")], {"consumer_byte_rate": 9.0}),
        ([("client-id", None)], {"consumer_byte_rate": 9.0}),
    ]
    assert _changes(_Brokers(held), 5000) == [QuotaChange(_NAME, "client-id", None, 5000)]
    assert _changes(_Brokers(held), None) == [QuotaChange(_NAME, "user", 5000, None)]


def test_two_of_the_largest_batches_may_be_read_in_ten_seconds_of_the_lowest_rate() -> None:
    assert LOWEST_FEED_RATE * 10 > 2 * BATCH_BYTES * 1.1


def test_a_quota_of_a_removed_subscriber_is_taken_away_and_nobody_elses() -> None:
    held = [
        ([(kind, name)], {"consumer_byte_rate": 5.0}) for kind in ("user", "client-id") for name in ("gone", "other")
    ]
    kafka: Any = _Brokers([*held, ([("user", _NAME)], {"consumer_byte_rate": 7.0})])
    left = ["acks.gone", "credit.old", "feed.gone", "feed.gone.manifest", "feed.quiet", "ingest.other"]
    assert list(quota_changes(kafka, _declared(None), removed_subscribers(left))) == [
        QuotaChange(_NAME, "user", 7, None),
        QuotaChange("gone", "user", 5, None),
        QuotaChange("gone", "client-id", 5, None),
    ]


def test_brokers_that_refuse_matter_only_where_a_quota_is_declared() -> None:
    refusing = _Brokers(error_code=_REFUSED)
    assert _changes(refusing, None) == []
    with pytest.raises(ConfigurationError, match=r"grant\.quota\.feed_bytes_per_second"):
        _changes(refusing, 5000)
    with pytest.raises(KafkaTimeoutError):
        _changes(_Brokers(raises=KafkaTimeoutError("away")), None)


@pytest.mark.parametrize(
    "quota",
    [
        {"queries_per_day": 5},
        {"feed_bytes_per_second": 262144},
        {"queries_per_day": 5, "feed_bytes_per_second": 262144},
    ],
)
def test_a_quota_names_either_bound_or_both(quota: dict[str, int], tmp_path: Path) -> None:
    folder = CityFolder(tmp_path / "city")
    folder.grant(_NAME, quota=quota)
    try:
        use_city(read_city(folder.path))
        read = declarations().subscribers[_NAME]
    finally:
        use_city(example_city())
    bounds = (read.queries_per_day, read.feed_bytes_per_second)
    assert bounds == (quota.get("queries_per_day"), quota.get("feed_bytes_per_second"))
