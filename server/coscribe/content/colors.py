"""Which colours a document may name: what CSS calls a colour, and nothing that could carry anything else.

The same rule as the editor's (`marks/colour.ts`): a colour stands in a style, where an address would be fetched.
"""

import re

_COLOR = re.compile(
    r"#(?:[0-9a-f]{3}|[0-9a-f]{6})"
    r"|rgba?\(\s*\d{1,3}%?(?:\s*[\s,/]\s*[\d.]{1,5}%?){2,3}\s*\)"
    r"|[a-z]{3,20}",
    re.IGNORECASE | re.ASCII,
)
_KEYWORD = re.compile(
    r"inherit|initial|unset|revert|none|auto|transparent|currentcolor|windowtext", re.IGNORECASE
)  # words that every property takes; none of them is a colour


def safe_color(color: object) -> str | None:
    """Return a colour as it may be stored and drawn, or None."""
    if not isinstance(color, str):
        return None
    color = color.strip()
    return color if _COLOR.fullmatch(color) and not _KEYWORD.fullmatch(color) else None
