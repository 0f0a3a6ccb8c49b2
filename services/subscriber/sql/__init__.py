"""A copy of a feed in the tables of a database."""
