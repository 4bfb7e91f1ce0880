"""Cells of a well-formed file by their places in its bytes, without a text object for each.

Well-formed: no quotes, no lone carriage returns, the same number of cells in every row. Then
the separators' places say it all. Anything else is left to the careful reader (`table.py`),
which gives the same cells, and names what is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Bytes: TypeAlias = NDArray[np.uint8]
Lines: TypeAlias = NDArray[np.int64]

#: bytes of the widest cell that is taken apart column-wise
WIDEST = 40
_NEWLINE, _RETURN, _SPACE = 10, 13, 32


@dataclass(frozen=True)
class PlainCells:
    """One column: bytes `first[i]` to `end[i]` of `data` are its cells."""

    data: Bytes
    first: NDArray[np.int64]
    end: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.first)

    def __iter__(self) -> Iterator[str]:
        return (self[row] for row in range(len(self)))

    def __getitem__(self, row: int) -> str:
        return self.data[self.first[row] : self.end[row]].tobytes().decode()

    @cached_property
    def matrix(self) -> Bytes | None:
        """Bytes of every cell in a row of its own, filled up with spaces; None if too wide."""
        lengths = self.end - self.first
        width = int(lengths.max(initial=0))
        if width > WIDEST:
            return None
        places = np.arange(width)
        at = np.minimum(self.first[:, None] + places, len(self.data) - 1)
        cells: Bytes = self.data[at]
        if int(lengths.min(initial=width)) < width:
            cells[places >= lengths[:, None]] = _SPACE
        return cells


@dataclass(frozen=True)
class PlainTable:
    """Places of all separators and line ends of the rows; `lines` counts within `data`."""

    data: Bytes
    edges: NDArray[np.int64]
    lines: Lines

    def column(self, place: int) -> PlainCells:
        """The cells of one column."""
        return PlainCells(self.data, self.edges[:, place] + 1, self.edges[:, place + 1])


def split_plain(data: bytes, separator: str, width: int, comment: str) -> PlainTable | None:
    """Rows of `width` cells; None where the data are not well-formed."""
    if width < 2 or b'"' in data or b"\0" in data or data.count(b"\r") != data.count(b"\r\n"):
        return None
    if not data.endswith(b"\n"):
        data += b"\n"
    text = np.frombuffer(data, np.uint8)
    ends = np.flatnonzero(text == _NEWLINE)
    starts = np.concatenate([[0], ends[:-1] + 1])
    if b"\r" in data:
        ends = ends - (text[np.maximum(ends - 1, 0)] == _RETURN)
    commas = np.flatnonzero(text == ord(separator))
    cells = np.searchsorted(commas, ends) - np.searchsorted(commas, starts)
    keep = ends - starts > cells  # else empty, or nothing but separators
    if comment:
        keep &= ~_begins(text, starts, ends, comment.encode())
    used = np.repeat(keep, cells)
    if not keep.any() or bool((cells[keep] != width - 1).any()):
        return None
    inner = commas[used].reshape(-1, width - 1)
    edges = np.hstack([starts[keep][:, None] - 1, inner, ends[keep][:, None]])
    return PlainTable(text, edges, np.flatnonzero(keep) + 1)


def _begins(
    text: Bytes, starts: NDArray[np.int64], ends: NDArray[np.int64], word: bytes
) -> NDArray[np.bool_]:
    found = ends - starts >= len(word)
    for i, byte in enumerate(word):
        found &= text[np.minimum(starts + i, len(text) - 1)] == byte
    return np.asarray(found)
