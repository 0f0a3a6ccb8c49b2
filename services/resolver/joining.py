"""Makes of a succession's row the events of both subjects, once both are known."""

from __future__ import annotations

from collections.abc import Mapping

from creditbus.services.domain.catalogue import Succession
from creditbus.services.domain.event import content_hash, event_id
from creditbus.services.domain.ledger import Outcome
from creditbus.services.domain.profile.succession import sides, successor_named
from creditbus.services.domain.reasons import Reason
from creditbus.services.engine.codec.event_codec import DecodedEvent, EventCodec
from creditbus.services.engine.stage.output import Output
from creditbus.services.engine.stage.rejects import Refusal, Rejects, Source
from creditbus.services.resolver.outlet import Outlet

__all__ = ["Joining"]


class Joining:
    """Brings a row from the lane of one code to that of the other, and lets it out as two events."""

    def __init__(
        self, successions: Mapping[str, Succession], codec: EventCodec, rejects: Rejects, outlet: Outlet, lanes: int
    ) -> None:
        self._successions = successions
        self._codec = codec
        self._rejects = rejects
        self._outlet = outlet
        self._lanes = lanes

    def join(self, event: DecodedEvent, found: str, out: Output) -> bool:
        """Take a row one step further; False: it must wait here.

        Args:
            event: the row. As long as its header names no subject it stands under the predecessor's code, then under
                the successor's.
            found: the subject to which the code belongs that it stands under; empty: nobody knows.
            out: what the batch writes.

        """
        header = event.header
        succession = self._successions[header["item"]]
        predecessor = header["subject"] or found
        if not predecessor:
            return False
        _, _, content, _ = self._codec.read_body(header["item"], event.body)
        successor, key = successor_named(content[succession.successor] or "")
        if not successor and header["subject"]:
            successor = found
            if not successor:
                return False
        if not successor:
            self._outlet.half_resolved(event, predecessor, key, out)
        elif successor == predecessor:
            self._refuse(event, succession.successor, out)
        else:
            # Both in one transaction, here and not at intake: neither can name the other before both are known. If
            # profiles sent the second, a row applied to one and parked for the other would count twice or never
            # (docs/adr/0022).
            self._emit_both(event, succession, (predecessor, successor), out)
        return True

    def _emit_both(self, event: DecodedEvent, succession: Succession, codes: tuple[str, str], out: Output) -> None:
        item = event.header["item"]
        act, claim, given, _ = self._codec.read_body(item, event.body)
        first, second, content = sides(succession, event.header, claim, given, codes)
        for side in (first, second):
            body, start = self._codec.write_body(item, act, side.claim, content)
            header = event.header.copy()
            header["document_no"] = side.document_no
            header["subject_name"] = side.subject_name
            header["content_hash"] = content_hash(body[start:])
            header["event_id"] = event_id(header, side.subject)
            self._outlet.resolved(DecodedEvent(header, body), side.subject, out)

    def _refuse(self, event: DecodedEvent, field: str, out: Output) -> None:
        header = event.header
        origin = header["origin"]
        reason = Reason.ID_SAME_SUBJECT.value
        out.book(origin, header["item"], Outcome.REJECTED, reason)
        source = Source.of(header, self._lanes, self._codec.reseal(event))
        self._rejects.emit(out, origin, header["item"], source, Refusal([(reason, field, None)], header["warnings"]))
