"""Reads a scenario file, tells it to the stages, and compares what they made of it. The form is in README.md."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from creditbus.avro_schemas import RawItem, raw_catalogue
from creditbus.services.domain.catalogue import Catalogue
from creditbus.services.domain.profile.succession import links, successions
from creditbus.services.domain.tokens import person_token
from creditbus.topics.declarations import declarations
from creditbus.topics.parties import Subscriber
from tests.examples import EXAMPLES, Example, own_decision
from tests.harness.another_day import pass_to
from tests.step_harness import PERSON_KEY, Bus, built, machinery, sent

__all__ = ["Story", "read_story"]

_CITY = timezone(timedelta(hours=8))
_EVENT_KEYS = {"item", "from", "subject", "fields", "verb", "source_time"}
_EXPECTED = {"ledger", "cautions", "rejects", "profiles", "feeds"}


class Story:
    """A scenario: events, and what they lead to."""

    def __init__(self, told: Mapping[str, Any]) -> None:
        assert set(told) <= {"title", "catalogue", "grants", "events", "then"}, f"unknown keys in {sorted(told)}"
        assert set(told["then"]) <= _EXPECTED, f"unknown expectations in {sorted(told['then'])}"
        self._then: Mapping[str, Any] = told["then"]
        # most stories change neither: to make stages takes more than to tell a story
        catalogue, grants = (told.get(part) or {} for part in ("catalogue", "grants"))
        self._subscribers = _subscribers(grants)
        self._parts = built(1, _catalogue(catalogue), self._subscribers) if catalogue or grants else machinery(1)
        self._catalogue = self._parts.catalogue
        self._events = list(self._read_events(told["events"]))

    def tell(self, *, with_pauses: bool) -> "Ending":
        """Publish the events and let the stages run."""
        bus = Bus(self._parts)
        for event in self._events:
            if isinstance(event, date):
                bus.settle()
                pass_to(bus, self._subscribers, event)
            else:
                bus.publish(event)
            if with_pauses:
                bus.settle()
        bus.settle()
        return Ending(bus, self._then, self._catalogue)

    def _read_events(self, events: Sequence[Mapping[str, Any]]) -> Iterator[Example | date]:
        sent_so_far: list[Example] = []
        for told in events:
            if "again" in told:
                yield from (sent_so_far[number - 1] for number in told["again"])
                continue
            if "day" in told:
                yield told["day"]
                continue
            assert set(told) <= _EVENT_KEYS, f"unknown keys in {sorted(told)}"
            sent_so_far.append(self._read_event(told, len(sent_so_far) + 1))
            yield sent_so_far[-1]

    def _read_event(self, told: Mapping[str, Any], row: int) -> Example:
        item = self._catalogue.item(told["item"])
        assert item is not None
        example = EXAMPLES[item.id]._replace(item=item)
        if "subject" in told:
            example = example.claiming(**told["subject"])
        department = told.get("from") or example.header["origin"]["department"]
        example = example.changed(**own_decision(item, department)).changed(
            **{code: None if value is None else str(value) for code, value in told.get("fields", {}).items()}
        )
        header: dict[str, Any] = {"origin": {"department": department, "row": row}}
        if "verb" in told:
            header["verb"] = told["verb"]
        if "source_time" in told:
            moment = datetime.fromisoformat(told["source_time"]).replace(tzinfo=_CITY)
            header["source_time"] = int(moment.timestamp() * 1000)
        example = example.headed(**header)
        # a connector lets nothing of a natural person's row out where the item admits none
        if sent(example)[0]["subject_kind"] == "NATURAL_PERSON" and not item.admits_persons:
            example = example.headed(subject_kind="NATURAL_PERSON").claiming()
            example = example._replace(content=dict.fromkeys(example.content))
        return example


class Ending:
    """What the bus holds when the story is over, next to what the story says."""

    def __init__(self, bus: Bus, then: Mapping[str, Any], catalogue: Catalogue) -> None:
        self.bus = bus
        self._successions = successions(catalogue)
        self._then = then

    def compare(self) -> None:
        """Compare everything that the story names."""
        for aspect, expected in self._then.items():
            getattr(self, f"_compare_{aspect}")(expected)

    def _compare_ledger(self, expected: Mapping[str, Mapping[str, Any]]) -> None:
        assert self.bus.ledger().balanced
        found = {}
        for department, account in self.bus.ledger().departments.items():
            counts: dict[str, Any] = {name: n for name, n in account.counts.items() if n and name != "rejected"}
            reasons = {reason: n for reason, n in account.reasons.items() if n}
            found[department] = counts | ({"rejected": reasons} if reasons else {})
        assert expected == found

    def _compare_cautions(self, expected: Mapping[str, Mapping[str, int]]) -> None:
        departments = self.bus.ledger().departments
        assert expected == {name: dict(departments[name].cautions) for name in expected}

    def _compare_rejects(self, expected: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
        for department, wanted in expected.items():
            found = [self.bus.decode(message.value) for message in self.bus.read(f"rejects.{department}")]
            seen = [
                {
                    "reason": reject["findings"][0]["reason"],
                    "field": reject["findings"][0]["field"],
                    "row": reject["row"],
                    "original": "kept" if reject["original"] else "not kept",
                }
                for reject in found
            ]
            _same_list(wanted, seen)

    def _compare_profiles(self, expected: Mapping[str, Any]) -> None:
        for named, wanted in expected.items():
            code = _subject(named)
            subject = self.bus.subject(code)
            if wanted == "none":
                assert subject is None
                continue
            assert subject is not None
            seen: dict[str, Any] = {
                "version": subject.version,
                "registered": subject.registered,
                "name": subject.name,
                "district": subject.district,
                "kind": subject.kind.value,
                "parked": subject.parked_to - subject.parked_from,
                "held": subject.held,
                **self._links(code),
            }
            facts = {name: value for name, value in wanted.items() if name != "records"}
            assert facts == {name: seen[name] for name in facts}
            if "records" in wanted:
                _same_list(wanted["records"], [self._record(key, code) for key in sorted(self.bus.records(code))])

    def _links(self, code: str) -> dict[str, list[str]]:
        records = [self._record(key, code) for key in sorted(self.bus.records(code))]
        told = ((one["item"], one["document_no"], one["state"], one["fields"]) for one in records)
        return {which: [link["subject"] for link in found] for which, found in links(self._successions, told).items()}

    def _record(self, key: str, code: str) -> dict[str, Any]:
        record = self.bus.records(code)[key]
        item, authority, document_no = key.split("|")
        content = self.bus.decode(record.content)["content"]
        return {
            "item": item,
            "authority": authority,
            "document_no": document_no,
            "state": record.state.value,
            "revision": record.revision,
            "fields": content,
        }

    def _compare_feeds(self, expected: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
        for subscriber, wanted in expected.items():
            changes = [self.bus.decode(message.value) for message in self.bus.read(f"feed.{subscriber}")]
            assert [change["feed"]["feed_seq"] for change in changes] == list(range(1, len(changes) + 1))
            _same_list(wanted, [_change(change) for change in changes])


def _change(change: Mapping[str, Any]) -> dict[str, Any]:
    subject = {f"subject_{name}": value for name, value in change["subject"].items()}
    shown = {**change["record"], **subject, "act": change["act"], "content": change["content"]}
    if not any(change["content"].values()):
        shown["content"] = "hidden"
        assert not any(change["act"].values())
    return shown


def _granted(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a story changes of a grant, in the types of the declarations."""
    read = dict(changes)
    if "districts" in read:
        read["districts"] = frozenset(read["districts"])
    if "masks" in read:
        masks = read["masks"].items()
        read["masks"] = {item: {code: tuple(mask) for code, mask in fields.items()} for item, fields in masks}
    return read


def _same_list(wanted: Sequence[Mapping[str, Any]], seen: Sequence[Mapping[str, Any]]) -> None:
    """Compare as many entries, each in what the story names of it."""
    assert len(wanted) == len(seen), f"{len(seen)} instead of {len(wanted)}: {seen}"
    for one, other in zip(wanted, seen, strict=True):
        for name, value in one.items():
            if name == "without":
                assert not set(value) & set(other["content"])
            elif isinstance(value, Mapping):
                assert value == {key: other[name].get(key, "no such column") for key in value}
            else:
                assert value == other[name], name


def _subject(code: str) -> str:
    """Give the code, or the token of the person whose identity number follows `person:`."""
    number = code.removeprefix("person:")
    return code if number == code else person_token(number, PERSON_KEY)


def _subscribers(grants: Mapping[str, Mapping[str, Any]]) -> list[Subscriber]:
    return [
        replace(subscriber, **_granted(grants.get(subscriber.id, {})))
        for subscriber in declarations().subscribers.values()
    ]


def _catalogue(changes: Mapping[str, Mapping[str, Any]]) -> Catalogue:
    raw = {
        item: RawItem(shipped.schema, {**shipped.entry, **changes.get(item, {})})
        for item, shipped in raw_catalogue().items()
    }
    return Catalogue.parse(raw)


@cache
def read_story(path: Path) -> Story:
    """Read a scenario file; one reading serves all tests of it."""
    return Story(yaml.safe_load(path.read_text(encoding="utf-8")))
