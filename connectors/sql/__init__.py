"""Tables and views of a database as a source; README.md of this folder says how to use it.

settings.py    what a connector says                 values.py      cells, keys and digests
database.py    connections, time-outs, errors        pending.py     what a position remembers
table.py       one table: columns, order, pages      inspection.py  check and discover
states.py      values of a status column
keys.py        rows that their key does not name
staging.py, watermark.py, compare.py                 one mode each; compare keeps its knowledge in known.py
"""
