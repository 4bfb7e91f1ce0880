"""Slips of the pen are told and then read as meant, so that they hide nothing behind them."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from pydantic_core import ErrorDetails

from twins.site.explain import explain
from twins.site.faults import Faults
from twins.site.node import Node, Path
from twins.site.outline import words_at


def mend(errors: Iterable[ErrorDetails], root: Node, faults: Faults) -> bool:
    """Tell every almost-right key, kind and word, and put the right one into the nodes.

    Returns whether anything was mended; the other errors are left for the next reading.
    """
    mended = False
    for error in errors:
        change = _CHANGES.get(error["type"])
        if change is None:
            continue
        told = change(error, error["loc"], root, faults)
        mended = mended or told
    return mended


def _key(error: ErrorDetails, loc: Path, root: Node, faults: Faults) -> bool:
    *_, parent = root.at(loc[:-1])
    key = str(loc[-1])
    if not isinstance(parent.value, dict) or key not in parent.value:
        return False
    meant = _closest(key, [word for word in words_at(loc[:-1]) if word not in parent.value])
    if meant is None:
        return False
    explain([error], root, faults)
    parent.value[meant] = parent.value.pop(key)
    parent.keys[meant] = parent.keys.pop(key)
    return True


def _kind(error: ErrorDetails, loc: Path, root: Node, faults: Faults) -> bool:
    words = error["ctx"]["expected_tags"].split(", ")
    return _word(error, (*loc, "kind"), words, root, faults)


def _literal(error: ErrorDetails, loc: Path, root: Node, faults: Faults) -> bool:
    words = error["ctx"]["expected"].replace(" or ", ", ").split(", ")
    return _word(error, loc, words, root, faults)


def _word(error: ErrorDetails, loc: Path, words: list[str], root: Node, faults: Faults) -> bool:
    *_, node = root.at(loc)
    if not isinstance(node.value, str):
        return False
    # a literal without quotes is a number: '1' is meant as 1 there
    values: dict[str, str | int] = {
        word.strip("'"): int(word) if word.lstrip("-").isdecimal() else word.strip("'")
        for word in words
    }
    closest = _closest(node.value, list(values))
    if closest is None or values[closest] == node.value:
        return False
    explain([error], root, faults)
    node.value = values[closest]
    return True


def _closest(word: str, options: list[str]) -> str | None:
    return next(iter(get_close_matches(word, options, 1, 0.6)), None)


_CHANGES = {
    "extra_forbidden": _key,
    "union_tag_invalid": _kind,
    "literal_error": _literal,
}
