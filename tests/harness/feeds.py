"""What each grant shows of each change, by rules written a second time, and the feeds held against it.

Where the facts of a subject became others, a feed gets what its view makes of the record before and after it: the
change where it shows the record now, a retraction where it showed the record before, else nothing. What was retracted
before it, whatever the facts, was in no view.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import Any, NamedTuple

import yaml

from creditbus.avro_schemas import RawItem, raw_catalogue
from tests.harness.changes import RETRACTED, Change, counted, value_before
from tests.harness.problem import DOUBLED, LOST, WRONG, Problem
from tests.harness.wire import Observer, Place, Record, digest

__all__ = [
    "RANK",
    "Declared",
    "Evidence",
    "Grant",
    "admits",
    "all_shown",
    "compared",
    "disclosed",
    "disclosed_act",
    "entry_of",
    "feeds",
    "grants_of_the_city",
    "hidden_before",
    "is_never_seen",
    "is_unseen",
    "is_withheld",
    "told",
    "visible",
]

Grant = dict[str, Any]
"""As a subscriber's file states it, with the name of its feed; `declared` if its catalogue is not the shipped one."""

RANK = {"public": 0, "shared": 1, "authorised": 2}


def grants_of_the_city() -> list[Grant]:
    """The grants of topics/subscribers, each with the name of its feed."""
    found = []
    for file in (files("creditbus.topics") / "subscribers").iterdir():
        subscriber = yaml.safe_load(file.read_text(encoding="utf-8"))
        found.append({**subscriber["grant"], "feed": f"feed.{subscriber['id']}", "uscc": subscriber.get("uscc")})
    return found


class Declared:
    """A catalogue as one version of a city declares it; each is one of its own, whatever it says."""

    def __init__(self, items: Mapping[str, RawItem]) -> None:
        self.items = items


def admits(
    grant: Grant,
    item: str,
    kind: str,
    district: str,
    on: date | None = None,
    consents: Collection[tuple[str, str]] = (),
) -> bool:
    """Tell whether a grant covers records of an item, of such subjects, on a day; None: whatever the day is.

    The consents are those that count for the record: to whom and what for.
    """
    districts = grant["districts"]
    begun = on is None or "valid_from" not in grant or grant["valid_from"] <= on
    over = on is not None and on > grant["valid_until"]
    covers = item in grant["items"] and kind in grant["subject_kinds"] and ("all" in districts or district in districts)
    may = not grant["consent"] or (grant.get("uscc"), grant["purpose"]) in consents
    return covers and begun and not over and may


class _Column(NamedTuple):
    name: str
    rank: int
    """Of its class."""
    by_value: dict[str, int]
    """The ranks of single values."""
    mask: tuple[int, int] | None

    def rank_of(self, value: str | None) -> int:
        return self.rank if value is None else self.by_value.get(value, self.rank)

    @property
    def widest(self) -> int:
        return min((self.rank, *self.by_value.values()))

    @property
    def narrowest(self) -> int:
        return max((self.rank, *self.by_value.values()))


def _raw(item: str, declared: Declared | None) -> RawItem:
    return (raw_catalogue() if declared is None else declared.items)[item]


@lru_cache(maxsize=256)
def _columns(item: str, declared: Declared | None) -> dict[str, _Column]:
    raw = _raw(item, declared)
    by_value = raw.entry.get("disclosure", {}).get("by_value", {})
    found = {}
    for field in raw.schema["fields"]:
        stated = by_value.get(field["name"], {})
        ranks = {value: RANK[name] for name, values in stated.items() for value in values}
        mask = tuple(field["mask"]) if "mask" in field else None
        found[field["name"]] = _Column(field["name"], RANK[field["disclosure"]], ranks, mask)
    return found


class _Asked(NamedTuple):
    """All that decides on which columns of an item a grant shows."""

    item: str
    declared: Declared | None
    ceiling: int
    chosen: frozenset[str] | None
    masks: tuple[tuple[str, tuple[int, int]], ...]


def _asked(grant: Grant, item: str) -> _Asked:
    chosen, masks = grant.get("fields", {}).get(item), grant.get("masks", {}).get(item, {})
    stated = tuple((name, tuple(mask)) for name, mask in masks.items())
    named = None if chosen is None else frozenset(chosen)
    return _Asked(item, grant.get("declared"), RANK[grant["disclosure"]], named, stated)


def _admitted(grant: Grant, item: str) -> Sequence[_Column]:
    """Return the columns of which a grant shows any value, each with the mask under which it does."""
    return _admitted_columns(_asked(grant, item))


def _act(grant: Grant, item: str) -> frozenset[str]:
    """Return the parts of the act that are shown: those of columns that are shown whatever they say."""
    return _parts_of_the_act(_asked(grant, item))


# changes by the ten thousand are held against a few grants
@lru_cache(maxsize=1024)
def _admitted_columns(asked: _Asked) -> Sequence[_Column]:
    masks = dict(asked.masks)
    found = []
    for column in _columns(asked.item, asked.declared).values():
        if column.widest <= asked.ceiling and (asked.chosen is None or column.name in asked.chosen):
            stated = [mask for mask in (column.mask, masks.get(column.name)) if mask is not None]
            kept = (min(mask[0] for mask in stated), min(mask[1] for mask in stated)) if stated else None
            found.append(column._replace(mask=kept))
    return tuple(found)


@lru_cache(maxsize=1024)
def _parts_of_the_act(asked: _Asked) -> frozenset[str]:
    sources: defaultdict[str, set[str]] = defaultdict(set)
    entry = _raw(asked.item, asked.declared).entry
    for event in entry["events"]:
        for part, column in event.get("act", {}).items():
            sources[part].add(column)
    open_columns = {column.name for column in _admitted_columns(asked) if column.narrowest <= asked.ceiling}
    shown = {part for part, columns in sources.items() if columns <= open_columns}
    return frozenset(shown | {"statement"} if "ANNOTATE" in entry["verbs"] else shown)


def _in_part(mask: tuple[int, int], value: str) -> str:
    left, right = mask
    if left + right >= len(value):
        return "*" * len(value)
    return "".join(one if at < left or at >= len(value) - right else "*" for at, one in enumerate(value))


def disclosed(grant: Grant, item: str, content: dict[str, str | None] | None) -> dict[str, str | None]:
    """Return the columns that a grant shows; without content, empty ones."""
    ceiling = RANK[grant["disclosure"]]
    found = {}
    for column in _admitted(grant, item):
        value = None if content is None else content[column.name]
        value = value if column.rank_of(value) <= ceiling else None
        found[column.name] = value if value is None or column.mask is None else _in_part(column.mask, value)
    return found


def disclosed_act(grant: Grant, item: str, act: dict[str, str | None] | None) -> dict[str, str | None]:
    """Return the parts of the act that a grant shows; without one, empty ones."""
    return {part: None if act is None else act[part] for part in _act(grant, item)}


def is_withheld(grant: Grant, item: str, content: dict[str, str | None]) -> bool:
    """Tell whether a record is withheld as a whole for the class of one of its values."""
    declared = grant.get("declared")
    name = _raw(item, declared).entry.get("disclosure", {}).get("withheld_unless_disclosed")
    return name is not None and _columns(item, declared)[name].rank_of(content[name]) > RANK[grant["disclosure"]]


def visible(grant: Grant, item: str) -> tuple[Any, ...]:
    """Return all that decides on what a grant shows of an item's records; the same shows the same of every record."""
    declared, ceiling = grant.get("declared"), RANK[grant["disclosure"]]
    name = _raw(item, declared).entry.get("disclosure", {}).get("withheld_unless_disclosed")
    gate = _columns(item, declared)[name] if name is not None else None
    return (
        ceiling,
        _act(grant, item),
        [(column.name, column.mask, column.rank, column.by_value) for column in _admitted(grant, item)],
        gate if gate is not None and gate.narrowest > ceiling else None,
    )


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
    if is_never_seen(applied):
        return None
    withheld, was_hidden = is_withheld(grant, item, counted(event)), hidden_before(grant, event)
    if was_in and not is_in:
        return None if was_hidden else entry_of(grant, event, before, "DISTRICT")
    if not is_in or (not was_in and (withheld or applied["state"] in RETRACTED)):
        return None
    unseen = is_unseen(applied, withheld=withheld, was_hidden=was_hidden)
    return None if unseen else entry_of(grant, event, applied, "VALUE" if withheld else None)


def is_never_seen(applied: dict[str, Any]) -> bool:
    """Tell whether a record is retracted as it comes: nobody holds it, and nobody is to learn of it."""
    return applied["change"] == "NEW" and applied["state"] in RETRACTED


def hidden_before(grant: Grant, event: dict[str, Any]) -> bool:
    """Tell whether a grant withheld a record before a change for the value that it had then."""
    header = event["header"]
    before = header["applied"]["before"]
    if before is None or not before["gate"]:
        return False
    return is_withheld(grant, header["item"], event["content"] | value_before(before))


def is_unseen(applied: dict[str, Any], *, withheld: bool, was_hidden: bool) -> bool:
    """Tell whether a change tells a subscriber nothing that holds its record if it was ever shown."""
    if withheld:
        return was_hidden or applied["change"] == "NEW" or applied["previous_state"] in RETRACTED
    return was_hidden and applied["state"] in RETRACTED


def entry_of(grant: Grant, event: dict[str, Any], facts: dict[str, Any], withheld_for: str | None) -> bytes:
    header = event["header"]
    applied, subject = header["applied"], header["subject"]
    identity, state, previous = header["event_id"], applied["state"], applied["previous_state"]
    stale = withheld_for is None and is_withheld(grant, header["item"], event["content"])
    if withheld_for is not None or stale:
        named = f"withheld\0{subject}\0{applied['version']}"
        # the event's own is made from its row, which may say a value that is not to be seen
        identity = hashlib.blake2b(named.encode(), digest_size=16).digest()
    if withheld_for is not None:
        state, previous = "WITHHELD", None
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
        place, evidence = Place(grant["feed"], number), Evidence()
        found = []
        for record in observer.records[place]:
            entry = observer.wire.decode(record.value)
            yield from evidence.of(entry, record)
            found.append(told(record, entry))
        if found != wanted[number]:
            yield Problem(
                WRONG, 1, f"{place}: {len(found)} records are not the {len(wanted[number])} of its grant in order"
            )
            yield from compared(Counter(found), Counter(wanted[number]), f"{place}")


def compared(found: Counter[Any], want: Counter[Any], what: str) -> Iterator[Problem]:
    """Say what is missing, and what is there too often."""
    if missing := want - found:
        yield Problem(LOST, missing.total(), f"{what}, for example {next(iter(missing))!r:.200}")
    if surplus := found - want:
        yield Problem(DOUBLED, surplus.total(), f"{what}, for example {next(iter(surplus))!r:.200}")


def told(record: Record, entry: dict[str, Any]) -> bytes:
    of, subject = entry["record"], entry["subject"]
    return digest(
        (record.key or b"").decode(),
        (subject["name"], subject["district"], subject["registered"]),
        (subject["kind"], subject["version"], of["authority_name"], of["verb"], of["change"]),
        (of["revision"], of["state"], of["previous_state"], of["event_id"], of["withheld_for"]),
        entry["act"],
        entry["content"],
    )


class Evidence:
    """The numbers and the chain of hashes of one feed's partition."""

    def __init__(self) -> None:
        self._number = 0
        self._previous = bytes(32)

    def of(self, entry: dict[str, Any], record: Record) -> Iterator[Problem]:
        self._number += 1
        if entry["feed"] != {"feed_seq": self._number, "previous_hash": self._previous}:
            stated = entry["feed"]["feed_seq"]
            yield Problem(
                WRONG,
                1,
                f"{record.place} at {record.offset}: feed_seq {stated}, true is {self._number}, or a wrong hash",
            )
        self._previous = hashlib.sha256(record.value or b"").digest()
