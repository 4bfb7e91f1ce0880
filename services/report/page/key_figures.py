"""The site's own key figures, run beside run."""

from __future__ import annotations

from services.report.page.markup import Markup, number, percent, table
from services.study.key_figures import summed_up
from services.study.outcome import SeasonOutcome


def key_figures_table(season: SeasonOutcome) -> Markup:
    """A row per figure and run: mean, smallest, largest; empty where none are declared."""
    rows = []
    formulas = {}
    for mode, run in season.runs.items():
        if run.kpi is None:
            continue
        for name, figure in summed_up(run.kpi).items():
            formulas[name] = figure["formula"]
            cells = [figure[k] for k in ("mean", "min", "max")]
            shown = [number(c, 3) for c in cells]
            rows.append([name, mode, figure["unit"], *shown, percent(figure["share_good"])])
    if not rows:
        return Markup("")
    told = "; ".join(f"{name} = {text}" for name, text in formulas.items())
    return table(
        f"Key figures of the site file over the intervals of each run. {told}.",
        ["figure", "run", "unit", "mean", "smallest", "largest", "good intervals"],
        sorted(rows),
    )
