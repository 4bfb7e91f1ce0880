"""Hints for words that are almost right."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher, get_close_matches

#: options that are listed
LISTED = 60


def did_you_mean(word: str, options: Iterable[str]) -> str:
    """`did you mean 'x'?`, or the list of what is allowed, or an empty text."""
    known = sorted(options)
    close = get_close_matches(word, known, len(known) or 1, 0.6)
    if close and isinstance(options, Mapping):
        # of equally near ones that which the table has first: the usual one
        best = _nearness(close[0], word)
        close = [n for n in options if n in close and _nearness(n, word) == best]
    if close:
        return f"did you mean {close[0]!r}?"
    if len(known) > LISTED:
        # of thousands of signals none in particular
        return f"one of {len(known)} that are allowed"
    return f"allowed: {', '.join(known)}" if known else ""


def _nearness(known: str, word: str) -> float:
    return SequenceMatcher(None, known, word).ratio()
