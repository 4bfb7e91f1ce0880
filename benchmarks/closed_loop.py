"""The reference site's three FMUs in a closed-loop day, and the loop beside their bare cost.

The bare cost is that of a C loop that gives the FMUs the same inputs and takes the same outputs;
the day's plan is made beforehand and not counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.own_day import OwnDay
from benchmarks.row import Row, in_turns
from benchmarks.small_fmu import build_loop


def rows(quick: bool = False) -> Iterator[Row]:
    """Each FMU's step through the adapter, then a simulated minute of the whole loop."""
    repeats = 3 if quick else 11
    with TemporaryDirectory() as name:
        folder = Path(name)
        loop = build_loop(folder)
        day = OwnDay(folder)
        for twin, heard in day.heard.items():
            measured = in_turns(
                lambda twin=twin: day.adapter(twin),  # type: ignore[misc]
                lambda twin=twin: day.bare(twin, loop),  # type: ignore[misc]
                repeats,
                scale=1e6 / len(heard.given),
            )
            what = f"FMU of {twin}: step of {heard.seconds:g} s, adapter"
            yield measured.at_most(what, "us", "C loop", None)
        measured = in_turns(
            day.closed_loop,
            lambda: sum(day.bare(twin, loop) for twin in day.heard),
            repeats,
            scale=1e6 / day.minutes,
        )
        yield measured.at_most("closed loop: one simulated minute", "us", "its FMUs, C loop", None)
