"""Taking away what deleted content leaves behind in the file.

`secure_delete=FAST` overwrites deleted cells in pages that are written anyway. What it leaves:

- the index of words keeps deleted words in its segments until these are merged;
- the log keeps old pages until it is cut;
- pages that become free keep what is in them (to overwrite each at once would make large deletions slow);
- where SQLite rebuilds a page of a b-tree, copies of cells that moved to other pages stay in the page's gap, the unused
  bytes between its cell pointers and its cells (<https://sqlite.org/fileformat2.html#b_tree_pages>).

Free pages and gaps are overwritten in the file itself. That is safe in the writer's turn: nobody reads them; the log is
empty, so that no older copy of a page will come back over it, and the writer has forgotten what it had in memory of it.
"""

from __future__ import annotations

import os
import sqlite3
import struct

MERGE_PAGES = 200
SCRUB_PAGES = 2000
_TREE_HEADERS = {2: 12, 5: 12, 10: 8, 13: 8}
"""The first byte of a b-tree's page, and how long the page's header is."""
_FILE_HEADER = 100
FAR_PAGE = 2 << 24
"""From here on an overflow page may begin like a b-tree's: with the number of another page (128 GiB)."""


def merge_words(connection: sqlite3.Connection, *, first: bool) -> bool:
    """Merge a part of the index of words into one segment; tell whether it is all merged."""
    before = connection.total_changes
    connection.execute(
        "INSERT INTO search (search, rank) VALUES ('merge', ?)", (-MERGE_PAGES if first else MERGE_PAGES,)
    )
    return connection.total_changes - before < 2  # as FTS5 documents it


def cut_log(connection: sqlite3.Connection) -> bool:
    """Move the whole log into the file and empty it; False when somebody still reads in it."""
    [patience] = connection.execute("PRAGMA busy_timeout").fetchone()
    connection.execute("PRAGMA busy_timeout = 0")  # edits wait behind this
    try:
        busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        connection.execute(f"PRAGMA busy_timeout = {patience}")
    return not busy


def scrub(connection: sqlite3.Connection, descriptor: int, first: int) -> int | None:
    """Overwrite what is unused in some pages from number `first` (from 0) on, and return which is next.

    None if the log is in use; behind the last page, the next is the same as the first. `descriptor` is the file, open
    for writing, and kept open: to close it would drop SQLite's locks.
    """
    if not cut_log(connection):
        return None
    connection.execute("PRAGMA shrink_memory")
    header = os.pread(descriptor, _FILE_HEADER, 0)
    size = int.from_bytes(header[16:18], "big")
    size = 65536 if size == 1 else size
    usable = size - header[20]
    chunk = memoryview(os.pread(descriptor, SCRUB_PAGES * size, first * size))
    pages = len(chunk) // size
    free = _free_pages(descriptor, size, int.from_bytes(header[32:36], "big"), range(first, first + pages))
    dirty = False
    for number in range(first, min(first + pages, FAR_PAGE)):
        page = chunk[(number - first) * size : (number - first + 1) * size]
        start, end = free.get(number) or _gap(page, usable, _FILE_HEADER if number == 0 else 0)
        if bytes(page[start:end]).strip(b"\0"):
            os.pwrite(descriptor, bytes(end - start), number * size + start)
            dirty = True
    if dirty:
        os.fdatasync(descriptor)
    return first + pages


def _free_pages(descriptor: int, size: int, trunk: int, wanted: range) -> dict[int, tuple[int, int]]:
    """Find the free pages among some (all from 0 here, from 1 in the file), each with the part of it that is unused."""
    free: dict[int, tuple[int, int]] = {}
    while trunk:
        page = os.pread(descriptor, size, (trunk - 1) * size)
        following, count = struct.unpack_from(">II", page)
        leaves = struct.unpack_from(f">{count}I", page, 8)
        free |= {leaf - 1: (0, size) for leaf in leaves if leaf - 1 in wanted}
        if trunk - 1 in wanted:
            free[trunk - 1] = (8 + 4 * count, size)
        trunk = following
    return free


def _gap(page: memoryview, usable: int, at: int) -> tuple[int, int]:
    """Find the gap of a b-tree's page whose header begins at `at`; nothing in other pages."""
    header = _TREE_HEADERS.get(page[at])
    if header is None:
        return 0, 0
    cells = int.from_bytes(page[at + 3 : at + 5], "big")
    content = int.from_bytes(page[at + 5 : at + 7], "big") or 65536
    start = at + header + 2 * cells
    return (start, content) if start < content <= usable else (0, 0)
