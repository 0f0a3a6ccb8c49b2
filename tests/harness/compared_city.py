"""A bus in memory and plain dictionaries: both get the same, and are held against each other."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

from creditbus.avro_schemas import RawItem, raw_catalogue
from tests.examples import EXAMPLES
from tests.harness.changing_city import ChangingCity
from tests.harness.declaring import FREE, ITEMS, RECEIVERS, Version
from tests.harness.feeds import Declared, Grant
from tests.harness.memory_observer import MemoryWire, publish
from tests.harness.plain_city import CONSENT, PlainCity
from tests.harness.plain_record import Row
from tests.harness.plain_view import Facts, Shown
from tests.harness.shown_profiles import present
from tests.harness.traffic import Party, message

__all__ = ["FIRST_DAY", "GRADE", "LIST", "OFFICE", "PENALTY", "ComparedCity"]

FIRST_DAY = date(2026, 2, 20)
PENALTY, LIST, GRADE = "administrative-penalty", "red-black-list", "tax-credit-grade"
OFFICE = EXAMPLES["objection-and-repair"]
_LANES = 2
_RETRACTED = ("WITHDRAWN", "REPAIRED", "EXPIRED", "WITHHELD")
_PASSED_BY = {"office": {"own"}, "own": {"office"}, "old": {"old"}, "content": set[str]()}
"""Ways by which rows of a record come, and those whose rows must not be under way then: no rule says who is first."""


class ComparedCity:
    """One city.

    Args:
        parties: its subjects.
        classes: what versions may state of items' classes in place of what is shipped; the first one states nothing.
        free: whether its records need no registration.

    Attributes:
        plain: what must come of all that was published and declared.
        grants: of its subscribers, as declared last.
        said: the rows of each record.

    """

    def __init__(self, parties: Sequence[Party], classes: Sequence[Mapping[str, Any]], *, free: bool) -> None:
        self.plain = PlainCity(FIRST_DAY, FREE if free else ())
        self.grants: dict[str, Grant] = {}
        self.said: defaultdict[tuple[str, int, int], list[Row]] = defaultdict(list)
        self._parties = parties
        self._catalogues = [_declared(one, free=free) for one in classes]
        self._catalogue = self._catalogues[0]
        self._city = ChangingCity(1, _LANES, free=free)
        self._city.pass_days((FIRST_DAY - self._city.witness.on).days)
        self._wire = MemoryWire(self._city.bus)
        self._lines = 0
        self._events: dict[Row, dict[str, Any]] = {}
        self._under_way: defaultdict[str, set[str]] = defaultdict(set)
        self._heard: defaultdict[tuple[str, int], int] = defaultdict(int)
        self._grants_since: defaultdict[str, list[tuple[Grant, Mapping[str, RawItem]]]] = defaultdict(list)
        self._days_since = [FIRST_DAY]

    # -- said to both -----------------------------------------------------------------------------

    def publish(self, event: dict[str, Any], of: tuple[str, int, int] | None = None) -> None:
        """Publish what a department says of a record of its own; `of`: which one it is in `said`."""
        header, claim = event["header"], event["claim"]
        item, code = header["item"], claim["uscc"] or claim["tax_no"]
        columns = dict.fromkeys(column["name"] for column in raw_catalogue()[item].schema["fields"])
        row = Row(
            code,
            next(one.code for one in self._parties if code in one.code or code == one.organisation_code),
            item,
            header["authority"],
            header["document_no"],
            header["verb"],
            content=tuple(sorted({**columns, **event["content"]}.items())),
            name=header["subject_name"],
            time=header.get("source_time"),
            stated=header["state"] if header["verb"] == "ISSUE" else "ACTIVE",
        )
        self._events[row] = event
        self.send(row, of)

    def send(self, row: Row, of: tuple[str, int, int] | None = None) -> None:
        """Publish a row, maybe once more."""
        by = "office" if row.number else "content" if row.verb == "ISSUE" else "own"
        by = by if row.code == row.subject else "old"
        if self._under_way[row.key] & _PASSED_BY[by]:
            self.quiet(0)
        self._under_way[row.key].add(by)
        if of is not None:
            self.said[of].append(row)
        self._lines += 1
        if row.number:
            event = OFFICE.claiming(uscc=row.code).changed(**dict(row.content))
            self._city.bus.publish(event.headed(origin={**OFFICE.header["origin"], "row": self._lines}))
        else:
            publish(self._city.bus, [message(self._wire, self._lines, self._events[row])])
        self.plain.say(row)

    def declare(self, classes: int | None = None) -> None:
        """Declare the grants of now, and these classes; None: those of before."""
        self._catalogue = self._catalogue if classes is None else self._catalogues[classes]
        declared = self._catalogue
        for name in self.grants:
            self.grants[name] = {**self.grants[name], "uscc": RECEIVERS[name]}
        found = {name: {**grant, "feed": f"feed.{name}", "declared": declared} for name, grant in self.grants.items()}
        self._city.put_in_force(Version(self._city.newest.number + 1, declared, found))
        for name, grant in self.grants.items():
            self._grants_since[name].append((grant, declared.items))

    def pass_days(self, count: int) -> None:
        """Let it be some days later."""
        self._city.pass_days(count)
        self.plain.on += timedelta(count)
        self._days_since += [self.plain.on - timedelta(before) for before in range(count)]

    def work(self, seed: int, turns: int, asleep: Collection[str] = ()) -> None:
        """Let stages take turns by chance."""
        self._city.work(seed, turns, asleep)

    def quiet(self, seed: int) -> None:
        """Let stages work until nothing is left to do, and hold everything against what must be."""
        self._city.work(seed, most=20)
        self.look()
        self._compare()
        self.plain.forget()
        self._under_way.clear()
        for name, grants in self._grants_since.items():
            self._grants_since[name] = grants[-1:] if name in self.grants else []
        self._days_since = [self.plain.on]

    # -- what must hold -----------------------------------------------------------------------------

    def look(self) -> None:
        """No feed shows what its subscriber might not have been shown at some moment since the bus was quiet last."""
        assert not self._city.witness.problems, self._city.witness.problems
        for topic, lane in list(self._city.bus.topics):
            if topic.startswith("feed."):
                self._look_at(topic.removeprefix("feed."), lane)

    def _look_at(self, name: str, lane: int) -> None:
        log = self._city.bus.topics[f"feed.{name}", lane]
        heard, self._heard[name, lane] = self._heard[name, lane], len(log)
        for place in range(heard, len(log)):
            entry = self._wire.decode(log[place].value)
            previous = sha256(log[place - 1].value or b"").digest() if place else bytes(32)
            assert entry["feed"] == {"feed_seq": place + 1, "previous_hash": previous}
            if entry["record"]["state"] not in _RETRACTED:
                key, told = (log[place].key or b"").decode(), _told(entry)
                assert self.plain.may_show(key, told, self._grants_since[name], self._days_since), (name, key, told)

    def _compare(self) -> None:
        """Feeds, profiles and ledger are what follows from all that was said."""
        for name, grant in self.grants.items():
            found = {(one.key or b"").decode(): self._wire.decode(one.value) for one in self._city.feed(name)}
            shown = {key: _told(one) for key, one in found.items() if one["record"]["state"] not in _RETRACTED}
            assert shown == self.plain.view(grant, self._catalogue.items), name
        for one in self._parties:
            self._compare_profile(one.code)
        ledger = self._city.bus.ledger()
        assert ledger.balanced
        counts = dict.fromkeys(("received", "parked", "held", "rejected"), 0)
        for account in ledger.departments.values():
            for outcome in counts:
                counts[outcome] += account.counts[outcome]
        assert counts == {outcome: self.plain.outcomes[outcome] for outcome in counts}

    def _compare_profile(self, code: str) -> None:
        profile, true = present(self._city.bus, code), self.plain.profile(code)
        if profile is None:
            assert true == {}
            return
        facts = Facts(profile["registered"], profile["name"], profile["district"])
        assert facts == self.plain.facts[code]
        found = {
            f"{code}|{one['item']}|{one['authority']}|{one['document_no']}": Shown(
                facts, one["state"], one["revision"], one["statement"], one["content"]
            )
            for one in profile["records"]
        }
        assert found == {key: one._replace(fields=_filled(one.fields)) for key, one in true.items()}


def _declared(disclosure: Mapping[str, Any], *, free: bool) -> Declared:
    """Return a catalogue that discloses some items in another way."""
    items = {}
    for item in (*ITEMS, CONSENT, OFFICE.item.id):
        raw = raw_catalogue()[item]
        entry = {**raw.entry, "unregistered_subject": "unverified"} if free and item in FREE else dict(raw.entry)
        if item in disclosure:
            entry["disclosure"] = disclosure[item]
        items[item] = RawItem(raw.schema, entry)
    return Declared(items)


def _filled(fields: Mapping[str, str | None]) -> dict[str, str | None]:
    return {name: value for name, value in fields.items() if value is not None}


def _told(entry: Mapping[str, Any]) -> Shown:
    record, subject = entry["record"], entry["subject"]
    facts = Facts(subject["registered"], subject["name"], subject["district"])
    return Shown(facts, record["state"], record["revision"], entry["act"].get("statement"), _filled(entry["content"]))
