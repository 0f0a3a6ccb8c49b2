"""A topic of another cluster: each record a row, deletes as proposed withdrawals.

- `client` gives the records after known offsets; `decoding` reads their values, `envelope` what Debezium wraps them in.
- `source` makes rows of them; `gone` keeps which keys were deleted.
"""
