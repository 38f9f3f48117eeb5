"""What tables and lists have beyond Markdown, in comments that no page shows: `<!-- table: no header; widths 9 - -->`.

A comment right before a table says that the table has no header, although GitHub's Markdown wants one, and how wide its
columns are; before a list, that it counts with letters. Without the comment only that is lost.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

_COMMENT = re.compile(r"\s*<!-- (?:table: ([a-z0-9; -]{1,9000})|list: ([aAiI])) -->\s*")
_WIDTH = re.compile(r"\d{1,5}|-")


class Hint(NamedTuple):
    """What a comment says of the table or list that follows it. widths: in pixels, 0 for a column without."""

    has_header: bool = True
    widths: Sequence[int] = ()
    numbering: str | None = None

    def comment(self) -> list[str]:
        """Return the line that says so, or none where there is nothing to say."""
        if self.numbering:
            return [f"<!-- list: {self.numbering} -->"]
        said = [] if self.has_header else ["no header"]
        if any(self.widths):
            said.append("widths " + " ".join(str(width) if width else "-" for width in self.widths))
        return [f"<!-- table: {'; '.join(said)} -->"] if said else []


def read_hint(html: str) -> Hint | None:
    """Return what a comment says, or None for HTML that is no such comment."""
    found = _COMMENT.fullmatch(html)
    if found is None:
        return None
    if found[2]:
        return Hint(numbering=found[2])
    parts = found[1].split("; ")
    widths = next((part.split()[1:] for part in parts if part.startswith("widths ")), [])
    if not all(map(_WIDTH.fullmatch, widths)):
        widths = []
    return Hint("no header" not in parts, [0 if width == "-" else int(width) for width in widths])
