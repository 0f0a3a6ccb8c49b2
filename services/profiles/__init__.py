"""Profiles: removes duplicates, orders, and folds events into the records of each subject."""
