"""The list of customers: meter's number and groups, from a file of the utility."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from io import StringIO
from pathlib import Path

from rami.core.errors import DataError, Problem
from rami.information.meters.files.faults import Faults
from rami.information.meters.files.text import blocks, decoded
from rami.information.meters.settings import MeterDataset

_WORDS = re.compile(r"[\w-]{5,}")
#: longest name of a group
_LONGEST = 60


def read_customers(
    file: Path,
    settings: MeterDataset,
    identify: Callable[[bytes], str],
    holds: Callable[[bytes], bool] = lambda _number: False,
) -> dict[str, tuple[str, ...]]:
    """Groups by identity. `holds` says whether something is the number of a meter known before.

    Raises DataError: columns missing, groups that hold a number: their names leave.
    """
    text = decoded(b"".join(blocks(file, unwanted=b"\r")))
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
    bare = {number.lstrip("0") for number in numbers}
    for group in lines:
        # words of a name, with and without zeros in front
        words = {group, *_WORDS.findall(group)}
        if not any(w.lstrip("0") in bare or holds(w.encode()) for w in words if w.strip("0")):
            continue
        for line in sorted(lines[group]):
            faults.add(file, line, "a group has a meter's number in its name")
    faults.raise_any("mend the list; nothing of it was taken")
    return found
