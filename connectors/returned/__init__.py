"""Refused rows on their way back: out to their department in its own columns, and corrected in again.

1. ``rejection``: what the bus sent back.
2. ``originals``: the row's own cells, from its source, or from the event where the source has changed.
3. ``sheets``: a workbook or a csv file of them, refused cells marked, with a reference in each row.
4. ``redrive``: the corrected rows, each sent once, under the place that it came from.
"""
