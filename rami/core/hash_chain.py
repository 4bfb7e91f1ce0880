"""Hash chain: rows of which each carries the digest of the one before it.

The digest is SHA-256 over the row's canonical JSON (keys sorted, no spaces, ASCII) without the
digest itself; since the row holds `sequence` and `previous`, a row that is changed, left out, put
in or moved is found at the first row that no longer fits.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

Row = Mapping[str, object]

#: digest before the first row
START = "0" * 64


def canonical(row: Row) -> bytes:
    """The row as canonical JSON. Raises ValueError for what JSON does not know (NaN)."""
    text = json.dumps(
        row, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False
    )
    return text.encode()


def digest(row: Row) -> str:
    """What the row's `digest` must be, hexadecimal."""
    content = {name: value for name, value in row.items() if name != "digest"}
    return hashlib.sha256(canonical(content)).hexdigest()


def linked(fields: Row, previous: str, sequence: int) -> dict[str, object]:
    """The fields as the row number `sequence` behind the row of digest `previous`."""
    row: dict[str, object] = {**fields, "sequence": sequence, "previous": previous}
    row["digest"] = hashlib.sha256(canonical(row)).hexdigest()
    return row
