"""What an event says of its subject: whether it is registered, its consents, and its codes."""

from __future__ import annotations

from creditbus.services.domain.profile.record import Moved
from creditbus.services.domain.profile.subject import Subject
from creditbus.services.engine.codec.event_codec import DecodedEvent
from creditbus.services.engine.stage.state_view import StateView
from creditbus.services.profiles.consenting import Consenting
from creditbus.services.profiles.ending import CONTENT_CHANGES
from creditbus.services.profiles.folding_context import FoldingContext
from creditbus.services.profiles.registration import Registration
from creditbus.services.profiles.reidentifying import Reidentifying

__all__ = ["Settling"]


class Settling:
    """Of one batch."""

    def __init__(
        self, context: FoldingContext, consenting: Consenting, reidentifying: Reidentifying, view: StateView
    ) -> None:
        self._codec = context.codec
        self._identifying = context.codes.identifying
        self._registration = Registration(context.registering, context.codec, view)
        self._consenting = consenting
        self._reidentifying = reidentifying
        self._view = view

    def facts(
        self, code: bytes, subject: Subject, opened: DecodedEvent, moved: Moved, name: bytes, *, brings_content: bool
    ) -> tuple[bool, bool]:
        """Bring an event to its subject's facts; tell whether it registers the subject, and whether they changed."""
        facts, consents = subject.facts, subject.consents
        registering = self._registration.settle(code, subject, opened, moved.record, name)
        if self._consenting.has(opened.header["item"]):
            if not brings_content and moved.change not in CONTENT_CHANGES:
                opened = self._codec.open(moved.record.content)
            self._consenting.settle(code, subject, moved.record, opened)
        return registering, subject.facts != facts or subject.consents != consents

    def codes_before(self, item: str, key: bytes) -> frozenset[str]:
        """Return the codes that a record gives its subject, before an event changes it."""
        return self._reidentifying.codes_of(self._view.get(key)) if item in self._identifying else frozenset()

    def codes(self, code: bytes, subject: Subject, opened: DecodedEvent, name: bytes, before: frozenset[str]) -> None:
        """Bring an event to its subject's codes; `before` are those that its record gave before it."""
        if opened.header["item"] in self._identifying:
            self._reidentifying.settle(code, subject, name, before, opened)
