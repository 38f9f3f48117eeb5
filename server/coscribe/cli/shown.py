"""What somebody else wrote, on a terminal: it may hold what moves the cursor, or a line of its own."""

import json


def shown(text: str, *, word: bool = False) -> str:
    """Return a text as it is when it can only be read; else, or when a `word` has blanks in it, as JSON has it."""
    return text if text.isprintable() and not (word and " " in text) else json.dumps(text)
