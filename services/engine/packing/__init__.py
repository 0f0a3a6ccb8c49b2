"""Bytes of many small parts: record batches for Kafka, commands for Redis, an event with what was decided of it.

Nothing is decided here. What these functions do is written in Python in `plain`, and once more in Cython in
`_compiled`, which is used where it was built; tests hold the two equal (docs/adr/0017-packing.md).
"""

from __future__ import annotations

try:
    from creditbus.services.engine.packing._compiled import (
        pack_command,
        pack_entries,
        pack_records,
        splice,
        unpack_records,
    )
except ImportError:
    from creditbus.services.engine.packing.plain import (
        pack_command,
        pack_entries,
        pack_records,
        splice,
        unpack_records,
    )

__all__ = ["pack_command", "pack_entries", "pack_records", "splice", "unpack_records"]
