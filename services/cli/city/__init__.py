"""`creditbus city` and what belongs to it: a city's folder is written, added to and checked."""
