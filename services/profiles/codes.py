"""By which legacy codes rows name their subject, and which codes the register gives a subject."""

from __future__ import annotations

from typing import Final

from creditbus.services.domain.catalogue import Catalogue
from creditbus.services.domain.identifiers import uscc
from creditbus.services.domain.profile.succession import successions
from creditbus.services.domain.validation.subject import ClaimCheck
from creditbus.services.engine.codec.event_codec import DecodedEvent, EventCodec

__all__ = ["Codes"]


class Codes:
    """Of all items.

    Attributes:
        identifying: items whose records say which codes are their subject's.

    """

    def __init__(self, catalogue: Catalogue, codec: EventCodec) -> None:
        self._codec = codec
        self._checks = {item.id: ClaimCheck(item) for item in catalogue}
        self.identifying: Final = frozenset(item.id for item in catalogue if item.identifies)
        # both subjects of one have it, under each other's codes
        self._fixed = self.identifying | frozenset(successions(catalogue))

    def told(self, opened: DecodedEvent) -> frozenset[str]:
        """Return the codes that a register row gives its subject, but for that which is part of the unified code."""
        header = opened.header
        _, claim, content, _ = self._codec.read_body(header["item"], opened.body)
        pairs = self._checks[header["item"]].crosswalk(header["subject"], claim, content, [])
        return frozenset(key for key, _ in pairs if key != own_code(header["subject"]))

    def naming(self, opened: DecodedEvent) -> tuple[str, ...]:
        """Return the codes by which a row names its subject; none where it names it by the unified code."""
        header = opened.header
        if header["item"] in self._fixed:
            return ()
        claim = self._codec.read_body(header["item"], opened.body)[1]
        return self._checks[header["item"]].examine(claim, []).legacy_keys


def own_code(subject: str) -> str:
    """Return the code that is part of a unified code: no row can take it away."""
    return f"org:{uscc.organisation_code(subject)}"
