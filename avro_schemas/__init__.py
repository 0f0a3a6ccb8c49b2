"""Event schemas and catalogue entries, as files of this package and as the schemas composed of them.

Every event is ``<Item>Event {header, act, claim, content}``. The header comes first, so `prefix_schema` decodes what a
stage needs without reading the content. Files: ``header.avsc`` (types of the header), ``<item>/v<n>.avsc`` (content),
``<item>/item.yaml`` (catalogue entry), ``unreadable.avsc``.
"""

from creditbus.avro_schemas.catalogue_files import RawItem, raw_catalogue
from creditbus.avro_schemas.composition import (
    Schema,
    code_claim_schema,
    continuation_schema,
    crosswalk_entry_schema,
    event_schema,
    header_schema,
    ledger_schema,
    moved_record_schema,
    prefix_schema,
    receipt_schema,
    reject_schema,
    unreadable_schema,
)

__all__ = [
    "RawItem",
    "Schema",
    "code_claim_schema",
    "continuation_schema",
    "crosswalk_entry_schema",
    "event_schema",
    "header_schema",
    "ledger_schema",
    "moved_record_schema",
    "prefix_schema",
    "raw_catalogue",
    "receipt_schema",
    "reject_schema",
    "unreadable_schema",
]
