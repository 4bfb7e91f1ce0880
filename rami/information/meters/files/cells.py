"""Cells of many lines at once: where they stand, their numbers, and which are alike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Places = NDArray[np.int64]

_NEWLINE = 10
_MIX = np.uint64(0x9E3779B97F4A7C15)
#: longest cell that is read
LONGEST = 64
#: cells that mean "no value"
_EMPTY = frozenset({b"", b"nan", b"na", b"n/a", b"null", b"none", b"-"})
_TENS = 10.0 ** np.arange(23)


@dataclass(frozen=True)
class Cells:
    """Borders of the cells of whole lines, shape (lines, columns); `lines` counts from 0.

    `odd` are the lines that have another number of cells.
    """

    text: Bytes
    starts: Places
    ends: Places
    lines: Places
    odd: Places


def split(data: bytes, separator: int, columns: int) -> Cells:
    """Cells of lines that end in a newline; empty lines are left out."""
    text = np.frombuffer(data, np.uint8)
    marks = np.flatnonzero((text == separator) | (text == _NEWLINE))
    newline = text[marks] == _NEWLINE
    last = np.flatnonzero(newline)
    count = np.diff(last, prepend=-1)
    fits = count == columns
    begin = np.concatenate(([0], marks[:-1] + 1))
    empty = (count == 1) & (marks[last] == begin[last])
    odd = np.flatnonzero(~fits & ~empty)
    if fits.all():
        cells = np.arange(len(marks)).reshape(-1, columns)
    else:
        cells = last[fits][:, None] + np.arange(1 - columns, 1)
    # a lone empty cell is an empty line even where one column is wanted
    return Cells(text, begin[cells], marks[cells], np.flatnonzero(fits), odd)


def matrix(text: Bytes, starts: Places, ends: Places, *, right: bool) -> Bytes:
    """Cells as rows of equal width (a multiple of 8), filled with zeros."""
    longest = int((ends - starts).max(initial=1))
    width = 8 * (min(longest, LONGEST) // 8 + 1)
    steps = np.arange(width)
    if right:
        at = ends[:, None] - width + steps
        inside = at >= starts[:, None]
    else:
        at = starts[:, None] + steps
        inside = at < ends[:, None]
    return np.where(inside, text[np.clip(at, 0, len(text) - 1)], np.uint8(0))


def alike(text: Bytes, starts: Places, ends: Places) -> tuple[list[bytes], NDArray[np.int64]]:
    """The distinct cells, and for every cell which of them it is."""
    rows = matrix(text, starts, ends, right=False)
    words = rows.view(np.uint64)
    mixed = words[:, 0].copy()
    for j in range(1, words.shape[1]):
        mixed = (mixed ^ (mixed >> np.uint64(29))) * _MIX + words[:, j]
    heads = np.flatnonzero(np.diff(mixed, prepend=mixed[:1] + np.uint64(1)))
    _, first, which = np.unique(mixed[heads], return_index=True, return_inverse=True)
    first = heads[first]
    inverse = np.repeat(which, np.diff(heads, append=len(mixed)))
    if not np.array_equal(words[first][inverse], words):
        _, first, inverse = np.unique(words, axis=0, return_index=True, return_inverse=True)
    return [text[starts[i] : ends[i]].tobytes().strip() for i in first], inverse.reshape(-1)


def numbers(
    text: Bytes, starts: Places, ends: Places, decimal: int
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Numbers of cells, NaN for empty ones; and which cells are no number.

    Plain decimals of up to 15 digits are exact: an integer over a power of ten.
    """
    rows = matrix(text, starts, ends, right=True)
    mantissa = np.zeros(len(rows), np.int64)
    behind = np.zeros(len(rows), np.int64)
    digits = np.zeros(len(rows), np.int64)
    point = np.zeros(len(rows), np.bool_)
    minus = np.zeros(len(rows), np.bool_)
    plain = np.ones(len(rows), np.bool_)
    for j in range(rows.shape[1]):
        here = rows[:, j]
        digit = (here >= 48) & (here <= 57)
        mantissa = np.where(digit, mantissa * 10 + (here - np.uint8(48)), mantissa)
        digits += digit
        behind += digit & point
        sign = (here == 45) & (digits == 0) & ~minus & ~point
        mark = (here == decimal) & ~point
        space = (here == 0) | ((here == 32) & (digits == 0) & ~point & ~minus)
        plain &= digit | sign | mark | space
        point |= mark
        minus |= sign
    plain &= (digits > 0) & (digits <= 15)
    value = mantissa / _TENS[np.minimum(behind, 22)]
    value = np.where(minus, -value, value)
    wrong = np.zeros(len(rows), np.bool_)
    for i in np.flatnonzero(~plain):
        value[i], wrong[i] = _slowly(text[starts[i] : ends[i]].tobytes(), chr(decimal))
    return value, wrong


def _slowly(cell: bytes, decimal: str) -> tuple[float, bool]:
    bare = cell.strip()
    if bare.lower() in _EMPTY:
        return float("nan"), False
    written = bare.decode("latin-1")
    if "_" in written or (decimal == "," and "." in written):
        return float("nan"), True
    try:
        value = float(written.replace(decimal, "."))
    except ValueError:
        return float("nan"), True
    return value, not np.isfinite(value)
