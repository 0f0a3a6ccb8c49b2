"""How fast each subscriber may read, as the brokers hold it: bytes a second of its user and of its client id.

A broker that authenticates its clients counts by the user, whatever a client calls itself; one that does not knows the
client id alone. So both are set, by the subscriber's id. Anyone who reads more waits for the next answer a little, and
no record is left out. kafka-python has the two messages and no call for them (docs/adr/0047-rate-of-reading.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from kafka import KafkaAdminClient
from kafka.errors import KafkaError, RetriableError, for_code
from kafka.protocol.admin.client_quotas import AlterClientQuotasRequest, DescribeClientQuotasRequest

from creditbus.topics import messages
from creditbus.topics.errors import ConfigurationError
from creditbus.topics.parties import Subscriber

__all__ = ["QuotaChange", "quota_changes", "set_quotas"]

_KINDS: Final = ("user", "client-id")
_RATE: Final = "consumer_byte_rate"


class QuotaChange(NamedTuple):
    """A quota that the brokers do not hold as declared.

    Attributes:
        subscriber: its id, the name of user and client id.
        kind: `user` or `client-id`.
        present: bytes a second that they hold; None: none.
        wanted: those that are declared, likewise.

    """

    subscriber: str
    kind: str
    present: int | None
    wanted: int | None


def quota_changes(
    kafka: KafkaAdminClient, subscribers: Iterable[Subscriber], removed: Iterable[str] = ()
) -> tuple[QuotaChange, ...]:
    """Compare what the brokers hold with what is declared; a quota of anyone else is left alone.

    Args:
        kafka: the brokers.
        subscribers: all that are declared.
        removed: ids of those that were declared before, whose quotas are taken away.

    Raises:
        ConfigurationError: the brokers refuse to say, and a quota is declared.
        RetriableError: no broker answers.

    """
    wanted = {one.id: one.feed_bytes_per_second for one in subscribers}
    try:
        held = _held(kafka)
    except RetriableError:
        raise
    except KafkaError as error:
        # whoever declares none needs no right to see those of others
        if all(rate is None for rate in wanted.values()):
            return ()
        raise _refused(error) from error
    rates = {**dict.fromkeys(removed), **wanted}
    return tuple(
        QuotaChange(name, kind, held.get((kind, name)), rate)
        for name, rate in sorted(rates.items(), key=lambda one: one[0])
        for kind in _KINDS
        if held.get((kind, name)) != rate
    )


def set_quotas(kafka: KafkaAdminClient, changes: Iterable[QuotaChange]) -> None:
    """Let the brokers hold what is declared; they count by it from the next answer on.

    Raises:
        ConfigurationError: the brokers refuse.
        RetriableError: no broker answers.

    """
    entry = AlterClientQuotasRequest.EntryData
    entries = [
        entry(
            entity=[entry.EntityData(entity_type=one.kind, entity_name=one.subscriber)],
            ops=[entry.OpData(key=_RATE, value=float(one.wanted or 0), remove=one.wanted is None)],
        )
        for one in changes
    ]
    if entries:
        try:
            for done in _answer(kafka, AlterClientQuotasRequest(entries=entries, validate_only=False)).entries:
                _check(done)
        except RetriableError:
            raise
        except KafkaError as error:
            raise _refused(error) from error


def _held(kafka: KafkaAdminClient) -> Mapping[tuple[str, str], int]:
    answer = _answer(kafka, DescribeClientQuotasRequest(components=[], strict=False))
    _check(answer)
    return {
        (entity.entity_type, entity.entity_name): int(value.value)
        for entry in answer.entries or ()
        # one of a user and a client id together is not ours
        if len(entry.entity) == 1
        for entity in entry.entity
        for value in entry.values
        if value.key == _RATE and entity.entity_name is not None
    }


def _answer(kafka: KafkaAdminClient, request: Any) -> Any:
    manager = kafka._manager  # noqa: SLF001 -- the admin client has no call of its own for quotas
    return manager.run(manager.send, request)


def _refused(error: KafkaError) -> ConfigurationError:
    return ConfigurationError("grant.quota.feed_bytes_per_second", messages.KAFKA_REFUSES(error=error))


def _check(answer: Any) -> None:
    if answer.error_code:
        raise for_code(answer.error_code)(answer.error_message)
