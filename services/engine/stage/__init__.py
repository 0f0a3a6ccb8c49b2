"""What a stage is made of: everything that intake, resolver, profiles and fanout are written against.

`contract` has the step, which does a stage's work on a batch without I/O. It reads the state through a `state_view`,
and puts records and ledger bookings into an `output`. `rejects`, `foreign` and `ledger_writer` are the forms in which a
stage refuses an event, skips what is not one, and books what became of it.

Contract: a step given the same records and the same state writes the same bytes.
"""
