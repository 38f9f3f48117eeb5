"""What the leaves of a document say, for writers that turn them into other programs' formats.

A document may come from a newer editor or from anyone's client, so nothing is taken for what it should be.
"""

import re
from collections.abc import Callable
from typing import Any
from unicodedata import bidirectional

from coscribe.content.css_colors import hex_digits
from coscribe.content.schema import Json
from coscribe.content.spans import Span
from coscribe.content.text import inline_text

HIGHLIGHT = "FDE68A"
"""The colour of a highlight that names none, as the editor shows it."""
COLOURS = "colours"
"""A text's colour and its highlight as one mark, `{color, background}`, each RRGGBB or None."""
HEADING_MAX = 6

_WITHOUT_A_WAY = frozenset({"table", "codeBlock", "horizontalRule", "image", "blockMath", "inlineMath"})
_LANGUAGE = re.compile(r"[\w.+#-]{1,40}")
"""What a language is called: it stands in the source of some formats unescaped."""
_ODD_SPACE = re.compile(r"[\t\n\r]|  ")
_SPACES = re.compile(r"  +")

FindImage = Callable[[str], str | None]
"""Says for an image's address what a file is called that holds it, as the format refers to it; None: there is none."""


def no_images(source: str) -> str | None:
    """Find no image."""
    return None


def with_colours(node: Json) -> Json:
    """Join a text's colour and its highlight into one mark, and leave out colours that are none."""
    marks: list[Json] | None = node.get("marks")
    if not marks:
        return node
    color = background = None
    for mark in marks:
        given = mark.get("attrs", {}).get("color")
        if mark["type"] == "textStyle":
            color = hex_digits(given)
        elif mark["type"] == "highlight":
            background = highlight_digits(given)
    if not color and not background:
        return node
    return {**node, "marks": [*marks, {"type": COLOURS, "attrs": {"color": color, "background": background}}]}


def highlight_digits(color: object) -> str:
    """Return the background that a highlight's colour stands for."""
    return hex_digits(color) or HIGHLIGHT


def mention_text(given: Json) -> str:
    """Return what a mention shows: its sign and its label."""
    label = next((given[name] for name in ("label", "id") if given.get(name) not in (None, "")), "")
    return text_of(given.get("mentionSuggestionChar", "@")) + str(label)


def heading_level(given: Json) -> int:
    """Return a heading's level, 1 to HEADING_MAX."""
    level = given.get("level")
    return min(max(level, 1), HEADING_MAX) if isinstance(level, int) else 1


def language_of(given: Json) -> str | None:
    """Return the language of a code block, if it has one that can be a name."""
    language = given.get("language")
    return language if isinstance(language, str) and _LANGUAGE.fullmatch(language) else None


def pixels_of(given: Json, name: str) -> float | None:
    """Return a picture's width or height, if it has one that can be."""
    value = given.get(name)
    is_size = isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 100_000
    return value if is_size else None


def text_of(value: Any) -> str:
    """Return an attribute that is text or a number, as text; "" for anything else."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def text_under(span: Span) -> str:
    """Return the text that a mark covers."""
    return "".join(text_under(each) if isinstance(each, Span) else inline_text([each]) for each in span.children)


def with_lasting_spaces(text: str) -> str:
    """Return text whose spaces every format keeps: of several all but the first are no-break spaces.

    Tabs and line ends are spaces.
    """
    if not _ODD_SPACE.search(text):
        return text
    plain = text.replace("\r\n", " ").replace("\n", " ").replace("\r", " ").replace("\t", "    ")
    return _SPACES.sub(lambda found: " " + "\u00a0" * (len(found[0]) - 1), plain)


def way_of(text: str) -> bool | None:
    """Tell whether the first letter of a text that runs one way runs to the left; None where none does."""
    for character in text:
        way = bidirectional(character)
        if way in ("L", "R", "AL"):
            return way != "L"
    return None


def runs_to_the_left(node: Json) -> bool | None:
    """Tell which way a block of text runs: as its first letter that runs one way, None where none does.

    What no paragraph flows through, such as a table or code, has no way of its own.
    """
    if node["type"] in _WITHOUT_A_WAY:
        return None
    if (own := way_of(node.get("text", ""))) is not None:
        return own
    for child in node.get("content", ()):
        if (found := runs_to_the_left(child)) is not None:
            return found
    return None
