"""How a feed stands, for a person."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from creditbus.services.cli.console import OUTPUT
from creditbus.services.cli.figures import TableRow, print_figures
from creditbus.services.cli.language import listed, spoken
from creditbus.services.cli.messages import feed as messages
from creditbus.services.cli.moments import moment_text
from creditbus.topics.text import placeholders

if TYPE_CHECKING:
    from creditbus.services.domain.evidence.feed_standing import FeedStanding, Trouble
    from creditbus.services.domain.evidence.standing import ReaderStanding

__all__ = ["show_standing", "trouble_line"]

_DAY_MS: Final = 86_400_000
_HASH_SHOWN: Final = 16
_PARTITION: Final = (
    messages.LAST_NUMBER,
    messages.LAST_HASH,
    messages.OLDEST_KEPT,
    messages.EXPIRES_FROM,
    messages.SIGNED_TO,
    messages.IN_NO_MANIFEST,
)
_READER: Final = (messages.AT_WORK, messages.NEXT_NUMBER, messages.NOT_READ, messages.EXPIRES_FROM)
_SAID: Final = {
    "manifest-doubted": messages.LAST_MANIFEST_DOUBTED,
    "manifest-ahead": messages.LAST_MANIFEST_AHEAD,
    "signed-missing": messages.SIGNED_MISSING,
    "expired-unsigned": messages.EXPIRED_UNSIGNED,
    "expired-unread": messages.EXPIRED_UNREAD,
    "expires-unread": messages.EXPIRES_UNREAD,
    "expires-unsigned": messages.EXPIRES_UNSIGNED,
}


def show_standing(found: FeedStanding) -> None:
    """Print a feed's line, a table of its partitions, one of its readers, and a line for each reason to look at it."""
    OUTPUT.print(_first_line(found), markup=False, soft_wrap=True)
    print_figures(spoken(messages.PARTITIONS), [spoken(one) for one in _PARTITION], list(_partitions(found)))
    if found.readers:
        rows = [row for reader in found.readers for row in _reader(reader)]
        print_figures(spoken(messages.READER), [spoken(one) for one in _READER], rows)
    else:
        OUTPUT.print(spoken(messages.NO_READER), markup=False, soft_wrap=True)
    if found.watermarks:
        OUTPUT.print(_watermarks(found), markup=False, soft_wrap=True)
    for trouble in found.troubles():
        OUTPUT.print(f"! {trouble_line(found.subscriber, trouble)}", markup=False, soft_wrap=True)


def trouble_line(subscriber: str, trouble: Trouble) -> str:
    """Return one reason to look at a feed as one line."""
    message = _SAID[trouble.problem.value]
    facts = {
        "subscriber": subscriber,
        "partition": trouble.partition,
        "count": trouble.count,
        "group": trouble.group,
        "when": moment_text(trouble.expires_ms),
    }
    return spoken(message(**{name: facts[name] for name in placeholders(message.en)}))


def _first_line(found: FeedStanding) -> str:
    line = spoken(messages.STANDING, feed=found.feed, count=found.kept)
    if found.retention_ms is not None:
        line += spoken(messages.KEPT_FOR, days=found.retention_ms / _DAY_MS)
    if not found.manifest:
        return line if found.manifest_doubted else line + spoken(messages.NO_MANIFEST)
    made = moment_text(found.manifest_ms)
    return line + spoken(messages.LAST_MANIFEST, number=found.manifest, made=made, count=found.unsigned)


def _watermarks(found: FeedStanding) -> str:
    """Name the departments by how far they are in, those that are the least far first."""
    until: dict[str, list[str]] = {}
    for name, at_ms in sorted(found.watermarks.items(), key=lambda one: (one[1], one[0])):
        until.setdefault(moment_text(at_ms), []).append(name)
    parts = [spoken(messages.IN_UP_TO, names=listed(names), when=when) for when, names in until.items()]
    return spoken(messages.WATERMARKS, parts=listed(parts, clauses=True))


def _partitions(found: FeedStanding) -> Iterator[TableRow]:
    for one in found.partitions:
        numbers = [f"{one.last:,}", one.last_hash.hex()[:_HASH_SHOWN] or "-", f"{one.oldest:,}"]
        signed = [f"{one.signed:,}", f"{one.unsigned:,}"]
        yield TableRow(str(one.number), [*numbers, moment_text(one.oldest_expires_ms), *signed])


def _reader(reader: ReaderStanding) -> Iterator[TableRow]:
    yield TableRow(reader.group, [str(reader.members), "", f"{reader.unread:,}", moment_text(reader.expires_ms)])
    for one in reader.readings:
        place = spoken(messages.ONE_PARTITION, partition=one.partition)
        yield TableRow(place, ["", f"{one.next:,}", f"{one.unread:,}", moment_text(one.expires_ms)], dim=True)
