"""What the profiles stage books in the ledger of the events that it folds, and refuses of them."""

from __future__ import annotations

from creditbus.services.domain.event import Header
from creditbus.services.domain.ledger import Outcome
from creditbus.services.domain.normalise import same_name
from creditbus.services.domain.profile.subject import Subject
from creditbus.services.domain.profile.succession import of_successor
from creditbus.services.domain.reasons import Caution
from creditbus.services.engine.codec.event_codec import DecodedEvent
from creditbus.services.engine.stage.output import Output
from creditbus.services.engine.stage.rejects import Refusal, Source
from creditbus.services.profiles.acting import CONFLICT, Findings
from creditbus.services.profiles.folding_context import FoldingContext, item_of

__all__ = ["Booking"]


class Booking:
    """Of one batch.

    Attributes:
        again: rows are folded that were booked under another subject; nothing is booked of them.

    """

    def __init__(self, context: FoldingContext, out: Output) -> None:
        self._catalogue = context.catalogue
        self._codec = context.codec
        self._rejects = context.rejects
        self._lanes = context.lanes
        self._successions = context.successions
        self._out = out
        self.again = False

    def refuse(self, opened: DecodedEvent, findings: Findings = CONFLICT) -> None:
        """Refuse an event, and give it back to its department."""
        header = opened.header
        if self.again or not self._counts(header):
            return
        origin = header["origin"]
        self.book(header, Outcome.REJECTED, findings[0][0])
        source = Source.of(header, self._lanes, self._codec.reseal(opened))
        refusal = Refusal(findings, header["warnings"])
        self._rejects.emit(self._out, origin, header["item"], source, refusal)

    def cautioned(self, subject: Subject, opened: DecodedEvent) -> DecodedEvent:
        """Book the cautions, and add the one that only the profile can tell."""
        header = opened.header
        registers = item_of(self._catalogue, header).registers is not None
        named = header["subject_name"]
        if subject.registered and not registers and named and not same_name(named, subject.name):
            # a copy: the step may run again on the same work
            header = header.copy()
            header["warnings"] = [*header["warnings"], Caution.NAME_MISMATCH.value]
            opened = DecodedEvent(header, opened.body)
        self.cautions(header)
        return opened

    def cautions(self, header: Header) -> None:
        """Book the cautions of an event."""
        for caution in header["warnings"]:
            self.book(header, Outcome.CAUTION, caution)

    def book(self, header: Header, outcome: Outcome, reason: str = "", count: int = 1) -> None:
        """Book an outcome of an event."""
        if not self.again and self._counts(header):
            self._out.book(header["origin"], header["item"], outcome, reason, count)

    def _counts(self, header: Header) -> bool:
        """Tell whether an event stands for its row: of the two of a succession the predecessor's does."""
        return header["item"] not in self._successions or not of_successor(header["document_no"])
