"""Runs and studies written to the site's historian: what was measured, planned and paid.

A run of the site's own span has the plain names: points by site path (interval means), registers
(their readings), external series, `price.*`, `<point>@plan`, `kpi.*`. Runs of a study stand under
`study.<season>.<mode>/<name>`, and what they share (external series, prices) under
`study.<season>/<name>`, so that no run meets another or the plant's own rows. The same run again
writes the same rows, which the store knows as duplicates; a changed one corrects them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from rami.asset.capability import STORED
from rami.core import units
from rami.core.frame import Frame
from rami.core.quality import Family, Reason, is_bad, quality
from rami.core.signal import STAGE, Rows, Signal
from rami.information.series import quantity_of
from services.assemble.historian import has_store, open_store

if TYPE_CHECKING:
    from rami.core.historian import Store
    from rami.information.prices import Prices
    from services.study.outcome import RunOutcome, StudyOutcome
    from twins.site.site import Site

_MISSING = np.uint32(quality(Family.BAD, Reason.MISSING))
Part = tuple[list[Signal], Rows]


def check_historian(site: Site) -> None:
    """Open the site's store once, so that one that cannot be had is told before the work."""
    if has_store(site):
        open_store(site).close()


def record_run(site: Site, run: RunOutcome, *, points: bool = True) -> None:
    """One run under the plain names; without `points` what they were is there already. Raises
    what the store raises."""
    if has_store(site):
        about = f"run of {site.name}, plan by {run.mode} cost"
        with closing(open_store(site)) as store:
            _write(store, [*shared_parts(run, about), *own_parts(run, about, points=points)])


def record_study(site: Site, outcome: StudyOutcome, report: Callable[[str, float], None]) -> None:
    """All finished runs, one after the other; told to `report`. Raises what the store raises."""
    if not has_store(site):
        return
    runs = [(s, m, r) for s, season in outcome.seasons.items() for m, r in season.runs.items()]
    shared: set[str] = set()
    with closing(open_store(site)) as store:
        for k, (season, mode, run) in enumerate(runs):
            report("historian", k / len(runs))
            about = f"study of {site.name}, season {season}"
            if season not in shared:
                shared.add(season)
                _write(store, under(f"study.{season}/", shared_parts(run, about)))
            about = f"{about}, {mode}"
            _write(store, under(f"study.{season}.{mode}/", own_parts(run, about)))
        report("historian", 1.0)


def shared_parts(run: RunOutcome, about: str) -> Iterator[Part]:
    """External series and prices."""
    yield _part(run.data, about)
    if run.prices is not None:
        yield _part(price_frame(run.prices), about)


def own_parts(run: RunOutcome, about: str, *, points: bool = True) -> Iterator[Part]:
    """Means, registers (both with `points`), schedules and key figures of a run."""
    if points:
        yield _part(run.means, f"interval mean, {about}")
        yield _registers(run.meters, about)
    if run.scheduled is not None:
        yield _part(run.scheduled, f"schedule, {about}", stage="plan")
    if run.forecast is not None:
        yield _part(run.forecast, f"forecast, {about}", stage="forecast")
    if run.kpi is not None:
        yield _part(run.kpi, about)


def under(prefix: str, parts: Iterator[Part]) -> Iterator[Part]:
    """The same with a prefix before every name."""
    for signals, rows in parts:
        named = [replace(s, name=prefix + s.name) for s in signals]
        yield named, replace(rows, names=tuple(prefix + n for n in rows.names))


def price_frame(prices: Prices) -> Frame:
    """What owners pay and get, EUR/kWh, and the grid's emission factor, kg/kWh."""
    columns = {"emission.grid": ("kg/kWh", prices.grid_factor)}
    for owner, paid in prices.owners.items():
        columns[f"price.{owner}.el_buy"] = ("EUR/kWh", paid.el_buy)
        columns[f"price.{owner}.el_sell"] = ("EUR/kWh", paid.el_sell)
    for (station, network), heat in prices.heat.items():
        columns[f"price.{station}.{network}.draw"] = ("EUR/kWh", heat.draw)
        columns[f"price.{station}.{network}.feed_in"] = ("EUR/kWh", heat.feed_in)
    return Frame.of(prices.grid, columns, "tariffs of the site")


def _part(frame: Frame, about: str, stage: str = "") -> Part:
    """A frame's columns as signals; columns of units that are no quantity's are left out."""
    quantities = {n: _quantity(n, u) for n, u in zip(frame.names, frame.units, strict=True)}
    kept = frame.select([n for n, q in quantities.items() if q])
    signals = []
    for name in kept.names:
        source = frame.sources.get(name)
        description = f"{source}; {about}" if source else about
        signals.append(Signal(_staged(name, stage), quantities[name] or "", False, description))
    rows = Rows.of_frame(kept)
    lacking = np.isnan(rows.values) & ~is_bad(rows.status)
    rows = replace(
        rows,
        names=tuple(s.name for s in signals),
        status=np.where(lacking, rows.status | _MISSING, rows.status).astype(np.uint32),
    )
    return signals, rows


def _registers(metered: Frame, about: str) -> Part:
    """Metered energy as readings of registers that begin at 0: one more than intervals.

    What is stored may fall, so it is no register, but its change since the start.
    """
    grid, width = metered.grid, len(metered.names)
    readings = np.vstack([np.zeros(width), np.cumsum(metered.values, axis=0)])
    status = np.full(readings.shape, int(Reason.SIMULATED), np.uint32)
    longer = replace(grid, count=grid.count + 1)
    frame = Frame(longer, metered.names, metered.units, readings, status)
    signals, rows = _part(frame, f"reading, {about}")
    return [replace(s, cumulative=not s.name.endswith(STORED)) for s in signals], rows


def _staged(name: str, stage: str) -> str:
    return f"{name}{STAGE}{stage}" if stage else name


def _quantity(name: str, unit: str) -> str | None:
    """What a column measures: by its name where that is known, else by its canonical unit."""
    measured = [q for q, canonical in units.CANONICAL.items() if canonical == unit]
    known = quantity_of(name)
    if known in measured:
        return known
    # of kg there are mass and emission, and no point of a model counts mass
    return measured[-1] if measured else None


def _write(store: Store, parts: Iterator[Part] | list[Part]) -> None:
    for signals, rows in parts:
        store.declare(signals)
        store.write(rows)
