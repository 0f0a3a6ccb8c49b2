"""When a subject was registered, and as what, by the past of its registrations."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Final, NamedTuple

__all__ = ["NEVER", "PastRegistrations", "RegistrationPast", "RegistrationPhase"]

#: Before every moment.
NEVER: Final = -(1 << 63)


class RegistrationPhase(NamedTuple):
    """What a registration was for a time.

    Attributes:
        since: when that began to be known, in milliseconds since 1970.
        withdrawn: it registers nobody.
        published: what orders registrations: receipt and number of its content, and its key.
        name: registered name.
        district: registered district.

    """

    since: int
    withdrawn: bool
    published: tuple[int, int, bytes]
    name: str
    district: str

    def __repr__(self) -> str:
        """Say nothing about the subject."""
        return f"<RegistrationPhase since {self.since}>"


class RegistrationPast(NamedTuple):
    """One registration: its phases, the oldest first, and whether the first of them is how it began."""

    phases: Sequence[RegistrationPhase]
    whole: bool


class PastRegistrations:
    """Of one subject.

    Attributes:
        known_from: what is said of a moment before is not kept; NEVER: everything is.

    """

    def __init__(self, pasts: Sequence[RegistrationPast]) -> None:
        self._pasts = pasts
        self.known_from = max((past.phases[0].since for past in pasts if not past.whole), default=NEVER)

    def at(self, moment: int) -> RegistrationPhase | None:
        """Return the registration that counted at a moment; None: the subject was not registered.

        Of several that are not withdrawn the one published last counts (`services.profiles.registration`).
        """
        known = [past.phases[after - 1] for past in self._pasts if (after := _known_by(past, moment))]
        return max((one for one in known if not one.withdrawn), default=None, key=lambda one: one.published)

    def registered_from(self, moment: int) -> int:
        """Return the first moment from the given one on at which the subject was registered.

        What waits for a registration is known of the subject from then on. The moment itself where that is not kept.
        """
        if moment < self.known_from:
            return moment
        later = sorted({one.since for past in self._pasts for one in past.phases if one.since > moment})
        return next((one for one in (moment, *later) if self.at(one) is not None), moment)


def _known_by(past: RegistrationPast, moment: int) -> int:
    return bisect_right(past.phases, moment, key=lambda one: one.since)
