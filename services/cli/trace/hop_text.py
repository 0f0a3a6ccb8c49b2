"""One hop of a trace for a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.cells import cell_len

from creditbus.services.cli.fields import admitted, named_field
from creditbus.services.cli.language import spoken
from creditbus.services.cli.messages import trace as messages
from creditbus.services.cli.rejects.rows import question
from creditbus.services.cli.words import reason, word
from creditbus.services.domain.invisible import visible
from creditbus.services.domain.ledger import Outcome
from creditbus.topics import names
from creditbus.topics.text import Message, Text

__all__ = ["booking_text", "hop_lines"]

_LABEL = 10
_STAGE = 10
_FIELD = 24
_LONGEST_VALUE = 80
_LONGEST_ADMITTED = 160
#: Values of a header that say nothing.
_NOTHING: tuple[Any, ...] = (None, "", 0, [])


def hop_lines(number: int, hop: Mapping[str, Any], partitions: int) -> Iterator[str]:
    """Give the lines of the n-th hop; every topic has `partitions` partitions."""
    stage = f"{number:>2}  {hop['stage']:{_STAGE}}"
    for function in hop["functions"]:
        yield f"{stage}{function['file']}:{function['line']}  {function['function']}"
        stage = " " * len(stage)
    if (taken := hop["from"]) is not None:
        where = spoken(messages.PLACE_READ, partition=taken["partition"], offset=taken["offset"])
        yield _labelled(messages.FROM, f"{taken['topic']}  {where}")
    if "takes" in hop:
        yield _tells(hop["takes"])
    for booking in hop.get("booked", ()):
        yield _labelled(messages.BOOKED, booking_text(booking))
    if hop.get("withheld"):
        yield _labelled(messages.WITHHELD, spoken(messages.WITHHELD_PERSON))
    for finding in hop.get("refused", ()):
        yield _labelled(messages.REFUSED, _finding(finding))
    for sent in hop["to"]:
        yield from _sent(sent, partitions)
    if "profile" in hop:
        yield from _profile(hop["profile"])
    for feed in hop.get("feeds", ()):
        yield from _feed(feed)


def booking_text(booking: Mapping[str, Any]) -> str:
    """Return a count of the ledger in words."""
    parts = [word(booking["outcome"])]
    if booking["reason"]:
        parts.append(word(booking["reason"]) if booking["outcome"] == Outcome.APPLIED else reason(booking["reason"]))
    if booking["count"] != 1:
        parts.append(f"× {booking['count']}")
    return " ".join(parts)


def _finding(finding: Mapping[str, Any]) -> str:
    sentence = spoken(Text(finding["sentence"], finding["sentence_zh"]))
    item, field = finding["item"], finding["field"]
    values = visible(admitted(item, field, finding["reason"], finding["department"]), _LONGEST_ADMITTED)
    said = " ".join(filter(None, (sentence, values)))
    return f"{finding['reason']} {named_field(item, field)}  {said}{question(finding['proposed'])}"


def _sent(sent: Mapping[str, Any], partitions: int) -> Iterator[str]:
    where = spoken(messages.PLACE_WRITTEN, partition=sent["partition"], partitions=partitions)
    yield _labelled(messages.TO, f"{sent['topic']}  {where}")
    if sent["key"]:
        yield _labelled(messages.KEY, visible(sent["key"]))
    if "tells" in sent:
        yield _tells(sent["tells"])
    label: Message | None = messages.HEADER
    for name, (before, after) in sent.get("header", {}).items():
        was = "" if before in _NOTHING else f"{_value(before)} → "
        yield _labelled(label, f"{name:{_FIELD}}{was}{_value(after)}")
        label = None


def _tells(entry: Mapping[str, Any]) -> str:
    said = messages.CODE_HELD if entry["holds"] else messages.CODE_LOST
    return _labelled(messages.TELLS, spoken(said, code=entry["legacy_key"], subject=entry["subject"]))


def _profile(profile: Mapping[str, Any]) -> Iterator[str]:
    if "version" in profile:
        parts = (
            profile["subject"],
            visible(profile["name"]),
            spoken(messages.REGISTERED if profile["registered"] else messages.NOT_REGISTERED),
            spoken(messages.DISTRICT, district=profile["district"] or "-"),
            spoken(messages.VERSION, version=profile["version"]),
        )
        yield _labelled(messages.SUBJECT, "  ".join(filter(None, parts)))
    if profile["state"] is None:
        yield _labelled(messages.RECORD, spoken(messages.NO_RECORD))
        return
    state = spoken(messages.RECORD_STATE, state=word(profile["state"]), revision=profile["revision"])
    yield _labelled(messages.RECORD, f"{visible(profile['record'])}  {state}")


def _feed(feed: Mapping[str, Any]) -> Iterator[str]:
    topic = names.feed(feed["subscriber"])
    if "why" in feed:
        granted = word(feed["granted"]) if feed["why"] == "value" else feed["granted"]
        yield _labelled(messages.FEED, f"{topic}  {spoken(messages.DENIED[feed['why']](granted=granted))}")
        return
    yield _labelled(messages.FEED, f"{topic}  {spoken(messages.NUMBER, number=feed['sequence'])}")
    if not feed["content"]:
        yield _labelled(None, spoken(messages.STATE_ALONE))
        return
    content = (f"{name}*" if name in feed["masked"] else name for name in feed["content"])
    yield _labelled(None, spoken(messages.SHOWS, fields=" ".join(content)))
    if feed["masked"]:
        yield _labelled(None, spoken(messages.MASKED))
    if feed["left_out"]:
        yield _labelled(None, spoken(messages.LEFT_OUT, fields=" ".join(feed["left_out"])))


def _value(value: Any) -> str:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(map(str, value))
    return visible(str(value), _LONGEST_VALUE)


def _labelled(label: Message | None, text: str) -> str:
    """Indent a line below its hop, under the label of the line before where it has none of its own."""
    said = "" if label is None else spoken(label)
    # a Chinese character is two columns wide
    return f"    {said}{' ' * max(1, _LABEL - cell_len(said))}{text}".rstrip()
