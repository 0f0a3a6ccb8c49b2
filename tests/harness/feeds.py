"""What each grant shows of each change, by rules written a second time, and the feeds held against it.

Where the facts of a subject became others, a feed gets what its view makes of the record before and after it: the
change where it shows the record now, a retraction where it showed the record before, else nothing. What was retracted
before it, whatever the facts, was in no view.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import yaml

from creditbus.avro_schemas import raw_catalogue
from tests.harness.changes import RETRACTED, Change
from tests.harness.problem import DOUBLED, LOST, WRONG, Problem
from tests.harness.wire import Observer, Place, Record, digest

__all__ = [
    "Grant",
    "admits",
    "all_shown",
    "compared",
    "disclosed",
    "disclosed_act",
    "feeds",
    "grants_of_the_city",
    "is_withheld",
]

Grant = dict[str, Any]

_RANK = {"public": 0, "shared": 1, "authorised": 2}


def grants_of_the_city() -> list[Grant]:
    """The grants of topics/subscribers, each with the name of its feed."""
    found = []
    for file in (files("creditbus.topics") / "subscribers").iterdir():
        subscriber = yaml.safe_load(file.read_text(encoding="utf-8"))
        found.append({**subscriber["grant"], "feed": f"feed.{subscriber['id']}"})
    return found


def admits(grant: Grant, item: str, kind: str, district: str) -> bool:
    """Tell whether a grant covers records of an item, of such subjects."""
    districts = grant["districts"]
    return item in grant["items"] and kind in grant["subject_kinds"] and ("all" in districts or district in districts)


class _Column(NamedTuple):
    name: str
    rank: int
    """Of its class."""
    by_value: dict[str, int]
    """The ranks of single values."""

    def rank_of(self, value: str | None) -> int:
        return self.rank if value is None else self.by_value.get(value, self.rank)

    @property
    def widest(self) -> int:
        return min((self.rank, *self.by_value.values()))

    @property
    def narrowest(self) -> int:
        return max((self.rank, *self.by_value.values()))


@cache
def _columns(item: str) -> dict[str, _Column]:
    by_value = raw_catalogue()[item].entry.get("disclosure", {}).get("by_value", {})
    found = {}
    for field in raw_catalogue()[item].schema["fields"]:
        stated = by_value.get(field["name"], {})
        ranks = {value: _RANK[name] for name, values in stated.items() for value in values}
        found[field["name"]] = _Column(field["name"], _RANK[field["disclosure"]], ranks)
    return found


@cache
def _act(item: str, ceiling: int) -> frozenset[str]:
    """Return the parts of the act that are shown: those of columns that are shown whatever they say."""
    sources: defaultdict[str, set[str]] = defaultdict(set)
    for event in raw_catalogue()[item].entry["events"]:
        for part, column in event.get("act", {}).items():
            sources[part].add(column)
    open_columns = {column.name for column in _columns(item).values() if column.narrowest <= ceiling}
    return frozenset(part for part, columns in sources.items() if columns <= open_columns)


def disclosed(grant: Grant, item: str, content: dict[str, str | None] | None) -> dict[str, str | None]:
    """Return the columns that a grant shows; without content, empty ones."""
    ceiling = _RANK[grant["disclosure"]]
    found = {}
    for column in _columns(item).values():
        if column.widest <= ceiling:
            value = None if content is None else content[column.name]
            found[column.name] = value if column.rank_of(value) <= ceiling else None
    return found


def disclosed_act(grant: Grant, item: str, act: dict[str, str | None] | None) -> dict[str, str | None]:
    """Return the parts of the act that a grant shows; without one, empty ones."""
    return {part: None if act is None else act[part] for part in _act(item, _RANK[grant["disclosure"]])}


def is_withheld(grant: Grant, item: str, content: dict[str, str | None]) -> bool:
    """Tell whether a record is withheld as a whole for the class of one of its values."""
    name = raw_catalogue()[item].entry.get("disclosure", {}).get("withheld_unless_disclosed")
    return name is not None and _columns(item)[name].rank_of(content[name]) > _RANK[grant["disclosure"]]


# -- of one change -----------------------------------------------------------------------------------


def all_shown(grants: Sequence[Grant], event: dict[str, Any]) -> list[bytes | None]:
    """Return for each grant the digest of the record that its feed gets; None: it gets none."""
    return [_shown(grant, event) for grant in grants]


def _shown(grant: Grant, event: dict[str, Any]) -> bytes | None:
    header = event["header"]
    applied, before = header["applied"], header["applied"]["before"]
    item, kind = header["item"], header["subject_kind"]
    is_in = admits(grant, item, kind, applied["district"])
    was_in = is_in
    if before is not None:
        was_in = applied["previous_state"] not in RETRACTED and admits(grant, item, kind, before["district"])
    withheld = is_withheld(grant, item, event["content"])
    if was_in and not is_in:
        return None if withheld and applied["revision"] == 1 else _entry(grant, event, before, "DISTRICT")
    if not is_in:
        return None
    if not was_in and (withheld or applied["state"] in RETRACTED):
        return None
    if not withheld:
        return _entry(grant, event, applied, None)
    return _entry(grant, event, applied, "VALUE") if _may_have_been_shown(applied) else None


def _may_have_been_shown(applied: dict[str, Any]) -> bool:
    """Tell whether a version of a record that is withheld may have been shown before this one."""
    takes_back = applied["change"] in {"NEW", "AMENDED"} or applied["state"] in RETRACTED
    return takes_back and applied["revision"] > 1 and applied["previous_state"] not in RETRACTED


def _entry(grant: Grant, event: dict[str, Any], facts: dict[str, Any], withheld_for: str | None) -> bytes:
    header = event["header"]
    applied, subject = header["applied"], header["subject"]
    identity, state, previous = header["event_id"], applied["state"], applied["previous_state"]
    if withheld_for is not None:
        named = f"withheld\0{subject}\0{applied['version']}"
        identity, state, previous = hashlib.blake2b(named.encode(), digest_size=16).digest(), "WITHHELD", None
    empty = withheld_for is not None or state in RETRACTED
    return digest(
        "|".join((subject, *(header[part] for part in ("item", "authority", "document_no")))),
        (facts["registered_name"] or header["subject_name"], facts["district"], facts["registered"]),
        (header["subject_kind"], applied["version"], header["authority_name"], header["verb"], applied["change"]),
        (applied["revision"], state, previous, identity.hex(), withheld_for),
        disclosed_act(grant, header["item"], None if empty else event["act"]),
        disclosed(grant, header["item"], None if empty else event["content"]),
    )


# -- of the feeds ------------------------------------------------------------------------------------


def feeds(changes: Sequence[Change], observer: Observer, index: int, grant: Grant) -> Iterator[Problem]:
    """Say where a feed is not, record by record, what its grant shows of the changes."""
    wanted: defaultdict[int, list[bytes]] = defaultdict(list)
    for change in changes:
        shown = change.shown[index]
        if shown is not None:
            wanted[change.record.place.partition].append(shown)
    for number in range(observer.partitions):
        place, evidence = Place(grant["feed"], number), _Evidence()
        told = []
        for record in observer.records[place]:
            entry = observer.wire.decode(record.value)
            yield from evidence.of(entry, record)
            told.append(_told(record, entry))
        if told != wanted[number]:
            yield Problem(
                WRONG, 1, f"{place}: {len(told)} records are not the {len(wanted[number])} of its grant in order"
            )
            yield from compared(Counter(told), Counter(wanted[number]), f"{place}")


def compared(found: Counter[Any], want: Counter[Any], what: str) -> Iterator[Problem]:
    """Say what is missing, and what is there too often."""
    if missing := want - found:
        yield Problem(LOST, missing.total(), f"{what}, for example {next(iter(missing))!r:.200}")
    if surplus := found - want:
        yield Problem(DOUBLED, surplus.total(), f"{what}, for example {next(iter(surplus))!r:.200}")


def _told(record: Record, entry: dict[str, Any]) -> bytes:
    of, subject = entry["record"], entry["subject"]
    return digest(
        (record.key or b"").decode(),
        (subject["name"], subject["district"], subject["registered"]),
        (subject["kind"], subject["version"], of["authority_name"], of["verb"], of["change"]),
        (of["revision"], of["state"], of["previous_state"], of["event_id"], of["withheld_for"]),
        entry["act"],
        entry["content"],
    )


class _Evidence:
    """The numbers and the chain of hashes of one feed's partition."""

    def __init__(self) -> None:
        self._number = 0
        self._previous = bytes(32)

    def of(self, entry: dict[str, Any], record: Record) -> Iterator[Problem]:
        self._number += 1
        if entry["feed"] != {"feed_seq": self._number, "previous_hash": self._previous}:
            told = entry["feed"]["feed_seq"]
            yield Problem(
                WRONG, 1, f"{record.place} at {record.offset}: feed_seq {told}, true is {self._number}, or a wrong hash"
            )
        self._previous = hashlib.sha256(record.value or b"").digest()
