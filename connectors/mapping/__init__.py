"""Declarative mappings: which column of the department becomes which field of the catalogue item, and how.

``model.py`` says what may stand in a mapping file, ``plan.py`` resolves it against the item, ``cells.py`` brings one
cell to its lexical form, ``tables.py`` looks values up, ``compiler.py`` makes one function from a row to an event.
"""
