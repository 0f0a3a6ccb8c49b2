"""Withdraws records that their source does not hold any more, once a person has said so."""

import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from creditbus.avro_schemas import event_schema
from creditbus.connectors.configuration import Connector
from creditbus.connectors.decoding import DamagedError, Decoder, ForeignError
from creditbus.connectors.encoding import Encoder, Message
from creditbus.connectors.errors import ConfigurationError
from creditbus.connectors.mapping.compiler import Mapped
from creditbus.connectors.memory import Memory
from creditbus.connectors.publisher import Publisher
from creditbus.connectors.remembered import Vanished
from creditbus.services.domain.city_time import city_day
from creditbus.services.domain.event import NO_HASH, RecordState, Verb
from creditbus.services.domain.framing import FrameError
from creditbus.services.domain.validation import Refused, compile_item
from creditbus.topics.connection import Connection
from creditbus.topics.registry import SchemaRegistry

__all__ = ["Proposal", "act_of_withdrawal", "proposals", "withdraw"]

_CHUNK_ROWS = 2000
_REASON = "来源数据中已无此记录"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A record to withdraw, for a person to decide on. Holds a name of the department's row: never log it."""

    key: str
    file: str
    sheet: str
    row: int
    document_no: str
    authority: str
    subject_name: str = field(repr=False)
    recoded: bool
    """The source holds the same document for the same name under another code: withdrawing would most likely hit the
    record that is there."""
    event: Mapping[str, Any] = field(repr=False)


def proposals(connector: Connector, connection: Connection, today: date) -> list[Proposal]:
    """Return what the last complete run of a connector missed.

    A row that intake refused is no record, so there is nothing to withdraw: it is left out.

    Args:
        connector: the connector.
        connection: where the registry is, which knows how older events were written.
        today: for the rules of intake.

    Raises:
        UserError: the memory cannot be used, or the registry does not answer.
    """
    validator = compile_item(connector.item)
    decode = Decoder(event_schema(connector.item.id), SchemaRegistry(connection.registry_url))
    found = []
    with Memory(connection.home, connector.id) as memory:
        for one in memory.vanished(connector.vanished):
            try:
                event = decode(one.event)
            except (DamagedError, FrameError) as error:
                raise memory.damaged(one.file, one.sheet, one.row) from error
            except ForeignError:  # of the item that the connector had before
                continue
            if event["header"]["item"] == connector.item.id and not isinstance(
                validator.examine(event["header"], event["claim"], event["content"], today), Refused
            ):
                found.append(_proposal(one, event))
    return found


def withdraw(connector: Connector, connection: Connection, chosen: Sequence[Proposal]) -> str:
    """Publish a WITHDRAW event for each of some proposals, and return the run that they were published under.

    Killed on the way and run again it sends some a second time; the bus counts those as duplicates.

    Raises:
        ConfigurationError: the item admits no withdrawal.
        PublishError: the broker went away; run again.
    """
    item = connector.item
    if Verb.WITHDRAW not in item.verbs:
        raise ConfigurationError(f"item {item.id}", "admits no WITHDRAW", "ask the credit office")
    run = f"{connector.id}-withdraw-{datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"
    encoder = Encoder(item.id, SchemaRegistry(connection.registry_url))
    today = city_day(int(datetime.now(UTC).timestamp() * 1000))
    with (
        Publisher(connection.bootstrap_servers, f"{connector.id}-withdraw", connector.topic) as publisher,
        Memory(connection.home, connector.id) as memory,
    ):
        publisher.fence()
        place = memory.place(0, time.time_ns() // 1000) if connector.tells == "state" else None
        for start in range(0, len(chosen), _CHUNK_ROWS):
            chunk = chosen[start : start + _CHUNK_ROWS]
            memory.take_back(bytes.fromhex(one.key) for one in chunk)
            messages = [_message(encoder, one, run, today, place) for one in chunk]
            publisher.commit(messages, [publisher.publication(run, start + len(messages))])
            memory.withdraw([one.key for one in chunk], run)
    return run


def act_of_withdrawal(act: Mapping[str, Any], today: date) -> dict[str, Any]:
    """Make the act of a withdrawal, of its own date and reason: those of the decision are not what it says."""
    return dict.fromkeys(act) | {"decided_on": today.isoformat(), "reason": _REASON}


def _message(encoder: Encoder, proposal: Proposal, run: str, today: date, place: int | None) -> Message:
    event = proposal.event
    header = event["header"] | {
        "verb": Verb.WITHDRAW,
        "state": RecordState.WITHDRAWN,
        "event_id": NO_HASH,
        "content_hash": NO_HASH,
        "source_time": None,
        "received_at": 0,
        "reading": place,
        "lifts": False,
        "origin": event["header"]["origin"] | {"run": run},
        "warnings": [],
    }
    act = act_of_withdrawal(event["act"], today)
    return encoder.event(Mapped({**event, "header": header, "act": act}, withheld=False))


def _proposal(one: Vanished, event: Mapping[str, Any]) -> Proposal:
    header = event["header"]
    return Proposal(
        key=one.key,
        file=one.file,
        sheet=one.sheet,
        row=one.row,
        document_no=header["document_no"],
        authority=header["authority_name"] or header["authority"],
        subject_name=header["subject_name"],
        recoded=one.recoded,
        event=event,
    )
