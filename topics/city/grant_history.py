"""How a subscriber's grant came to be what it is, from the versions of what the city declares."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import yaml

from creditbus.topics.city.published import PublishedCity

__all__ = ["GrantChange", "GrantStep", "Step", "grant_history"]

_NONE: Final[Mapping[str, Any]] = {}


class Step(StrEnum):
    """What a version does to a grant."""

    BEGINS = "begins"
    CHANGES = "changes"
    ENDS = "ends"


@dataclass(frozen=True, slots=True)
class GrantChange:
    """One key of a grant that a version changes.

    Attributes:
        key: such as `items`, or `fields.tax-credit-grade`.
        added: entries that a list has more; of another value, a mask among them, the one of now; None: the key is gone.
        removed: entries that it has no more; of another value the one before; None: the key is new.

    """

    key: str
    added: Any
    removed: Any


@dataclass(frozen=True, slots=True)
class GrantStep:
    """One version that gives, changes or ends a grant.

    Attributes:
        version: number of the version.
        published_ms: when it was published, in milliseconds since 1970 UTC.
        step: what it does.
        changes: the keys that are other than before, those of a new grant among them.

    """

    version: int
    published_ms: int
    step: Step
    changes: tuple[GrantChange, ...]


def grant_history(versions: Iterable[PublishedCity], subscriber: str) -> Iterator[GrantStep]:
    """Yield the steps of a subscriber's grant, oldest first; nothing for one that was never declared.

    A version that only writes a grant in another way, such as its items in another order, is not a step.
    """
    path = f"subscribers/{subscriber}.yaml"
    before: Mapping[str, Any] | None = None
    for version in versions:
        text = version.files.get(path)
        now = None if text is None else yaml.safe_load(text)["grant"]
        changes = () if now is None else tuple(_changes(before or _NONE, now))
        if changes or (before is None) != (now is None):
            step = Step.BEGINS if before is None else Step.ENDS if now is None else Step.CHANGES
            yield GrantStep(version.version, version.published_ms, step, changes)
        before = now


def _changes(before: Mapping[str, Any], now: Mapping[str, Any], within: str = "") -> Iterator[GrantChange]:
    for key in [*now, *(key for key in before if key not in now)]:
        was, has, name = before.get(key), now.get(key), f"{within}{key}"
        if was == has:
            continue
        if isinstance(was, Mapping) or isinstance(has, Mapping):
            yield from _changes(was or _NONE, has or _NONE, f"{name}.")
        elif isinstance(was, list) and isinstance(has, list) and not _is_mask(has):
            added, removed = [one for one in has if one not in was], [one for one in was if one not in has]
            if added or removed:
                yield GrantChange(name, added, removed)
        else:
            yield GrantChange(name, has, was)


def _is_mask(value: list[Any]) -> bool:
    """Tell a mask from the other lists of a grant: these are sets, and in a mask each number has its side."""
    return all(type(one) is int for one in value)
