"""All shared files in other orders, and sent again: the same final records, states and rejects.

The stages run in memory, in turns and batches by chance; what differs is printed with the seed that brings it back.
"""

import os
import random
import sys
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from fastavro import parse_schema, schemaless_reader

from creditbus.avro_schemas import reject_schema
from creditbus.connectors.publish.encoder import Encoder
from creditbus.connectors.run.outgoing import outgoing
from creditbus.connectors.setup.configuration import Connector, load_connector
from creditbus.services.domain.framing import FRAME_BYTES
from creditbus.services.domain.profile.keys import unpack_events
from creditbus.services.local.stages import LocalStages
from tests.harness.department_files import FILES, configuration
from tests.step_harness import Bus, machinery

_FIRST_SEED = 20160128
#: As many orders as the variable asks for: six were tried in each run until now, and came to the same.
_SEEDS = range(_FIRST_SEED, _FIRST_SEED + int(os.environ.get("CREDITBUS_ORDERS") or 3))
_STAGES = ("intake", "resolver", "profiles")
_REJECT = parse_schema(reject_schema(), named_schemas={})

Name = tuple[str, ...]
Place = tuple[str, str, int]
File = tuple[str, list[tuple[bytes, bytes]]]
"""Department, and key and value of each row."""


class Final(NamedTuple):
    """What the files came to."""

    records: dict[Name, tuple[str, Any]]
    """State and content of each record."""
    revisions: dict[Name, int]
    rejects: dict[Place, tuple[str, ...]]
    """Reasons for each refused row."""
    waiting: frozenset[Place]
    """Rows that wait for their record or their subject's registration."""


@pytest.fixture(scope="module")
def files(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, File]:
    """The messages of each file, as its department's connector makes them."""
    folder = tmp_path_factory.mktemp("connectors.d")
    found = {}
    for file in FILES:
        path = folder / f"{file.name}.yaml"
        path.write_text(configuration(file, shared_data), encoding="utf-8")
        found[file.name] = (file.department, _messages(load_connector(path)))
    return found


def _messages(connector: Connector) -> list[tuple[bytes, bytes]]:
    encoder = Encoder(connector.item.id, machinery().registry)
    return [(*outgoing(connector, encoder, row, "run").message,) for row in connector.open().read(None)]


@pytest.fixture(scope="module")
def in_order(files: dict[str, File]) -> Final:
    """The files once, in the order of the true outcomes."""
    return _final(_run(files, [file.name for file in FILES], random.Random(0)))


@pytest.mark.parametrize("seed", _SEEDS)
def test_files_in_any_order_and_sent_again_come_to_the_same(files: dict[str, File], in_order: Final, seed: int) -> None:
    chance = random.Random(seed)
    order = [file.name for file in FILES]
    chance.shuffle(order)
    for again in chance.sample(order, 2):
        order.insert(chance.randrange(len(order) + 1), again)
    sys.stdout.write(f"seed {seed}: {', '.join(order)}\n")
    have = _final(_run(files, order, chance))
    assert _differing(in_order.records, have.records) == {}
    assert _differing(in_order.rejects, have.rejects) == {}
    assert have.waiting == in_order.waiting
    revisions = _differing(in_order.revisions, have.revisions)
    sys.stdout.write(f"  {len(have.records)} records, {len(have.rejects)} rejects, {len(revisions)} other revisions\n")


def _differing(want: Mapping[Any, Any], have: Mapping[Any, Any]) -> dict[Any, tuple[Any, Any]]:
    names = want.keys() | have.keys()
    return {name: (want.get(name), have.get(name)) for name in names if want.get(name) != have.get(name)}


def _run(files: Mapping[str, File], order: Sequence[str], chance: random.Random) -> Bus:
    """Publish files one after the other while the stages work, sometimes far behind."""
    bus = Bus(machinery())
    for name in order:
        department, messages = files[name]
        for key, value in messages:
            bus.publish_bytes(department, key, value)
        for _ in range(chance.randrange(12)):
            busy = [one for one in bus.busy() if one[0] in _STAGES]
            if busy:
                bus.turn(*chance.choice(busy), limit=chance.choice((100, 1000, 4000)))
    while busy := [one for one in bus.busy() if one[0] in _STAGES]:
        bus.turn(*chance.choice(busy), limit=4000)
    return bus


def _final(bus: Bus) -> Final:
    records: dict[Name, tuple[str, Any]] = {}
    revisions: dict[Name, int] = {}
    for lane in range(bus.parts.lanes):
        for message in bus.topics["credit.changes", lane]:
            header, content = _opened(bus.parts, message.value)
            name = tuple(header[part] for part in ("subject", "item", "authority", "document_no"))
            if header["applied"]["change"] == "TRANSITION":
                content = records.get(name, ("", None))[1]
            records[name] = (header["applied"]["state"], content)
            revisions[name] = header["applied"]["revision"]
    return Final(records, revisions, _rejects(bus), frozenset(_waiting(bus)))


def _opened(parts: LocalStages, value: bytes | None) -> tuple[Any, Any]:
    opened = parts.codec.open(value or b"")
    return opened.header, parts.codec.read_body(opened.header["item"], opened.body)[2]


def _rejects(bus: Bus) -> dict[Place, tuple[str, ...]]:
    found: dict[Place, tuple[str, ...]] = {}
    for (topic, _), messages in bus.topics.items():
        for message in messages if topic.startswith("rejects.") else ():
            source = BytesIO(message.value or b"")
            source.seek(FRAME_BYTES)
            reject: Any = schemaless_reader(source, _REJECT, None)
            place = (reject["file"], reject["sheet"], reject["row"])
            reasons = tuple(finding["reason"] for finding in reject["findings"])
            assert found.setdefault(place, reasons) == reasons, "refused again for another reason"
    return found


def _waiting(bus: Bus) -> set[Place]:
    found = set()
    for (stage, lane), _ in list(bus.stores.items()):
        for key, value in bus.stores[stage, lane].items():
            if (stage == "resolver" and key.startswith(b"w|")) or (stage == "profiles" and key.startswith(b"q|")):
                events = [value]
            elif stage == "profiles" and key.startswith(b"h|"):
                events = list(unpack_events(value))
            else:
                continue
            for event in events:
                origin = bus.parts.codec.open(event).header["origin"]
                found.add((origin["file"], origin["sheet"], origin["row"]))
    return found
