"""An audit entry as a row of a file and back; one row is one line of canonical JSON."""

from __future__ import annotations

import json
from math import isfinite
from typing import Any

from rami.core.audit import AuditEntry
from rami.core.hash_chain import canonical, digest

#: what a row has beside the entry's fields
LINKS = ("sequence", "previous", "digest")


def fields_of(entry: AuditEntry) -> dict[str, object]:
    """The entry's fields; numbers that JSON does not know as text (`nan`, `inf`, `-inf`)."""
    content: dict[str, object] = entry._asdict()
    for name in ("old", "wanted", "new"):
        content[name] = _number(content[name])
    return content


def entry_of(row: dict[str, object]) -> AuditEntry:
    """The entry that a row holds. Raises ValueError or TypeError where it holds none."""
    content = {name: row.get(name) for name in AuditEntry._fields}
    for name in ("old", "wanted", "new"):
        value = content[name]
        content[name] = None if value is None else float(value)  # type: ignore[arg-type]
    texts = all(isinstance(content[name], str) for name in ("who", "what", "why", "outcome"))
    if not texts or not all(isinstance(content[name], int) for name in ("at_ns", "times")):
        raise ValueError("holds no entry")
    return AuditEntry(**content)  # type: ignore[arg-type]


def read(line: bytes) -> dict[str, object]:
    """The row on a line (without its end). Raises ValueError where it is none, or was changed."""
    row = json.loads(line)
    if not isinstance(row, dict) or not set(row).issuperset(LINKS):
        raise ValueError("is not a row of an audit")
    if not isinstance(row["sequence"], int) or canonical(row) != line:
        raise ValueError("is not written as audits are")
    if digest(row) != row["digest"]:
        raise ValueError("its content does not give its digest")
    return row


def _number(value: Any) -> float | str | None:
    if value is None:
        return None
    return float(value) if isfinite(value) else str(float(value))
