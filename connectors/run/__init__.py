"""One run of a connector: rows are read, mapped, and published chunk by chunk with the position beside them.

`chunks` reads and maps, `active_run` publishes what they yield and ends the run, `summary` is what is said of it.
"""
