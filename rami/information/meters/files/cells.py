"""Cells of many lines at once: where they stand, their numbers, and which are alike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Places = NDArray[np.int64]
Words = NDArray[np.uint64]

_NEWLINE = 10
_MIX = np.uint64(0x9E3779B97F4A7C15)
#: longest cell that is read
LONGEST = 64
#: cells that mean "no value"
_EMPTY = frozenset({b"", b"nan", b"na", b"n/a", b"null", b"none", b"-"})
#: of a little-endian word, the bits of its first and of its last n bytes
_FIRST = np.array([(1 << 8 * n) - 1 for n in range(9)], np.uint64)
_LAST = ~_FIRST[::-1]
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
        starts, ends = begin.reshape(-1, columns), marks.reshape(-1, columns)
    else:
        cells = last[fits][:, None] + np.arange(1 - columns, 1)
        starts, ends = begin[cells], marks[cells]
    # a lone empty cell is an empty line even where one column is wanted
    return Cells(text, starts, ends, np.flatnonzero(fits), odd)


def words(text: Bytes, starts: Places, ends: Places, *, right: bool) -> Words:
    """Cells as rows of words of 8 bytes, filled with zeros behind (`right`: before)."""
    length = ends - starts
    count = max(1, -(-min(int(length.max(initial=1)), LONGEST + 8) // 8))
    margin = 8 * count
    # words at every byte of the text; gathering them is several times faster than single bytes
    padded = np.concatenate((np.zeros(margin, np.uint8), text, np.zeros(margin, np.uint8)))
    every = np.ndarray((len(padded) - 7,), "<u8", padded.data, strides=(1,))
    found = np.empty((len(starts), count), np.uint64)
    for k in range(count):
        left = np.clip(length - 8 * k, 0, 8)
        if right:
            found[:, count - 1 - k] = every[ends + margin - 8 * (k + 1)] & _LAST[left]
        else:
            found[:, k] = every[starts + margin + 8 * k] & _FIRST[left]
    return found


def alike(text: Bytes, starts: Places, ends: Places) -> tuple[list[bytes], NDArray[np.int64]]:
    """The distinct cells, and for every cell which of them it is."""
    rows = words(text, starts, ends, right=False)
    mixed = rows[:, 0].copy()
    for j in range(1, rows.shape[1]):
        mixed = (mixed ^ (mixed >> np.uint64(29))) * _MIX + rows[:, j]
    heads = np.flatnonzero(np.diff(mixed, prepend=mixed[:1] + np.uint64(1)))
    _, first, which = np.unique(mixed[heads], return_index=True, return_inverse=True)
    first = heads[first]
    inverse = np.repeat(which, np.diff(heads, append=len(mixed)))
    if not np.array_equal(rows[first][inverse], rows):
        _, first, inverse = np.unique(rows, axis=0, return_index=True, return_inverse=True)
    return [text[starts[i] : ends[i]].tobytes().strip() for i in first], inverse.reshape(-1)


def numbers(
    text: Bytes, starts: Places, ends: Places, decimal: int
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Numbers of cells, NaN for empty ones; and which cells are no number.

    Plain decimals of up to 15 digits are exact: an integer over a power of ten.
    """
    rows = words(text, starts, ends, right=True).view(np.uint8)
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
