"""What every store refuses, whatever keeps its rows: names, quantities, instants."""

from __future__ import annotations

from collections.abc import Iterable
from unicodedata import category

import numpy as np

from rami.core.errors import DataError, Problem
from rami.core.signal import Rows, Signal
from rami.core.timegrid import instant, iso
from rami.core.units import CANONICAL
from rami.core.wording import did_you_mean

#: instants that rows may have: int64 nanoseconds end in 1677 and 2262, spans need room beside them
EARLIEST = instant("1800-01-01T00:00Z")
LATEST = instant("2250-01-01T00:00Z")
#: characters of a name: databases index no text of any length
LONGEST = 500

_TOLD = 20


def check_signals(signals: Iterable[Signal]) -> None:
    """DataError with every name or quantity that no store takes."""
    problems = []
    for signal in signals:
        name = signal.name
        if not 0 < len(name) <= LONGEST:
            what = f"a signal's name has 1 to {LONGEST} characters, got {len(name)}"
            problems.append(Problem("", f"{what}: {name[:40]!r}"))
        elif any(category(c) in ("Cc", "Cs") for c in name.replace("\t", " ")):
            problems.append(Problem("", f"signal {name!r}: control characters in its name"))
        if signal.quantity not in CANONICAL:
            hint = did_you_mean(signal.quantity, CANONICAL)
            problems.append(Problem("", f"signal {name!r}: no quantity {signal.quantity!r}", hint))
    if problems:
        raise DataError(problems[:_TOLD])


def check_times(rows: Rows) -> None:
    """DataError for rows outside of the years that can be kept."""
    times = rows.times
    if not len(times) or (times.min() >= EARLIEST and times.max() < LATEST):
        return
    at = np.flatnonzero((times < EARLIEST) | (times >= LATEST))
    first = int(times[at[0]])
    told = "no time at all" if first == np.iinfo(np.int64).min else iso(first)
    name = rows.names[int(rows.places[at[0]])]
    raise DataError(
        f"{len(at)} rows are not from {iso(EARLIEST)[:4]} to {iso(LATEST)[:4]}, "
        f"the first of {name!r}: {told}"
    )
