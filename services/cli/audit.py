"""`rami audit`: verifies the chain of an audit, shows its rows."""

from __future__ import annotations

from collections import deque
from dataclasses import asdict
from fnmatch import fnmatchcase
from pathlib import Path

from rami.core.audit import AuditEntry
from rami.core.errors import RunError
from rami.core.timegrid import iso
from services.cli.output import note, print_json, print_table

#: within the folder of a run
AUDIT_FILE = "audit.jsonl"


def verify(file: Path, head: str | None, json: bool) -> None:
    """Tell what was found. Raises RunError where the chain is broken."""
    from rami.integration.audit import verify as work

    file = _named(file)
    found = work(file, head)
    if json:
        print_json(asdict(found))
    else:
        print_table(("rows", "head"), [(found.rows, found.head)])
    if found.findings:
        for finding in found.findings:
            note(str(finding))
        raise RunError(f"{file}: the audit was changed; first: {found.findings[0]}")


def show(file: Path, last: int, who: str, what: str, outcome: str, json: bool) -> None:
    """The rows that fit, the latest at the end; those that cannot be read are counted."""
    from rami.integration.audit import entries

    file = _named(file)
    kept: deque[AuditEntry] = deque(maxlen=last or None)
    unreadable = 0
    for entry in entries(file):
        if entry is None:
            unreadable += 1
        elif (
            fnmatchcase(entry.who, who)
            and fnmatchcase(entry.what, what)
            and fnmatchcase(entry.outcome, outcome)
        ):
            kept.append(entry)
    if json:
        print_json([_plain(entry) for entry in kept])
    else:
        header = ("at", "who", "what", "old", "wanted", "new", "outcome", "times", "why")
        print_table(header, [_cells(entry) for entry in kept])
    if unreadable:
        note(f"{unreadable} rows cannot be read: rami audit verify {file}")


def _named(path: Path) -> Path:
    """The audit of a run's folder, or the file itself."""
    return path / AUDIT_FILE if path.is_dir() else path


def _plain(entry: AuditEntry) -> dict[str, object]:
    plain: dict[str, object] = {"at": _at(entry.at_ns), **entry._asdict()}
    for name in ("old", "wanted", "new"):
        value = getattr(entry, name)
        if value is not None and value - value != 0.0:  # nan, inf
            plain[name] = str(value)
    return plain


def _cells(entry: AuditEntry) -> tuple[object, ...]:
    numbers = ("" if v is None else f"{v:.6g}" for v in (entry.old, entry.wanted, entry.new))
    # names and reasons come from outside: no control characters on a terminal
    who, what, why = (
        "".join(c if c.isprintable() else "?" for c in text)
        for text in (entry.who, entry.what, entry.why)
    )
    return (_at(entry.at_ns), who, what, *numbers, entry.outcome, entry.times, why)


def _at(ns: int) -> str:
    try:
        return iso(ns)
    except (OverflowError, ValueError):
        return f"{ns} ns"
