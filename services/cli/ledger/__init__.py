"""`creditbus ledger` and `waiting`: what became of every event, and what has not come to its end yet."""
