"""How far long work is, told on stderr: bars on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

#: name of a piece of work and the share of it that is done (0 to 1); told again and again
Report = Callable[[str, float], None]

#: a plain line at every such share
_QUARTER = 0.25


def silent(name: str, share: float) -> None:
    """Tells nobody."""


@contextmanager
def reported() -> Iterator[Report]:
    """A report that shows each piece of work from the first time it is named."""
    if sys.stderr.isatty():
        with _bars() as report:
            yield report
    else:
        yield _Lines()


@contextmanager
def _bars() -> Iterator[Report]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        tasks: dict[str, TaskID] = {}

        def report(name: str, share: float) -> None:
            if name not in tasks:
                tasks[name] = progress.add_task(name, total=1.0)
            progress.update(tasks[name], completed=share)

        yield report


class _Lines:
    """A line when a piece of work starts, at every quarter, and when it is done."""

    def __init__(self) -> None:
        self._told: dict[str, int] = {}

    def __call__(self, name: str, share: float) -> None:
        quarter = 4 if share >= 1.0 else int(share / _QUARTER)
        if self._told.get(name, -1) < quarter:
            self._told[name] = quarter
            done = "done" if quarter == 4 else f"{quarter * 25} %"
            sys.stderr.write(f"{name}: {done}\n")
            sys.stderr.flush()
