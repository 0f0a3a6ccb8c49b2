"""A subject's profile: its records, each with a life of its own, and what waits for them.

`record` is the state chart of one record, `record_acts` what an act of another item does to it, `corrections` what a
person had corrected in it; `subject` is what is kept of the subject itself, `keys` are the state's keys and
`stored_record` the state's bytes. `succession` and `standing` derive facts of several records; `parked` is the rule for
events whose subject is not registered yet.
"""
