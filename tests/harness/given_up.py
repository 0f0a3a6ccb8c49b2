"""Records that went from one subject to another, because the code by which they came turned out to be another one's.

Each subject has such a record in stays: from the change that shows it first to the one that gives it up. What happens
in the last one is held against what was published as of every record; of those before it is said here what is wrong.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from tests.harness.changes import Change
from tests.harness.problem import DOUBLED, WRONG, Problem
from tests.harness.recomputation import CONTENT_VERBS, Recomputation, RecordId

__all__ = ["BACK", "GIVEN_UP", "earlier_stays", "last_stays", "moves_of_records"]

GIVEN_UP, BACK = "record given up with its code", "record came back with its code"


def last_stays(changes: Sequence[Change]) -> list[Change]:
    """Return the changes without those of records that their subject gave up after them."""
    ends = {change.name: place for place, change in enumerate(changes) if change.gives_up}
    return [change for place, change in enumerate(changes) if place > ends.get(change.name, -1)]


def moves_of_records(changes: Sequence[Change]) -> Counter[str]:
    """Count how often records were given up, and how often they came back to a subject that had given them up."""
    given_up: set[RecordId] = set()
    counts: Counter[str] = Counter()
    for change in changes:
        if change.gives_up:
            given_up.add(change.name)
        counts[GIVEN_UP] += change.gives_up
        counts[BACK] += change.applied[0] == "NEW" and change.name in given_up
    return counts


def earlier_stays(changes: Sequence[Change], truth: Recomputation) -> Iterator[Problem]:
    """Say what is wrong with stays that are over, and with what gave records up."""
    went = {change.name[1:] for change in changes if change.gives_up}
    stays: defaultdict[RecordId, list[list[Change]]] = defaultdict(list)
    for change in (one for one in changes if one.name[1:] in went):
        of_it = stays[change.name]
        if not of_it or of_it[-1][-1].gives_up:
            of_it.append([])
        of_it[-1].append(change)
    published = {
        name[1:]: {sent.place: sent.said for sent in story.events}
        for name, story in truth.told.items()
        if name[1:] in went
    }
    for name, of_it in stays.items():
        for stay in of_it:
            if stay[-1].gives_up:
                yield from _stay(name, stay)
        if not of_it[0][-1].gives_up:
            continue
        for change in (one for stay in of_it for one in stay if not one.gives_up):
            if published.get(name[1:], {}).get(change.source) != change.said:
                yield Problem(WRONG, 1, f"{change.where}: {name} is not what was published at {change.source}")
        if name.subject not in truth.numbered:
            yield Problem(WRONG, 1, f"record {name}: came to a subject to which the register never gave a number")


def _stay(name: RecordId, stay: Sequence[Change]) -> Iterator[Problem]:
    first, gone = stay[0], stay[-1]
    where = f"{gone.where}: {name}"
    if len(stay) == 1 or first.applied[0] != "NEW" or any(one.applied[0] == "NEW" for one in stay[1:]):
        yield Problem(WRONG, 1, f"{where} is given up after {[one.applied for one in stay[:-1]]}")
        return
    before = stay[-2]
    content = next(one.content for one in reversed(stay[:-1]) if one.verb in CONTENT_VERBS)
    if (gone.content, gone.applied, gone.previous_state) != (
        content,
        ("TRANSITION", before.applied[1], "WITHDRAWN"),
        before.state,
    ):
        yield Problem(WRONG, 1, f"{where} is given up as {gone.applied}, before it was {before.applied}")
    places = Counter(one.source for one in stay if one.by_event)
    for place, times in places.items():
        if times > 1:
            yield Problem(DOUBLED, 1, f"{where}: what was received at {place} is applied a second time")
