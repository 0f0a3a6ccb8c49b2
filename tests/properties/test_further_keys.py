"""Profiles asks the store for no record that is not there, and for every one that is."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditbus.services.domain.profile.subject import INDEX_CHUNK, Subject, encode_subject, may_hold
from creditbus.services.engine.stage.output import Output
from creditbus.services.local.bus import ConsumedRecord
from tests.examples import EXAMPLES, Example
from tests.step_harness import Bus, machinery
from tests.strategies import publications


@dataclass
class Looking(Bus):
    """Looks what profiles would ask for, before each of its batches."""

    asked: int = 0
    spared: int = 0
    wrong: list[bytes] = field(default_factory=list)

    def process(
        self, stage: str, lane: int, batch: Sequence[ConsumedRecord]
    ) -> tuple[Output, dict[bytes, bytes | None]]:
        runs = self.parts.stages[stage]
        if runs.further_keys is not None:
            work, keys = runs.step.prepare(batch)
            held, absent = runs.further_keys(work, self.state(runs, lane, keys))
            assert held | absent == {arrival.key for arrival in work}
            self.wrong += [key for key in absent if key in self.stores[stage, lane]]
            self.asked += len(held)
            self.spared += len(absent)
        return super().process(stage, lane, batch)


@given(events=publications("uscc", max_size=40), limit=st.integers(1, 6))
def test_a_record_that_is_there_is_asked_for(events: list[Example], limit: int) -> None:
    bus = Looking(machinery())
    for event in events:
        bus.publish(event)
    bus.settle(lambda busy: (*busy[0], limit))
    assert bus.wrong == []


@pytest.mark.parametrize("records", [0, 1, INDEX_CHUNK - 1, INDEX_CHUNK, INDEX_CHUNK + 1, 2 * INDEX_CHUNK])
def test_a_summary_tells_which_records_are_not_there(records: int) -> None:
    keys = [b"item|authority|(2018) %d" % number for number in range(records)]
    subject = Subject()
    for key in keys:
        subject.add_record(key)
    value = encode_subject(subject)
    assert all(may_hold(value, key) for key in keys)
    # of a subject with many records the summary cannot tell
    assert may_hold(value, b"item|authority|(2019) 1") == (records >= INDEX_CHUNK)


def test_only_what_may_be_there_is_asked_for() -> None:
    bus = Looking(machinery())
    first = EXAMPLES["administrative-licence"]
    bus.publish(EXAMPLES["enterprise-registration"])
    bus.publish(first)
    bus.settle()
    assert (bus.asked, bus.spared) == (0, 2)
    bus.publish(first)
    bus.settle()
    assert (bus.asked, bus.spared) == (1, 2)


def test_of_a_subject_that_is_not_known_no_record_is_asked_for() -> None:
    assert not may_hold(None, b"item|authority|number")
