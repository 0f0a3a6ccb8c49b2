"""One run of a connector: rows are read, mapped, and published chunk by chunk together with the position.

Kill it anywhere: the next run loses nothing and sends nothing twice.

- `runner` opens what a run needs, `remembering` its memory; `watch` runs again when the source has changed.
- `chunks` reads and maps, one row at a time by `outgoing`; `active_run` notes, publishes and settles, in this order.
- `notices` looks at the columns before a row is published; `reporter` says how far a run is, `summary` what it did.
"""
