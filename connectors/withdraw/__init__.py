"""Withdrawing records that their source does not hold any more, once a person has said so.

`proposing` finds what vanished, the same way for every kind of source; `publishing` withdraws what a person names, as
one WITHDRAW event each (`event`), made of the event that was published: what the receivers hold is what is taken back,
whatever the mapping or the table says by now. `choosing` and `brake` are the two ways of naming: some, or all.
docs/adr/0023-vanished-rows.md says why.
"""
