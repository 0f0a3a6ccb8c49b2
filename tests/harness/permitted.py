"""What a feed may get of a change, by what the city declared and on which day: written a second time.

It follows from the policy that the change states and from the one before. Subscribers are those of the last version;
whoever left and came back has no grant by the versions of before.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from tests.harness.changes import RETRACTED, Policy, counted, facts_of, policy_of
from tests.harness.consents import pairs
from tests.harness.declaring import Version
from tests.harness.feeds import (
    Grant,
    admits,
    disclosed,
    disclosed_act,
    entry_of,
    hidden_before,
    is_never_seen,
    is_unseen,
    is_withheld,
    visible,
)

__all__ = ["Permitted"]

_EPOCH = date(1970, 1, 1)


class Permitted:
    """What feeds may get.

    Args:
        versions: what was declared, the oldest first; the last is in force. More may come to it.

    """

    def __init__(self, versions: Sequence[Version]) -> None:
        self._versions = versions
        self._grants: dict[tuple[int, str, int], Grant | None] = {}

    def of(self, subscriber: str, change: dict[str, Any]) -> Iterator[bytes | None]:
        """Give what a feed may get of a decoded change, each by the digest of its record; None: nothing."""
        if subscriber not in self._versions[-1].grants:
            yield None
            return
        header = change["header"]
        applied, before = header["applied"], header["applied"]["before"]
        now, day = self._grant(subscriber, policy_of(applied))
        item, kind = header["item"], header["subject_kind"]
        consents = pairs(applied)
        is_in = now is not None and admits(now, item, kind, applied["district"], day, consents)
        then, was_in = now, is_in
        if before is not None:
            then, day_before = self._grant(subscriber, policy_of(before))
            was_in = (
                applied["previous_state"] not in RETRACTED
                and then is not None
                and admits(then, item, kind, before["district"], day_before, pairs(before))
            )
        was_hidden = then is not None and hidden_before(then, change)
        if was_in and not is_in:
            assert then is not None
            moved, revoked = (
                now is not None and admits(now, item, kind, before["district"], day, of_it)
                for of_it in (consents, pairs(before))
            )
            names_it = now is not None and item in now["items"]
            shape = now if names_it and now is not None else then
            reason = "DISTRICT" if moved else "CONSENT" if revoked else "GRANT"
            yield None if was_hidden else entry_of(shape, change, before, reason)
        elif not is_in:
            yield None
        else:
            assert now is not None
            yield from _of_those_admitted(now, then if was_in else None, change, was_hidden=was_hidden)

    def _grant(self, subscriber: str, policy: Policy) -> tuple[Grant | None, date]:
        """Return the grant by a policy, and its day; whoever left since then has none there."""
        asked = len(self._versions), subscriber, policy.version
        if asked not in self._grants:
            since = [one for one in self._versions if one.number >= policy.version]
            stayed = all(subscriber in one.grants for one in since)
            self._grants[asked] = since[0].grants[subscriber] if stayed else None
        return self._grants[asked], _EPOCH + timedelta(policy.day)


def _of_those_admitted(
    now: Grant, then: Grant | None, change: dict[str, Any], *, was_hidden: bool
) -> Iterator[bytes | None]:
    """Give what a feed may get of a change that its grant admits; `then` is the one that admitted its record before."""
    header = change["header"]
    applied, before, item = header["applied"], header["applied"]["before"], header["item"]
    if is_never_seen(applied):
        yield None
        return
    withheld = is_withheld(now, item, counted(change))
    if then is None:
        hidden = withheld or applied["state"] in RETRACTED
        yield None if hidden else entry_of(now, change, applied, None)
        return
    other = then is not now and visible(then, item) != visible(now, item)
    stands = before is not None and applied["change"] == "RESTATED" and facts_of(before) == facts_of(applied)
    if stands and (not other or (not withheld and not was_hidden and _shown(then, change) == _shown(now, change))):
        yield None
        if not other:
            return
    if is_unseen(applied, withheld=withheld, was_hidden=was_hidden):
        yield None
    else:
        yield entry_of(now, change, applied, "VALUE" if withheld else None)


def _shown(grant: Grant, change: dict[str, Any]) -> Any:
    item = change["header"]["item"]
    return (
        is_withheld(grant, item, counted(change)),
        disclosed(grant, item, change["content"]),
        disclosed_act(grant, item, change["act"]),
    )
