"""Where the fields of an event begin, found without decoding any that nobody asks for.

Nothing is decided here. What `scan_header`, `peek_fields` and `pick_texts` do is written in Python in `plain`, and once
more in Cython in `_compiled`, which is used where it was built; tests hold the two equal (docs/adr/0017-packing.md).
"""

from __future__ import annotations

try:
    from creditbus.services.engine.codec.scan._compiled import peek_fields, pick_texts, scan_header
except ImportError:
    from creditbus.services.engine.codec.scan.plain import peek_fields, pick_texts, scan_header

__all__ = ["peek_fields", "pick_texts", "scan_header"]
