"""A source whose series pass the checks of the section `quality` before anyone uses them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from rami.core.frame import Frame
from rami.core.signal import Rows
from rami.core.timegrid import TimeGrid
from rami.information.quality.assess import Assessed, Engine, assess, counted
from rami.information.quality.rule import Rule
from rami.information.source import DataSource, known_frame


class CheckedSource:
    """Grades every series by its rule and fills what is bad; origins say what was found.

    A value that is bad and cannot be filled stays as the source gave it, with its status: a run
    goes on, and its results say so.
    """

    def __init__(
        self,
        source: DataSource,
        rules: Iterable[Rule],
        engines: Mapping[str, Engine] | None = None,
    ) -> None:
        self._source, self._engines = source, engines
        # the span of a run is too short to tell a signal's habits
        self._rules = {r.signal.name: replace(r, stuck_habit=False) for r in rules}

    def describe(self) -> Mapping[str, str]:
        """As the source does."""
        return self._source.describe()

    def read(self, names: Sequence[str], grid: TimeGrid) -> Frame:
        """As in DataSource; checked and filled."""
        return self._checked(self._source.read(names, grid), fill=True)

    def read_issued(self, names: Sequence[str], grid: TimeGrid, at_ns: int) -> Frame:
        """As in Issued; checked, and nothing filled: what nobody knew yet stays unknown."""
        return self._checked(known_frame(self._source, names, grid, at_ns), fill=False)

    def _checked(self, frame: Frame, *, fill: bool) -> Frame:
        rules = [self._rules[name] for name in frame.names if name in self._rules]
        found = assess(Rows.of_frame(frame), rules, engines=self._engines).signals
        values, status = frame.values.copy(), frame.quality.copy()
        sources = dict(frame.sources)
        for name, one in found.items():
            j = frame.place(name)
            if len(one.rows) != frame.grid.count:
                continue
            done = one.filled if fill else one.rows
            taken = done.known & ~one.rows.known
            values[taken, j] = done.values[taken]
            status[:, j] = done.status
            said = _said(one, frame.quality[:, j], int(taken.sum()))
            if said:
                sources[name] = f"{sources.get(name, '')}; checked: {said}".removeprefix("; ")
        return replace(frame, values=values, quality=status, sources=sources)


def _said(one: Assessed, before: np.ndarray[tuple[int], np.dtype[np.uint32]], filled: int) -> str:
    new = counted(np.asarray(one.rows.status & ~before, np.uint32))
    words = [f"{count} {word}" for word, count in new.items()]
    return ", ".join([*words, *([f"{filled} filled"] if filled else [])])
