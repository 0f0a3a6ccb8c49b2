"""What a subscriber's file declares and can never get, in words: by file, line, key and fix."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from creditbus.services.cli.messages.never_admitted import FIXES, PROBLEMS
from creditbus.services.domain.feed.never_admitted import Never, NeverAdmitted

if TYPE_CHECKING:
    from creditbus.topics.document import DocumentError, Section
    from creditbus.topics.parties import Subscriber

__all__ = ["never_admitted_error"]

#: What `NeverAdmitted.given` is, in the words of the sentence.
_GIVEN: Final = {
    Never.NO_CREDIT_CODE: ("code",),
    Never.NOBODY_RECORDS: ("code",),
    Never.WITHHELD: ("field", "disclosure"),
    Never.NO_FIELD: ("disclosure",),
}
_KINDS: Final = frozenset({Never.OTHER_KINDS, Never.NO_DISTRICT})


def never_admitted_error(found: NeverAdmitted, subscriber: Subscriber, section: Section) -> DocumentError:
    """Return what is wrong, as an error about the key of the subscriber's file.

    Args:
        found: what is named in vain.
        subscriber: by whom.
        section: its file.

    """
    given = {"kinds": ", ".join(found.given)} if found.why in _KINDS else _named(found)
    problem, fix = (said[found.why](item=found.item, **given) for said in (PROBLEMS, FIXES))
    grant = section.section("grant")
    if found.item:
        return grant.wrong_element("items", subscriber.items.index(found.item), problem, fix)
    return section.wrong("uscc", problem, fix) if found.given else grant.wrong("consent", problem, fix)


def _named(found: NeverAdmitted) -> dict[str, str]:
    return dict(zip(_GIVEN.get(found.why, ()), found.given, strict=True))
