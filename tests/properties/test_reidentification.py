"""What came by a code is with the subject whose code it is, exactly once, whatever the register says in which order.

Which rows of the register count, and what the last row of a record says, is found from what was published alone.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.effort import share
from tests.examples import EXAMPLES, Example
from tests.harness.memory_observer import observed
from tests.harness.views import newest_records
from tests.step_harness import LANES, Bus, machinery
from tests.strategies import SUBJECTS

CODES = [one["uscc"] for one in SUBJECTS]
NUMBERS = ("420106000012345", "420103000054321")
FEED = "feed.department-housing"
_RETRACTED = {"WITHDRAWN", "REPAIRED", "EXPIRED", "WITHHELD"}
REGISTRATION, IDENTIFIERS = EXAMPLES["enterprise-registration"], EXAMPLES["subject-identifiers"]
PENALTY = EXAMPLES["administrative-penalty"]

Register = tuple[str, int, int | None]
"""A row: registration, identifiers, or one of these that is not valid; of which subject; with which number."""
Step = tuple[str, Any]

_ROWS = st.tuples(
    st.sampled_from(("registration", "registration", "identifiers", "void registration", "void identifiers")),
    st.integers(0, 2),
    st.none() | st.integers(0, 1),
)
STEPS: st.SearchStrategy[Step] = st.one_of(
    st.tuples(st.just("register"), _ROWS),
    st.tuples(st.just("hand over"), st.tuples(st.permutations(range(3)), st.integers(0, 1), st.booleans())),
    st.tuples(st.just("hand over"), st.tuples(st.permutations(range(3)), st.just(0), st.booleans())),
    st.tuples(st.just("again"), st.integers(0, 99)),
    st.tuples(
        st.just("penalty"),
        st.tuples(
            st.sampled_from((0, 0, 1)), st.integers(0, 2), st.sampled_from(("stated",) * 4 + ("REPAIR", "WITHDRAW"))
        ),
    ),
    st.tuples(st.just("work"), st.integers(1, 12)),
    st.just(("settle", 0)),
)


def register_row(row: Register, line: int) -> Example:
    what, which, number = row
    named = None if number is None else NUMBERS[number]
    if what.endswith("registration"):
        event = REGISTRATION.claiming(uscc=CODES[which], registration_no=named).changed(OPSCOPE=f"范围{line}")
    else:
        event = IDENTIFIERS.claiming(uscc=CODES[which]).changed(REGNO=named, ORGCODE=None, TAXNO=str(line))
    return event.headed(state="WITHDRAWN") if what.startswith("void") else event


def penalty_row(number: int, document: int, verb: str, line: int) -> Example:
    event = PENALTY.claiming(registration_no=NUMBERS[number]).changed(
        CF_WSH=f"示罚〔2018〕{number}-{document}号", CF_SY=f"事实{line}", CF_GSJZQ=None
    )
    return event if verb == "stated" else event.headed(verb=verb)


class Told:
    """A bus, and what must come of all that was published on it."""

    def __init__(self, seed: int) -> None:
        self.bus = Bus(machinery())
        self.chance = Random(seed)
        self.lines = 0
        self.registers: dict[tuple[str, int], int | None] = {}
        self.stated: dict[tuple[int, int], str] = {}
        self.ever_stated: defaultdict[tuple[int, int], set[str]] = defaultdict(set)
        self.acts: dict[tuple[int, int], str] = {}
        self.registered = [True, True, True]
        self.rows: list[Example] = []
        self.published = 0
        for which in range(3):
            self.take(("register", ("registration", which, None)))

    def take(self, step: Step) -> None:
        self.lines += 1
        kind, how = step
        if kind == "register":
            self._register(*how)
        elif kind == "hand over":
            self._hand_over(*how)
        elif kind == "again":
            self._publish_again(how)
        elif kind == "penalty":
            self._penalty(*how)
        elif kind == "settle":
            self.settle()
        else:
            for _ in range(how):
                if busy := self.bus.busy():
                    self.bus.turn(*self.chance.choice(busy), self.chance.randint(1, 4))

    def _register(self, what: str, which: int, number: int | None) -> None:
        if what == "void registration":
            self.settle()  # nothing tells whether rows of before wait for the next one
        elif "identifiers" in what and not self.registered[which]:
            return  # it waits
        if "registration" in what:
            self.registered[which] = what == "registration"
        self.registers[what.removeprefix("void "), which] = None if what.startswith("void") else number
        self.rows.append(register_row((what, which, number), self.lines))
        self._publish(self.rows[-1])

    def _hand_over(self, order: Sequence[int], number: int, first: bool) -> None:  # noqa: FBT001 -- drawn
        """One subject alone has a number; it is said of this one before the others, or after them."""
        taker, *others = order
        rows: list[Register] = [("registration", taker, number)]
        rows[len(rows) if first else 0 :] = [
            (what, which, None)
            for (what, which), named in self.registers.items()
            if which in others and named == number
        ]
        for row in rows:
            self.lines += 1
            self._register(*row)

    def _publish_again(self, index: int) -> None:
        """Send an old row of the register once more."""
        if self.rows:
            self.settle()
            self._publish(self.rows[index % len(self.rows)])
            self.settle()

    def _penalty(self, number: int, document: int, verb: str) -> None:
        if verb == "stated":
            self.stated[number, document] = f"事实{self.lines}"
            self.ever_stated[number, document].add(f"事实{self.lines}")
        elif self.acts.get((number, document)) or (number, document) not in self.stated:
            return
        else:
            self.acts[number, document] = verb
        self._publish(penalty_row(number, document, verb, self.lines))

    def _publish(self, event: Example) -> None:
        self.published += 1
        self.bus.publish(event)

    def owners(self, number: int) -> set[int]:
        return {which for (_, which), named in self.registers.items() if named == number}

    def settle(self) -> None:
        self.bus.settle(lambda busy: (*self.chance.choice(busy), self.chance.randint(1, 6)))
        found: Counter[tuple[int, int]] = Counter()
        where: dict[tuple[int, int], tuple[int, str]] = {}
        shown = set[tuple[int, int]]()
        for which, code in enumerate(CODES):
            for key, record in self.bus.records(code).items():
                if key.startswith("administrative-penalty"):
                    number, document = (int(part) for part in key[:-1].rpartition("〕")[2].split("-"))
                    content = self.bus.decode(record.content)["content"]["CF_SY"]
                    found[number, document] += 1
                    where[number, document] = which, content
                    expected = {"REPAIR": "REPAIRED", "WITHDRAW": "WITHDRAWN"}
                    act = self.acts.get((number, document))
                    # what comes for a subject that is not registered waits for that, also an act on what is there
                    if self.registered[which]:
                        assert record.state.value == (expected[act] if act else "ACTIVE")
                    if record.state.value not in _RETRACTED:
                        shown.add((number, document))
        assert not found or max(found.values()) == 1
        for (number, document), content in self.stated.items():
            owners = self.owners(number)
            found_at = where.get((number, document))
            if len(owners) < 2 and all(self.registered[owner] for owner in owners):
                assert found_at == ((owners.pop(), content) if owners else None)
            elif len(owners) == 1 and found_at is not None:
                assert found_at[0] in owners
                assert found_at[1] in self.ever_stated[number, document]
        self._look_at_feed({place: where[place] for place in shown})
        ledger = self.bus.ledger()
        assert ledger.balanced
        assert sum(account.counts["received"] for account in ledger.departments.values()) == self.published

    def _look_at_feed(self, where: dict[tuple[int, int], tuple[int, str]]) -> None:
        shown = {
            (CODES.index(entry["subject"]["code"]), entry["record"]["document_no"], entry["content"]["CF_SY"])
            for entry in (self.bus.decode(one.value) for one in newest_records(observed(self.bus), FEED).values())
            if entry["record"]["item"] == PENALTY.item.id and entry["record"]["state"] not in _RETRACTED
        }
        assert shown == {
            (which, f"示罚〔2018〕{number}-{document}号", content)
            for (number, document), (which, content) in where.items()
        }
        for lane in range(LANES):
            numbers = [self.bus.decode(one.value)["feed"]["feed_seq"] for one in self.bus.topics[FEED, lane]]
            assert numbers == list(range(1, len(numbers) + 1))


@given(st.integers(0, 2**32), st.lists(STEPS, min_size=3, max_size=24))
@settings(max_examples=share(120))
def test_records_are_with_the_subject_whose_code_it_is(seed: int, steps: Sequence[Step]) -> None:
    told = Told(seed)
    for step in steps:
        told.take(step)
    told.settle()
