"""A change as the feeds need it: cut where its parts begin, not decoded.

Feeds show the same texts that the event holds, in the same encoding, so most of a feed's record is slices of the event.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from creditbus.services.domain.event import CLAIM_FIELDS, Applied, Consent, Policy
from creditbus.services.domain.event import Change as Happened
from creditbus.services.domain.feed.disclosure import ACT_FIELDS, RETRACTED
from creditbus.services.domain.feed.grants import Consents
from creditbus.services.domain.feed.keys import feed_key
from creditbus.services.domain.feed.withholding import WITHHELD, WithheldFor, withheld_id
from creditbus.services.domain.framing import FRAME_BYTES
from creditbus.services.engine.codec.fast import past_consents, past_policy, read_consents, read_policy
from creditbus.services.engine.codec.primitives import encode_text, past_optional_text, past_text, read_long, symbols
from creditbus.services.engine.codec.scan import scan_header
from creditbus.services.engine.codec.scan.places import (
    APPLIED_STATE,
    AUTHORITY,
    AUTHORITY_NAME,
    BEFORE,
    CHANGE,
    CONSENTS,
    CONTENT_HASH,
    DISTRICT,
    DOCUMENT_NO,
    END,
    EVENT_ID,
    ITEM,
    POLICY,
    PREVIOUS_STATE,
    RECEIVED_AT,
    REGISTERED,
    REGISTERED_NAME,
    REVISION,
    SEQUENCE,
    SUBJECT,
    SUBJECT_KIND,
    SUBJECT_NAME,
    VERB,
    VERSION,
    characters,
    check_fields,
)

__all__ = ["Before", "Change", "ChangeReader", "consents_of", "policy_of"]

_CODES: Final = len(CLAIM_FIELDS)
_NO_STATE: Final = b"\x00"
_WITHHELD: Final = encode_text(WITHHELD)
_ON_SHOW: Final = b"\x00"
_WITHHELD_FOR: Final = {reason: b"\x02" + encode_text(reason.value) for reason in WithheldFor}
#: Length of an event id in hexadecimal, as Avro writes it.
_HEXADECIMAL: Final = b"\x40"


class Before(NamedTuple):
    """Facts under which a record was last emitted.

    Attributes:
        name: the registered name, as Avro writes it.
        rest: district and whether the subject was registered, as Avro writes them.
        policy: by which grants it was shown, as it stands in the event (`policy_of`).
        consents: those of its subject that counted for it, as they stand in the event (`consents_of`).
        gate: field and value of its content for which it may be withheld (`Facts.gate`); empty: there is none, or it is
            not known.

    """

    name: bytes
    rest: bytes
    policy: bytes
    consents: bytes
    gate: str

    @property
    def district(self) -> str:
        """The registered district, empty when unknown."""
        return characters(self.rest, 0, len(self.rest) - 1).decode()


class Change:
    """One change.

    Attributes:
        value: the event.
        code: its subject.
        key: of its record, as feeds show it.
        item: id of the catalogue item.
        subject_kind: kind of the subject.
        district: registered district of the subject, empty when unknown.
        retracted: whether its record is to be shown no more.
        policy: by which grants it is shown, as it stands in the event (`policy_of`).
        consents: those of its subject that count for it, as they stand in the event (`consents_of`).
        moved: whether it was last emitted under other facts of its subject, or another policy.
        shown: who and which, as every feed shows it: the bytes of FeedSubject and FeedRecord.
        places: where the fields of the header begin in the event, as `scan_header` gives them.
        act: where the fields of the act begin in the event, and where the last one ends.
        content: the same of the content.

    """

    __slots__ = (
        "act",
        "code",
        "consents",
        "content",
        "district",
        "item",
        "key",
        "moved",
        "places",
        "policy",
        "retracted",
        "shown",
        "subject_kind",
        "value",
    )

    def __init__(  # noqa: PLR0917 -- one for every event: keyword arguments would double its cost
        self,
        value: bytes,
        code: bytes,
        key: bytes,
        item: str,
        subject_kind: str,
        district: str,
        retracted: bool,  # noqa: FBT001 -- as above
        policy: bytes,
        consents: bytes,
        moved: bool,  # noqa: FBT001 -- as above
        shown: bytes,
        act: list[int],
        content: list[int],
        places: tuple[int, ...],
    ) -> None:
        """See the attributes."""
        self.value = value
        self.code = code
        self.key = key
        self.item = item
        self.subject_kind = subject_kind
        self.district = district
        self.retracted = retracted
        self.policy = policy
        self.consents = consents
        self.moved = moved
        self.shown = shown
        self.act = act
        self.content = content
        self.places = places


class ChangeReader:
    """Cuts events of the current schemas that profiles applied.

    Args:
        header: the header's Avro schema, its types written out; the order of enumerations is taken from it.
        contents: by item the number of its content's fields, all of them optional texts.

    """

    __slots__ = (
        "_changes",
        "_contents",
        "_kinds",
        "_new",
        "_previous",
        "_restated",
        "_retracted",
        "_states",
        "_symbols",
        "_verbs",
    )

    def __init__(self, header: Mapping[str, Any], contents: Mapping[str, int]) -> None:
        check_fields(header)
        types = {field["name"]: field["type"] for field in header["fields"]}
        applied = {field["name"]: field["type"] for field in types["applied"][1]["fields"]}
        states = symbols(types["state"])
        self._contents = dict(contents)
        self._symbols = symbols(applied["change"]), states
        self._kinds = symbols(types["subject_kind"])
        self._verbs = _texts(symbols(types["verb"]))
        self._changes = _texts(symbols(applied["change"]))
        codes = {name: code for code, name in self._symbols[0].items()}
        self._new, self._restated = codes[Happened.NEW], codes[Happened.RESTATED]
        self._states = _texts(states)
        self._previous = {code: b"\x02" + text for code, text in self._states.items()}
        self._retracted = frozenset(code for code, state in states.items() if state in RETRACTED)

    def read(self, value: bytes) -> Change | None:
        """Return a framed event's change; None where it is not written in the plainest way, or nothing was applied."""
        places = scan_header(value, FRAME_BYTES)
        if places is None or places[CHANGE] < 0:
            return None
        try:
            return self._read(value, places)
        except (IndexError, KeyError, UnicodeDecodeError):
            return None

    def _read(self, value: bytes, places: tuple[int, ...]) -> Change:
        item_utf8 = characters(value, places[ITEM], places[VERB])
        item = item_utf8.decode()
        code = characters(value, places[SUBJECT], places[SUBJECT_NAME])
        act, place = _past_optional_texts(value, places[END], len(ACT_FIELDS))
        _, place = _past_optional_texts(value, place, _CODES)
        content, place = _past_optional_texts(value, place, self._contents[item])
        if place != len(value):
            raise KeyError(place)
        subject_kind = self._kinds[value[places[SUBJECT_KIND]]]
        state = value[places[APPLIED_STATE]]
        return Change(
            value,
            code,
            feed_key(
                code,
                item_utf8,
                characters(value, places[AUTHORITY], places[AUTHORITY_NAME]),
                characters(value, places[DOCUMENT_NO], places[SUBJECT]),
            ),
            item,
            subject_kind,
            characters(value, places[DISTRICT], places[REGISTERED]).decode(),
            state in self._retracted,
            value[places[POLICY] : places[BEFORE]],
            value[places[CONSENTS] : places[END]],
            value[places[BEFORE]] != 0,
            self._shown(
                value,
                places,
                subject_kind,
                self._states[state],
                self._previous_state(value, places),
                value[places[EVENT_ID] : places[CONTENT_HASH]],
            ),
            act,
            content,
            places,
        )

    def applied(self, change: Change) -> Applied:
        """Return what profiles decided."""
        value, places = change.value, change.places
        changes, states = self._symbols
        previous = places[PREVIOUS_STATE]
        return Applied(
            change=changes[value[places[CHANGE]]],
            version=read_long(value, places[VERSION])[0],
            revision=read_long(value, places[REVISION])[0],
            state=states[value[places[APPLIED_STATE]]],
            previous_state=states[value[previous + 1]] if value[previous] else None,
            registered_name=characters(value, places[REGISTERED_NAME], places[DISTRICT]).decode(),
            district=change.district,
            registered=bool(value[places[REGISTERED]]),
            policy=policy_of(change.policy),
            before=None,
            consents=read_consents(change.consents, 0),
        )

    def before(self, change: Change) -> Before:
        """Return the facts under which a moved change's record was last emitted."""
        value, start = change.value, change.places[BEFORE] + 1
        district = past_text(value, start)
        registered = past_text(value, district)
        policy = registered + 1
        consents = past_policy(value, policy)
        gate = past_consents(value, consents)
        return Before(
            value[start:district],
            value[district:policy],
            value[policy:consents],
            value[consents:gate],
            characters(value, gate, change.places[CONSENTS]).decode(),
        )

    def same_facts(self, change: Change, before: Before) -> bool:
        """Tell whether the subject's facts are those of before, so that the policy alone changed."""
        value, places = change.value, change.places
        name, rest = places[REGISTERED_NAME], places[DISTRICT]
        return value[name:rest] == before.name and value[rest : places[POLICY]] == before.rest

    def is_restated(self, change: Change) -> bool:
        """Tell whether the record stands as it did."""
        return change.value[change.places[CHANGE]] == self._restated

    def is_new(self, change: Change) -> bool:
        """Tell whether it is the first of its record."""
        return change.value[change.places[CHANGE]] == self._new

    def was_retracted(self, change: Change) -> bool:
        """Tell whether the record was to be shown no more before the change already."""
        value, previous = change.value, change.places[PREVIOUS_STATE]
        return value[previous] != 0 and value[previous + 1] in self._retracted

    def shown_without_id(self, change: Change) -> bytes:
        """Return `shown` with another id than the event's, which is made from its content."""
        value, places = change.value, change.places
        version, _ = read_long(value, places[VERSION])
        return self._shown(
            value,
            places,
            change.subject_kind,
            self._states[value[places[APPLIED_STATE]]],
            self._previous_state(value, places),
            withheld_id(change.code, version),
        )

    def _previous_state(self, value: bytes, places: tuple[int, ...]) -> bytes:
        previous = places[PREVIOUS_STATE]
        return self._previous[value[previous + 1]] if value[previous] else _NO_STATE

    def withheld(self, change: Change, reason: WithheldFor, before: Before | None = None) -> bytes:
        """Return what stands in place of `shown` for whoever is to stop showing the record, and may not see this one.

        Nothing in it comes from the content, neither the states nor the event's id, and nothing from the subject's
        facts of now where those of before are given: they are what the subscriber knows.
        """
        version, _ = read_long(change.value, change.places[VERSION])
        return self._shown(
            change.value,
            change.places,
            change.subject_kind,
            _WITHHELD,
            _NO_STATE,
            withheld_id(change.code, version),
            _WITHHELD_FOR[reason],
            before,
        )

    def _shown(  # noqa: PLR0917 -- as the constructor of Change
        self,
        value: bytes,
        places: tuple[int, ...],
        subject_kind: str,
        state: bytes,
        previous_state: bytes,
        event_id: bytes,
        withheld_for: bytes = _ON_SHOW,
        before: Before | None = None,
    ) -> bytes:
        """Return the bytes of FeedSubject and FeedRecord: nearly all of them stand in the event."""
        if before is None:
            district = places[DISTRICT]
            name, rest = value[places[REGISTERED_NAME] : district], value[district : places[POLICY]]
        else:
            name, rest = before.name, before.rest
        return b"".join(
            (
                value[places[SUBJECT] : places[SUBJECT_NAME]],
                name if name[0] else value[places[SUBJECT_NAME] : places[SUBJECT_KIND]],
                encode_text(subject_kind),
                rest,
                value[places[VERSION] : places[REVISION]],
                value[places[ITEM] : places[VERB]],
                value[places[AUTHORITY] : places[SUBJECT]],
                self._verbs[value[places[VERB]]],
                self._changes[value[places[CHANGE]]],
                value[places[REVISION] : places[APPLIED_STATE]],
                state,
                previous_state,
                _HEXADECIMAL,
                event_id.hex().encode(),
                value[places[RECEIVED_AT] : places[SEQUENCE]],
                withheld_for,
            )
        )


def policy_of(written: bytes) -> Policy:
    """Return a policy that stands in an event."""
    return read_policy(written, 0)


def consents_of(written: bytes) -> Consents:
    """Return consents that stand in an event."""
    return _pairs(read_consents(written, 0))


def _pairs(consents: Sequence[Consent]) -> Consents:
    return frozenset([(one["receiver"], one["purpose"]) for one in consents])


def _past_optional_texts(value: bytes, place: int, count: int) -> tuple[list[int], int]:
    places = [place]
    for _ in range(count):
        place = past_optional_text(value, place)
        places.append(place)
    return places, place


def _texts(symbols: Mapping[int, str]) -> dict[int, bytes]:
    return {code: encode_text(symbol) for code, symbol in symbols.items()}
