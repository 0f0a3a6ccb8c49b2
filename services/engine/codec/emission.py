"""A change as it was emitted, cut where its parts begin: what profiles reads of what it said last of a record."""

from __future__ import annotations

from creditbus.services.domain.event import Facts
from creditbus.services.domain.profile.subject import SubjectFacts
from creditbus.services.engine.codec.fast import read_consents, read_policy
from creditbus.services.engine.codec.primitives import BOOLEANS, read_long
from creditbus.services.engine.codec.scan.places import (
    APPLIED_STATE,
    BEFORE,
    CONSENTS,
    CONTENT_HASH,
    DISTRICT,
    END,
    EVENT_ID,
    ITEM,
    POLICY,
    PREVIOUS_STATE,
    REGISTERED,
    REGISTERED_NAME,
    VERB,
    VERSION,
    characters,
)

__all__ = ["Emission", "facts_before"]


class Emission:
    """One change of `credit.changes`.

    Attributes:
        value: the event.
        places: where the fields of its header begin, as `scan_header` gives them.
        version: of the subject's profile after it.
        event_id: its id.

    """

    __slots__ = ("event_id", "places", "value", "version")

    def __init__(self, value: bytes, places: tuple[int, ...]) -> None:
        self.value = value
        self.places = places
        self.version: int = read_long(value, places[VERSION])[0]
        self.event_id: bytes = value[places[EVENT_ID] : places[CONTENT_HASH]]

    @property
    def facts(self) -> SubjectFacts:
        """Those of its subject under which it was emitted."""
        value, places = self.value, self.places
        return (
            characters(value, places[REGISTERED_NAME], places[DISTRICT]),
            characters(value, places[DISTRICT], places[REGISTERED]),
            BOOLEANS[value[places[REGISTERED]]],
        )

    @property
    def registered(self) -> bytes:
        """The same as they stand in it, as `write_registered` gives them."""
        return self.value[self.places[REGISTERED_NAME] : self.places[POLICY]]

    @property
    def state(self) -> bytes:
        """The record's after it, as it stands in it."""
        return self.value[self.places[APPLIED_STATE] : self.places[PREVIOUS_STATE]]

    @property
    def item(self) -> bytes:
        """Id of its catalogue item."""
        return characters(self.value, self.places[ITEM], self.places[VERB])

    @property
    def policy(self) -> bytes:
        """The one under which it was emitted, as `write_policy` gives it."""
        return self.value[self.places[POLICY] : self.places[BEFORE]]

    @property
    def consents(self) -> bytes:
        """Those of its subject under which it was emitted, as `write_consents` gives them."""
        return self.value[self.places[CONSENTS] : self.places[END]]

    def __repr__(self) -> str:
        """Say nothing of what it is about."""
        return f"<Emission of version {self.version}>"


def facts_before(emission: Emission, now: SubjectFacts, policy: bytes, consents: bytes, gate: str) -> Facts | None:
    """Return the facts under which a record was last emitted, where those of now are others or it may be withheld.

    Args:
        emission: the change by which it was.
        now: those of its subject.
        policy: the one by which its item is shown now, as `write_policy` gives it.
        consents: those of its subject to its item that are in force now, as `write_consents` gives them.
        gate: as of `Facts`, of its content.

    """
    facts = emission.facts
    if not gate and facts == now and emission.policy == policy and emission.consents == consents:
        return None
    name, district, registered = facts
    return Facts(
        registered_name=name.decode(),
        district=district.decode(),
        registered=registered,
        policy=read_policy(emission.value, emission.places[POLICY]),
        consents=read_consents(emission.value, emission.places[CONSENTS]),
        gate=gate,
    )
