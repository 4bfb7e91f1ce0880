"""Hints for words that are almost right."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

#: options that are listed
LISTED = 60


def did_you_mean(word: str, options: Iterable[str]) -> str:
    """`did you mean 'x'?`, or the list of what is allowed, or an empty text."""
    known = sorted(options)
    close = get_close_matches(word, known, 1, 0.6)
    if close:
        return f"did you mean {close[0]!r}?"
    if len(known) > LISTED:
        # of thousands of signals none in particular
        return f"one of {len(known)} that are allowed"
    return f"allowed: {', '.join(known)}" if known else ""
