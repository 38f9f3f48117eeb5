"""Lists as Word writes them into HTML: paragraphs that only say in their style which list and level they belong to."""

import re
from itertools import groupby
from xml.etree.ElementTree import Element

from coscribe.content.html_attributes import text_of
from coscribe.content.html_tree import style_of

_LEVEL = re.compile(r"level([1-9])")
_NUMBER = re.compile(r"\(?(\d{1,4}|[a-zA-Z]{1,4})[.)]")


def gather_lists(body: Element) -> None:
    """Put the paragraphs that Word means as list items into lists, everywhere in a tree."""
    for parent in [element for element in body.iter() if any(_level(child) for child in element)]:
        gathered: list[Element] = []
        for in_list, run in groupby(list(parent), lambda child: _level(child) > 0):
            children = list(run)
            gathered += _lists(children) if in_list else children
        parent[:] = gathered


def _level(element: Element) -> int:
    """Return how deep in a list a paragraph stands, from 1; 0 for one in no list."""
    if element.tag != "p" or "mso-list" not in element.get("style", ""):
        return 0
    found = _LEVEL.search(style_of(element).get("mso-list", ""))
    return int(found[1]) if found else 0


def _lists(paragraphs: list[Element]) -> list[Element]:
    top: list[Element] = []
    open_lists: list[Element] = []
    for paragraph in paragraphs:
        sign = _take_sign(paragraph)
        tag = "ol" if (numbered := _NUMBER.match(sign)) else "ul"
        level = min(_level(paragraph), len(open_lists) + 1)
        del open_lists[level:]
        if len(open_lists) == level and open_lists[-1].tag != tag:
            open_lists.pop()
        if len(open_lists) < level:
            made = Element(tag)
            if numbered and numbered[1].isdecimal() and numbered[1] != "1":
                made.set("start", numbered[1])
            (open_lists[-1][-1] if open_lists else top).append(made)
            open_lists.append(made)
        item = Element("li")
        item.append(paragraph)
        paragraph.tail = None
        open_lists[-1].append(item)
    return top


def _take_sign(paragraph: Element) -> str:
    """Take the bullet or number, which Word writes out, away from a paragraph and return it."""
    for parent in paragraph.iter():
        for index, child in enumerate(parent):
            if "ignore" in style_of(child).get("mso-list", ""):
                parent.remove(child)
                if child.tail and index:
                    parent[index - 1].tail = (parent[index - 1].tail or "") + child.tail
                elif child.tail:
                    parent.text = (parent.text or "") + child.tail
                return text_of(child).strip()
    return ""
