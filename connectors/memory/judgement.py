"""Which rows of a source that tells its present state are a later word, with a place in the order of its readings.

A row that says what it said at the last reading is not a later word: sent again, it must not undo what another row,
file or connector has said since. A row that changed, came to a record that is known, or came back is one, also when it
says what was said once before. What was noted by a process that died before it published counts as not said.
"""

from collections.abc import Sequence
from typing import NamedTuple

__all__ = ["Judgement", "KnownRecord", "Word", "judge_by_key", "judge_by_reading"]


class Word(NamedTuple):
    """What a row says of a record."""

    content: bytes
    key: str
    act: bool
    """It acts on the record (an end, a withdrawal); else it states the record's content."""
    timed: bool
    """It states a time of its own."""


class KnownRecord(NamedTuple):
    """What was noted of a record before."""

    content: bytes
    key: str
    act: bool
    run: int
    """Number of the reading that met it last."""
    at: int
    """The row that said it first in that reading."""
    since: int
    """Number of the reading in which it was judged a later word; 0: in none."""
    doubtful: bool
    """Perhaps not published."""


class Judgement(NamedTuple):
    """What is to be made of a row."""

    later: bool
    """It is a later word than all before, whatever it says."""
    lifts: bool = False
    """No act of the source stands against it any more."""


_AS_EVER = Judgement(later=False)


def judge_by_reading(
    word: Word, known: Sequence[KnownRecord], run: int, *, all_again: bool, taken_back: bool
) -> Judgement:
    """Judge a row of a source that is read whole: what its record said in the last reading, compared as a set.

    Args:
        word: What the row says.
        known: What is noted of its record, by this reading too.
        run: Number of this reading.
        all_again: What a record said last counts as a later word: a person asked for it, or what was said is not known
            any more. Of several rows of one decision only the last does, else the others would undo it for a moment.
        taken_back: The record was withdrawn because the source had lost it, or perhaps was.
    """
    here = {one.content: one for one in known if one.run == run}
    newest = max((one.run for one in known if one.run < run), default=0)
    before = {one.content: one for one in known if one.run == newest and newest}
    met = here.get(word.content)
    if taken_back:
        return Judgement(later=True, lifts=not word.act)
    if met is not None:
        return Judgement(later=met.since == run)
    same = before.get(word.content)
    if same is not None and not same.doubtful and not (all_again and same.at == max(one.at for one in before.values())):
        return _AS_EVER
    if not word.act and (same is not None or not before) and any(one.act for one in (*before.values(), *here.values())):
        return _AS_EVER  # later than an act that stands before it in the file, it would undo the act
    if not known and not all_again:
        return Judgement(later=word.act)  # an act that is published so can be taken back
    # of several rows with times the time decides, as ever: an old row that is mended is no later word
    several = bool(here.keys() - {word.content}) or len(before) > 1
    return Judgement(later=word.act or not (word.timed and several))


def judge_by_key(word: Word, known: Sequence[KnownRecord], *, all_again: bool, taken_back: bool) -> Judgement:
    """Judge a row of a source that gives changed rows alone, each with a key; arguments as of `judge_by_reading`."""
    if taken_back:
        return Judgement(later=True, lifts=not word.act)
    if not known:
        return Judgement(later=all_again or word.act)
    last = max(known, key=lambda one: (one.run, one.at))
    if last.content == word.content and not last.doubtful and not all_again:
        return _AS_EVER
    own = next((one for one in known if one.key == word.key), None)
    if all_again and own is not None and own is not last and own.content == word.content and not own.doubtful:
        return _AS_EVER
    others = [one for one in known if one.key != word.key]
    was_act = any(one.act for one in known if one.key == word.key)
    lifts = was_act and not word.act and not any(one.act for one in others)
    return Judgement(later=word.act or lifts or not (word.timed and others), lifts=lifts)
