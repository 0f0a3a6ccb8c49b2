"""Two records of one decision make together what one record would have become that saw all of it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import reduce
from itertools import permutations
from typing import Any, cast

from hypothesis import example, given, settings
from hypothesis import strategies as st

from creditbus.services.domain.event import Header, RecordState
from creditbus.services.domain.profile.merge import merge
from creditbus.services.domain.profile.record import Moved, Record, Term, fold
from creditbus.services.domain.profile.record_acts import Corrected
from tests.effort import share

VERBS = ("DISPUTE", "SETTLE", "END", "REPAIR", "EXPIRE", "WITHDRAW")
Said = tuple[str, int]


def header(verb: str, number: int, *, published: int = 0, state: str = "ACTIVE", **stated: Any) -> Header:
    return cast(
        "Header",
        {
            "verb": verb,
            "content_hash": number.to_bytes(16, "big"),
            "state": state,
            "source_time": None,
            "received_at": published,
            "sequence": published,
            "reading": None,
            "lifts": False,
            "origin": {"department": "tax"},
            **stated,
        },
    )


def new(content: int, published: int) -> Record:
    folded = fold(None, header("ISSUE", content, published=published))
    assert isinstance(folded, Moved)
    return folded.record


def after(record: Record, said: Sequence[Said]) -> Record:
    def step(record: Record, one: Said) -> Record:
        folded = fold(record, header(*one))
        return folded.record if isinstance(folded, Moved) else record

    return reduce(step, said, record)


def merged(ours: Record, theirs: Record) -> Record:
    same = (Corrected(one.content_hash, one.stated) for one in (ours, theirs))
    return merge(ours, theirs, *same).record


def came_to(record: Record) -> tuple[RecordState | None, ...]:
    repaired = RecordState.REPAIRED in {record.standing, record.before_dispute}
    return record.standing, record.before_dispute, record.before_act if repaired else None


def acts_of(record: Record) -> list[Said]:
    """Give the acts that a record took, in their order."""
    return [(verb, int.from_bytes(mark, "big")) for verb, mark in record.seen if verb in VERBS]


def orders(*sides: Sequence[Said]) -> Iterator[Sequence[Said]]:
    """Give all orders of acts in which those of each side follow each other as they did there."""
    for order in permutations(dict.fromkeys(act for side in sides for act in side)):
        if all([act for act in order if act in side] == side for side in sides):
            yield order


@given(st.lists(st.tuples(st.sampled_from(VERBS), st.sampled_from(("ours", "theirs", "both"))), max_size=5))
@example([("END", "theirs"), ("DISPUTE", "both"), ("SETTLE", "ours")])
@settings(max_examples=share(300))
def test_acts_come_to_what_some_order_of_all_of_them_comes_to(sent: list[tuple[str, str]]) -> None:
    """Of acts that one side alone saw nobody knows the place among those of the other: some order gives the result."""
    acts = [(verb, number) for number, (verb, _) in enumerate(sent, 100)]
    start = new(1, 1)
    ours, theirs = (
        after(start, [act for act, (_, side) in zip(acts, sent, strict=True) if side in {which, "both"}])
        for which in ("ours", "theirs")
    )
    found = merged(ours, theirs)
    assert came_to(found) in {came_to(after(start, order)) for order in orders(acts_of(ours), acts_of(theirs))}
    assert came_to(merged(theirs, ours)) == came_to(found)
    # what neither of them needs from the other is as it was
    assert merged(ours, ours) == ours
    assert came_to(merged(start, theirs)) == came_to(theirs) == came_to(merged(theirs, start))


@given(st.lists(st.tuples(st.integers(0, 2), st.booleans(), st.none() | st.integers(0, 2)), min_size=2, max_size=6))
@settings(max_examples=share(300))
def test_the_content_counts_that_counts_in_one_record(rows: list[tuple[int, bool, int | None]]) -> None:
    """By the order of publication where nothing else is stated, and by the source's time where it always is."""
    told = [(content, at_ours, None if rows[0][2] is None else time or 0) for content, at_ours, time in rows]
    sides: list[Record | None] = [None, None]
    whole: Record | None = None
    for published, (content, at_ours, time) in enumerate(told, 1):
        said = header("ISSUE", content, published=published, source_time=time)
        for place, record in ((at_ours, sides[at_ours]), (2, whole)):
            folded = fold(record, said)
            kept = getattr(folded, "record", None) or record
            if place == 2:
                whole = kept
            else:
                sides[place] = kept
    theirs, ours = sides
    if ours is None or theirs is None:
        return
    assert whole is not None
    found = merged(ours, theirs)
    assert found.revision == ours.revision + (found.content_hash != ours.content_hash)
    if rows[0][2] is not None:
        assert found.source_time == whole.source_time
        # what one side said, too, the other one may hold for a row that came once more
        if ours.source_time != theirs.source_time and not set(ours.seen) & set(theirs.seen):
            assert found.content_hash == whole.content_hash
    elif ours.content_hash not in dict(theirs.seen).values() and theirs.content_hash not in dict(ours.seen).values():
        assert found.content_hash in {ours.content_hash, theirs.content_hash}
    assert {one for one in whole.seen if one[0] == "ISSUE"} <= set(found.seen)


def test_a_repair_that_took_its_record_back_does_so_with_another_one() -> None:
    repaired, start = after(new(1, 1), [("REPAIR", 5)]), new(1, 2)
    for term in (Term.RUNNING, Term.KEPT):
        theirs = replace(repaired, term=term)
        assert merged(start, theirs).term is merged(theirs, start).term is term
    assert merged(replace(repaired, term=Term.KEPT), repaired).term is Term.RUNNING
    disputed = after(repaired, [("DISPUTE", 6)])
    for term, comes_to in ((Term.OVER, Term.RUNNING), (Term.KEPT, Term.KEPT)):
        assert merged(start, replace(disputed, term=term)).term is comes_to


def test_a_settled_objection_that_the_content_states_stays_settled() -> None:
    def stating(published: int) -> Record:
        folded = fold(None, header("ISSUE", 1, published=published, state="DISPUTED"))
        assert isinstance(folded, Moved)
        return folded.record

    for first, second in ((1, 2), (2, 1)):
        open_, settled = stating(first), after(stating(second), [("SETTLE", 7)])
        assert merged(open_, settled).state is merged(settled, open_).state is RecordState.ACTIVE
