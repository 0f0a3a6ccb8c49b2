"""Goes through the records of all subjects in the profile store, in little memory.

It follows the lanes' own index of their subjects, by which profiles restates records under another policy: what it
finds is what such a restatement finds. Each read is one MGET of some hundred keys, so Redis serves the stages in
between.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final, NamedTuple, TypeVar

from creditbus.services.domain.profile.keys import (
    LANE_KEY,
    LANE_SUBJECTS_KEY,
    index_key,
    item_of,
    lane_chunk_key,
    record_store_key,
    subject_key,
)
from creditbus.services.domain.profile.lane import LaneStanding, LaneSubjects, codes_of
from creditbus.services.domain.profile.subject import INDEX_CHUNK, Subject, decode_subject, record_keys
from creditbus.services.query.state import StageState

__all__ = ["ProfileWalk", "StoredRecord", "WalkedSubjects"]

#: Chunks of a lane's subjects at a time: some hundred summaries.
_LANE_CHUNKS: Final = 64
#: Chunks of the record keys of subjects at a time.
_INDEX_CHUNKS: Final = 32
#: Records at a time, of a kibibyte or two each.
_RECORDS: Final = 512

_T = TypeVar("_T")
_Named = tuple[bytes, Subject, bytes]
"""Code and summary of a subject, and the key of one of its records."""


class StoredRecord(NamedTuple):
    """A record as it stands in the store.

    Attributes:
        subject: summary of its subject.
        item: id of its catalogue item.
        value: its bytes.

    """

    subject: Subject
    item: str
    value: bytes


@dataclass(frozen=True, slots=True)
class WalkedSubjects:
    """What a lane has.

    Attributes:
        lane: its number.
        index: of its subjects.
        restating: it has records still to emit again under the policies of now.

    """

    lane: int
    index: LaneSubjects
    restating: bool


class ProfileWalk:
    """Of one store.

    Args:
        state: of profiles.
        items: catalogue items whose records are wanted.

    """

    def __init__(self, state: StageState, items: Collection[str]) -> None:
        self._state = state
        self._items = {item.encode(): item for item in items}

    async def lanes(self) -> list[WalkedSubjects]:
        """Return what each lane has at this moment; errors as of `StageState.values`."""
        found = []
        for lane in range(len(self._state.needed)):
            values = await self._state.values(lane, [LANE_KEY, LANE_SUBJECTS_KEY])
            policies = values[LANE_KEY]
            behind = policies is not None and bool(LaneStanding.decode(policies).behind)
            found.append(WalkedSubjects(lane, LaneSubjects(values[LANE_SUBJECTS_KEY]), behind))
        return found

    async def subjects(self, of: WalkedSubjects) -> AsyncIterator[list[bytes]]:
        """Give the codes of a lane's subjects, some hundred at a time; errors as of `StageState.values`."""
        for keys in _slices(map(lane_chunk_key, range(of.index.chunks)), _LANE_CHUNKS):
            values = await self._state.values(of.lane, keys)
            yield [code for key in keys for code in codes_of(values[key] or b"")]
        yield codes_of(of.index.last)

    async def records(self, lane: int, codes: Sequence[bytes]) -> AsyncIterator[list[StoredRecord]]:
        """Give the wanted records of subjects of a lane, some hundred at a time; errors as of `StageState.values`."""
        summaries = await self._state.values(lane, [subject_key(code) for code in codes])
        values = ((code, summaries[subject_key(code)]) for code in codes)
        known = [(code, decode_subject(value)) for code, value in values if value is not None]
        tails = ((code, subject, name) for code, subject in known for name in record_keys(subject.tail))
        async for found in self._read(lane, tails):
            yield found
        chunks = (
            (code, subject, index_key(code, number))
            for code, subject in known
            for number in range(subject.records // INDEX_CHUNK)
        )
        for part in _slices(chunks, _INDEX_CHUNKS):
            index = await self._state.values(lane, [key for _, _, key in part])
            named = ((code, subject, name) for code, subject, key in part for name in record_keys(index[key] or b""))
            async for found in self._read(lane, named):
                yield found

    async def _read(self, lane: int, named: Iterable[_Named]) -> AsyncIterator[list[StoredRecord]]:
        for part in _slices((one for one in named if item_of(one[2]) in self._items), _RECORDS):
            keys = [record_store_key(code, name) for code, _, name in part]
            values = await self._state.values(lane, keys)
            yield [
                StoredRecord(subject, self._items[item_of(name)], value)
                for (_, subject, name), key in zip(part, keys, strict=True)
                if (value := values[key]) is not None
            ]


def _slices(things: Iterable[_T], most: int) -> Iterator[list[_T]]:
    going = iter(things)
    while part := list(islice(going, most)):
        yield part
