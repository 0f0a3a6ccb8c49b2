"""Headers of events as fastavro writes them: any that the schema allows."""

from io import BytesIO
from typing import Any

import fastavro
from hypothesis import strategies as st

from creditbus.avro_schemas import header_schema
from creditbus.services.domain.event import Change, RecordState, SubjectKind, Verb

__all__ = ["FACTS", "HEADER", "applieds", "headers", "ints", "longs", "names", "written"]

HEADER = fastavro.parse_schema(header_schema(), named_schemas={})

states = st.sampled_from([state.value for state in RecordState])
longs = st.integers(-(1 << 61), 1 << 61)  # longer ones take a tenth byte and are left to fastavro
ints = st.integers(-(1 << 31), (1 << 31) - 1)
FACTS: dict[str, st.SearchStrategy[Any]] = {
    "registered_name": st.text(max_size=80),
    "district": st.text(max_size=6),
    "registered": st.booleans(),
    "policy": st.fixed_dictionaries({"version": longs, "day": ints}),
    "consents": st.lists(st.fixed_dictionaries({"receiver": st.text(max_size=18), "purpose": st.text()}), max_size=3),
}
applieds = st.fixed_dictionaries(
    {
        "change": st.sampled_from([change.value for change in Change]),
        "version": st.integers(0, (1 << 62) - 1),  # the next one takes a tenth byte and is left to fastavro
        "revision": st.integers(0, (1 << 31) - 1),
        "state": states,
        "previous_state": st.none() | states,
        **FACTS,
        "before": st.none() | st.fixed_dictionaries(FACTS | {"gate": st.text(max_size=6)}),
    }
)

names = st.text(max_size=100)
headers = st.fixed_dictionaries(
    {
        **dict.fromkeys(("item", "authority", "authority_name", "document_no", "subject", "subject_name"), names),
        "verb": st.sampled_from([verb.value for verb in Verb]),
        "event_id": st.binary(min_size=16, max_size=16),
        "content_hash": st.binary(min_size=16, max_size=16),
        "subject_kind": st.sampled_from([kind.value for kind in SubjectKind]),
        "state": states,
        "source_time": st.none() | longs,
        "received_at": longs,
        "sequence": longs,
        "reading": st.none() | longs,
        "lifts": st.booleans(),
        "origin": st.fixed_dictionaries({**dict.fromkeys(("department", "run", "file", "sheet"), names), "row": ints}),
        "normalised": ints,
        "warnings": st.lists(names, max_size=3),
        "applied": st.none() | applieds,
    }
)


def written(schema: Any, value: Any) -> bytes:
    """Give the bytes of a value."""
    out = BytesIO()
    fastavro.schemaless_writer(out, schema, value)
    return out.getvalue()
