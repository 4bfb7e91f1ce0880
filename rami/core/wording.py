"""Hints for words that are almost right."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher, get_close_matches

#: options that are listed
LISTED = 60


def did_you_mean(word: str, options: Iterable[str]) -> str:
    """`did you mean 'x'?`, or the list of what is allowed, or an empty text."""
    listed = list(options)
    known = sorted(listed)
    # of equally near ones the first of those given: tables begin with the usual one
    close = get_close_matches(word, known, len(known) or 1, 0.6)
    if close:
        best = SequenceMatcher(None, close[0], word).ratio()
        near = [c for c in close if SequenceMatcher(None, c, word).ratio() == best]
        close = sorted(near, key=listed.index)
        return f"did you mean {close[0]!r}?"
    if len(known) > LISTED:
        # of thousands of signals none in particular
        return f"one of {len(known)} that are allowed"
    return f"allowed: {', '.join(known)}" if known else ""
