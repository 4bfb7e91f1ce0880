"""The list of customers: meter's number and groups, from a file of the utility."""

from __future__ import annotations

import csv
from collections.abc import Callable
from io import StringIO
from pathlib import Path

from rami.core.errors import DataError, Problem
from rami.information.meters.files.faults import Faults
from rami.information.meters.files.text import blocks
from rami.information.meters.settings import MeterDataset

#: longest name of a group
_LONGEST = 60


def read_customers(
    file: Path, settings: MeterDataset, identify: Callable[[bytes], str]
) -> dict[str, tuple[str, ...]]:
    """Groups by identity. Raises DataError: columns missing, groups that could be numbers."""
    text = b"".join(blocks(file)).decode("utf-8", "replace")
    first = text.partition("\n")[0]
    separator = max(";\t,", key=first.count)
    rows = list(csv.reader(StringIO(text), delimiter=separator))
    header = [title.strip() for title in rows[0]] if rows else []
    wanted = (settings.files.id, *settings.groups)
    missing = [repr(title) for title in wanted if title not in header]
    if missing:
        raise DataError([Problem(f"{file}:1", f"no column {', '.join(missing)}")])
    places = [header.index(title) for title in wanted]
    faults = Faults()
    numbers: set[str] = set()
    found: dict[str, tuple[str, ...]] = {}
    lines: dict[str, set[int]] = {}
    for line, row in enumerate(rows[1:], 2):
        if not row:
            continue
        if len(row) != len(header):
            faults.add(file, line, f"wanted {len(header)} cells as in the header")
            continue
        number, *groups = (row[i].strip() for i in places)
        one = identify(number.encode())
        if not number or one in found:
            faults.add(file, line, "the meter's number is missing or comes twice")
        for group in groups:
            lines.setdefault(group, set()).add(line)
            if len(group) > _LONGEST:
                faults.add(file, line, f"a group's name is longer than {_LONGEST} letters")
        numbers.add(number)
        found[one] = tuple(groups)
    for group in set(lines) & numbers:
        for line in sorted(lines[group]):
            faults.add(file, line, "a group has the name of a meter")
    faults.raise_any("mend the list; nothing of it was taken")
    return found
