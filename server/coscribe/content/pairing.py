"""Which of some old nodes became which of some new ones, and which words of a text became which.

The better the guess, the less of what others write meanwhile ends up somewhere else. A guess costs time that grows
with the product of the two lengths, so beyond some length it is coarse.
"""

import re
from collections import Counter
from collections.abc import Hashable, Sequence
from difflib import SequenceMatcher
from typing import Any, TypeAlias

from coscribe.content.schema import Json

MAX_COMPARED_PAIRS = 250_000
"""Equal pairs among two sequences, beyond which their middles are taken for different as a whole."""
MAX_PAIRED = 2_500
"""Product of the numbers of old and new nodes that are compared each with each; beyond it they are paired in order."""
_SAME_KIND = 0.05
_WORD = re.compile(r"\w+\s*|\s+|.", re.DOTALL)

Change: TypeAlias = tuple[int, int, int, int]
"""Old from and to, new from and to."""


def changes(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[Change]:
    """Return what differs between two sequences, in order."""
    start, end = common_ends(old, new)
    old_end, new_end = len(old) - end, len(new) - end
    if start in (old_end, new_end):
        return [(start, old_end, start, new_end)] if start < old_end or start < new_end else []
    old_middle, new_middle = old[start:old_end], new[start:new_end]
    counts = Counter(new_middle)
    if sum(counts[key] for key in old_middle) > MAX_COMPARED_PAIRS:
        return [(start, old_end, start, new_end)]
    return [
        (start + old_from, start + old_to, start + new_from, start + new_to)
        for verb, old_from, old_to, new_from, new_to in SequenceMatcher(
            None, old_middle, new_middle, False
        ).get_opcodes()
        if verb != "equal"
    ]


def text_changes(old: str, new: str) -> list[tuple[int, int, str]]:
    """Return what to replace in a text, by words: (start, stop, text) in `old`, in order."""
    start, end = common_ends(old, new)
    old_words = _WORD.findall(old[start : len(old) - end])
    new_words = _WORD.findall(new[start : len(new) - end])
    result: list[tuple[int, int, str]] = []
    at = start
    word = 0
    for old_from, old_to, new_from, new_to in changes(old_words, new_words):
        at += sum(map(len, old_words[word:old_from]))
        taken, given = "".join(old_words[old_from:old_to]), "".join(new_words[new_from:new_to])
        before, after = common_ends(taken, given)
        result.append((at + before, at + len(taken) - after, given[before : len(given) - after]))
        at += len(taken)
        word = old_to
    return result


def paired(old: Sequence[Any], new: Sequence[Any]) -> list[tuple[int, int]]:
    """Return which old nodes become which new ones, as pairs of indexes in order; only nodes of one type pair.

    Each is a node, or a list of text nodes. Of all ways, that is chosen which keeps the most words where they are.
    """
    if len(old) * len(new) > MAX_PAIRED:
        return _paired_in_order(old, new)
    old_words, new_words = [*map(_words, old)], [*map(_words, new)]
    # best[i][j]: the best score for what is left of old from i and of new from j
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    scores = [[0.0] * len(new) for _ in old]
    for i in range(len(old) - 1, -1, -1):
        for j in range(len(new) - 1, -1, -1):
            if kind_of(old[i]) == kind_of(new[j]):
                scores[i][j] = _SAME_KIND + _likeness(old_words[i], new_words[j])
            best[i][j] = max(best[i + 1][j], best[i][j + 1], scores[i][j] + best[i + 1][j + 1])
    pairs: list[tuple[int, int]] = []
    i = j = 0
    while i < len(old) and j < len(new):
        if scores[i][j] and best[i][j] == scores[i][j] + best[i + 1][j + 1]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return pairs


def kind_of(child: Any) -> str:
    """Return the type of a node, or `text` for a list of text nodes."""
    return "text" if isinstance(child, list) else str(child["type"])


def common_ends(old: Sequence[Any], new: Sequence[Any]) -> tuple[int, int]:
    """Count what two sequences have in common at the beginning, and at the end behind that."""
    most = min(len(old), len(new))
    start = 0
    while start < most and old[start] == new[start]:
        start += 1
    end = 0
    while end < most - start and old[-1 - end] == new[-1 - end]:
        end += 1
    return start, end


def _paired_in_order(old: Sequence[Any], new: Sequence[Any]) -> list[tuple[int, int]]:
    pairs: list[tuple[int, int]] = []
    taken = 0
    for index, child in enumerate(old):
        kind = kind_of(child)
        found = next((at for at in range(taken, min(len(new), taken + 50)) if kind_of(new[at]) == kind), None)
        if found is not None:
            pairs.append((index, found))
            taken = found + 1
    return pairs


def _words(child: Any) -> "Counter[str]":
    """Count the words in a node, and the values that its attributes have."""
    words: Counter[str] = Counter()
    pending: list[Json] = list(child) if isinstance(child, list) else [child]
    while pending:
        node = pending.pop()
        words.update(_WORD.findall(node.get("text", "")))
        words.update(f"{name}={value}" for name, value in node.get("attrs", {}).items() if value is not None)
        pending += node.get("content", ())
    return words


def _likeness(one: "Counter[str]", other: "Counter[str]") -> float:
    total = one.total() + other.total()
    return 2 * (one & other).total() / total if total else 1.0
