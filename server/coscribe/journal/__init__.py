"""The journal: every change of every document, in order, on disk before anybody is told that it is saved.

`journal.py` gathers and commits, `sqlite.py` is the store it commits to by default, `reader.py` reads the same file
from other processes. Nothing else in the program opens the database.
"""
