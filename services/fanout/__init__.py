"""Fanout: writes each change to the feeds whose grants admit it, with the fields they admit."""
