"""A copy that somebody else keeps: every record goes to a receiver over HTTP."""
