"""PostgreSQL's binary COPY format for rows of fixed width, to and from numpy columns.

Each row is a count of fields (int16) and per field its length (int32) and its bytes, big-endian
(PostgreSQL documentation, COPY, "Binary Format"); without NULL all rows are equally long.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from psycopg import Connection

_SIGNATURE = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_END = b"\xff\xff"
#: rows put into one message
_BLOCK = 100_000

Columns = Sequence[NDArray[Any]]


def send(connection: Connection[Any], table: str, names: Sequence[str], columns: Columns) -> None:
    """COPY columns into a table; their numpy types are those of the table."""
    layout = _layout([c.dtype.newbyteorder(">") for c in columns])
    count = len(columns[0])
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} ({', '.join(names)}) FROM STDIN (FORMAT BINARY)") as copy,
    ):
        copy.write(_SIGNATURE)
        for first in range(0, count, _BLOCK):
            part = slice(first, first + _BLOCK)
            block = np.empty(len(columns[0][part]), layout)
            block["fields"] = len(columns)
            for k, column in enumerate(columns):
                block[f"length{k}"] = column.dtype.itemsize
                block[f"field{k}"] = column[part]
            copy.write(block.tobytes())
        copy.write(_END)


def fetch(
    connection: Connection[Any], query: str, parameters: Sequence[Any], types: Sequence[str]
) -> list[NDArray[Any]]:
    """A query's columns; `types` are numpy's (`i8`, `f8`, `i4`), and no value may be NULL."""
    layout = _layout([np.dtype(t).newbyteorder(">") for t in types])
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT BINARY)", parameters) as copy,
    ):
        content = b"".join(copy)
    body = memoryview(content)[len(_SIGNATURE) : len(content) - len(_END)]
    rows = np.frombuffer(body, layout)
    return [rows[f"field{k}"].astype(t) for k, t in enumerate(types)]


def _layout(types: Sequence[Any]) -> np.dtype[Any]:
    fields: list[tuple[str, Any]] = [("fields", ">i2")]
    for k, kind in enumerate(types):
        fields += [(f"length{k}", ">i4"), (f"field{k}", kind)]
    return np.dtype(fields)
