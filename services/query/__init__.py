"""Reads what the bus holds: profiles, feeds, the ledger. Writes nothing."""
