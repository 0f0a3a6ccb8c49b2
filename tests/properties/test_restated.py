"""A record that is emitted again by slices of its last emission is to the byte what its decoded parts are."""

from typing import Any

from hypothesis import given, reject
from hypothesis import strategies as st

from creditbus.services.domain.event import NO_ACT, NO_CODES
from creditbus.services.domain.framed_avro import UndecodableError
from creditbus.services.engine.codec.fast import write_consents, write_policy, write_registered
from tests.examples import shipped
from tests.step_harness import machinery
from tests.wire_headers import FACTS, applieds, headers

_ITEM = shipped("red-black-list")


@given(headers, applieds, st.fixed_dictionaries(FACTS), st.text(max_size=9), st.binary(min_size=16, max_size=16))
def test_slices_of_the_last_emission_say_what_is_decided_now(
    header: Any, before: dict[str, Any], now: dict[str, Any], gate: str, event_id: bytes
) -> None:
    codec = machinery().codec
    body, _ = codec.write_body(_ITEM.id, NO_ACT, NO_CODES, dict.fromkeys(_ITEM.fields))
    header |= {"item": _ITEM.id, "applied": before}
    event = codec.seal(header, body)
    try:
        last = codec.emission(event)
    except UndecodableError:
        # a text that is left to the reader of whole headers
        reject()
    decided: Any = {
        **now,
        "change": "RESTATED",
        "version": before["version"] + 1,
        "revision": before["revision"],
        "state": before["state"],
        "previous_state": before["state"],
        "before": {**{name: before[name] for name in FACTS}, "gate": gate},
    }
    sealed = codec.seal_restated_as(
        last,
        event_id,
        before["version"] + 1,
        registered=write_registered(now["registered_name"].encode(), now["district"].encode(), now["registered"]),
        policy=write_policy(now["policy"]),
        consents=write_consents(now["consents"]),
        gate=gate,
    )
    assert sealed == codec.seal_restated(last, event_id, decided)
    header |= {"event_id": event_id, "applied": decided}
    assert sealed == codec.seal(header, body)
