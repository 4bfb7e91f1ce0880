"""Points of a site as its historian has them, on one grid."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rami.core.errors import DataError, Problem
from rami.core.frame import Frame
from rami.core.historian import Aggregation
from rami.core.timegrid import NS, TimeGrid
from rami.core.wording import did_you_mean
from rami.information.meters.settings import SINGLE
from services.assemble.historian import open_store

if TYPE_CHECKING:
    from rami.core.historian import Store
    from twins.site.site import Site


def observed(
    site: Site,
    wanted: Sequence[str],
    span: tuple[int | None, int | None],
    step_s: float,
    *,
    run: str | None = None,
    store: Path | None = None,
) -> Frame:
    """Those of `wanted` that the historian holds: means, of registers the growth.

    `run` (`winter.marginal`) takes a run of a study in place of the site's own rows; what its
    runs share is found too. Provenance per column. Raises DataError when it holds none of them.
    """
    with closing(open_store(site, read_only=True, folder=store)) as history:
        stored = _names(history, wanted, run)
        if not stored:
            raise DataError([_nothing(history, wanted, run)])
        grid = _grid(history, list(stored.values()), span, step_s)
        known = {s.name: s for s in history.signals()}
        parts = []
        for how, registers in ((Aggregation.MEAN, False), (Aggregation.DIFFERENCE, True)):
            mine = {n: s for n, s in stored.items() if known[s].cumulative is registers}
            if mine:
                read = history.read(list(mine.values()), grid, how)
                sources = {n: known[s].description or "historian" for n, s in mine.items()}
                parts.append(
                    Frame(grid, tuple(mine), read.units, read.values, read.quality, sources)
                )
    return parts[0].joined(parts[1:]).select([n for n in wanted if n in stored])


def _names(history: Store, wanted: Sequence[str], run: str | None) -> dict[str, str]:
    """Name -> name in the store."""
    kept = {s.name for s in history.signals() if not s.name.startswith(SINGLE)}
    prefixes = [""]
    if run is not None:
        prefixes = [f"study.{run}/", f"study.{run.partition('.')[0]}/"]
    found = {}
    for name in wanted:
        for prefix in prefixes:
            if prefix + name in kept:
                found[name] = prefix + name
                break
    return found


def _nothing(history: Store, wanted: Sequence[str], run: str | None) -> Problem:
    kept = [s.name for s in history.signals() if not s.name.startswith(SINGLE)]
    runs = sorted({n.partition("/")[0].removeprefix("study.") for n in kept if "/" in n})
    hints = []
    if len(wanted) == 1:
        what = f"no signal {wanted[0]!r}"
        hints.append(did_you_mean(wanted[0], kept))
    else:
        what = f"none of the {len(wanted)} signals wanted ({', '.join(list(wanted)[:3])}, ...)"
    if run is not None:
        what = f"{what} of run {run!r}"
    if runs:
        hints.append(f"it holds the runs {', '.join(r for r in runs if '.' in r)} (--run)")
    return Problem(history.stats().place, what, "; ".join(hints))


def _grid(
    history: Store, names: Sequence[str], span: tuple[int | None, int | None], step_s: float
) -> TimeGrid:
    first, after = span
    step = round(step_s * NS)
    if first is None or after is None:
        last = history.last(names)
        if not len(last):
            raise DataError([Problem(history.stats().place, "the signals wanted have no rows")])
        registers = {s.name for s in history.signals() if s.cumulative}
        # a reading ends its interval, a mean begins it
        lengths = np.array([0 if n in registers else step for n in last.names])
        end = int((last.times // step * step + lengths[last.places]).max())
        after = end if after is None else after
        begin = history.rows(list(names)[:1], 0, after)
        oldest = int(begin.times.min()) if len(begin) else after - step
        first = oldest // step * step if first is None else first
    if first >= after:
        raise DataError([Problem("--from", "nothing is kept after it")])
    return TimeGrid(first, step, -(-(after - first) // step))
