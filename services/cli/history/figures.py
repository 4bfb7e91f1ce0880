"""`rami data kpi`: the site's declared key figures from its historian."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rami.core.errors import ConfigurationError, DataError, Problem
from rami.core.frame import Frame
from rami.core.quality import Family, Reason, quality
from rami.core.signal import Rows, Signal
from rami.core.timegrid import iso
from rami.information.analytics.declared import PREFIX, quantities_of_site, read_declared
from rami.information.analytics.figures import (
    canonical_unit,
    declared_figures,
    needed,
    quantity_of_dimension,
)
from rami.information.series import required_series
from services.assemble.historian import open_store
from services.cli.history.wanted import grid_of, span_of
from services.cli.output import note, print_json, print_table
from services.cli.site import opened
from services.learning.observed import observed
from services.study.key_figures import summed_up

if TYPE_CHECKING:
    from rami.information.analytics.formula import Formula
    from twins.site.site import Site


def kpi(
    file: Path | None,
    *,
    run: str | None,
    first: str | None,
    after: str | None,
    step: str,
    store: Path | None,
    keep: bool,
    json: bool,
) -> None:
    """Per figure mean, smallest, largest; `keep` writes `kpi.<name>` back."""
    site = opened(file)
    if not site.declaration.kpi:
        what = "no key figures are declared"
        hint = "e.g. `kpi: {cop: {formula: hts.hp.P_th / hts.hp.P_el, unit: '1'}}`"
        raise ConfigurationError([Problem(str(site.file), what, hint)])
    series = required_series(site.topology, site.business.series())
    quantities = quantities_of_site(site.topology, series.values())
    formulas = read_declared(site.declaration.kpi, quantities)
    span = span_of(first, after)
    step_s = grid_of(step, (0, 1)).step_s
    found = observed(site, needed(formulas), span, step_s, run=run, store=store)
    whole = _completed(found, needed(formulas))
    figures = declared_figures(formulas, found.grid, whole, quantities)
    frame = Frame(
        found.grid,
        tuple(PREFIX + name for name in figures),
        tuple(f.unit for f in figures.values()),
        np.column_stack([f.values for f in figures.values()]),
        np.column_stack([f.quality for f in figures.values()]),
        {PREFIX + name: f"formula {formulas[name].text}" for name in figures},
    )
    if keep:
        _keep(site, frame, formulas, run, store)
    table = summed_up(frame)
    if json:
        print_json({"from": iso(found.grid.start_ns), "to": iso(found.grid.end_ns), "kpi": table})
        return
    note(f"{iso(found.grid.start_ns)} to {iso(found.grid.end_ns)}, intervals of {step}")
    print_table(
        ("figure", "unit", "mean", "smallest", "largest", "good", "formula"),
        [
            (
                name,
                f["unit"],
                *("none" if f[k] is None else f"{f[k]:.5g}" for k in ("mean", "min", "max")),
                f"{f['share_good']:.0%}",
                f["formula"],
            )
            for name, f in table.items()
        ],
    )


def _completed(found: Frame, wanted: list[str]) -> Frame:
    """What the historian lacks is missing, not an error: other figures may do without."""
    lacking = [n for n in wanted if n not in found]
    if not lacking:
        return found
    note(f"not kept: {', '.join(lacking)}")
    count = found.grid.count
    bad = np.full((count, len(lacking)), quality(Family.BAD, Reason.MISSING), np.uint32)
    nothing = np.full((count, len(lacking)), np.nan)
    units = ("1",) * len(lacking)
    return found.joined([Frame(found.grid, tuple(lacking), units, nothing, bad)])


def _keep(
    site: Site, frame: Frame, formulas: dict[str, Formula], run: str | None, store: Path | None
) -> None:
    names = [n for n, unit in zip(frame.names, frame.units, strict=True) if canonical_unit(unit)]
    left = [n for n in frame.names if n not in names]
    if left:
        note(f"not kept, since the unit is no canonical one: {', '.join(left)}")
    if not names:
        raise DataError([Problem("--keep", "no figure has a canonical unit", "declare kW, kWh...")])
    prefix = f"study.{run}/" if run else ""
    kept = frame.select(names)
    signals = [
        Signal(
            prefix + n,
            quantity_of_dimension(formulas[n.removeprefix(PREFIX)]),
            description=frame.sources[n],
        )
        for n in names
    ]
    rows = Rows.of_frame(kept)
    with closing(open_store(site, folder=store)) as history:
        history.declare(signals)
        history.write(
            Rows(tuple(s.name for s in signals), rows.places, rows.times, rows.values, rows.status)
        )
