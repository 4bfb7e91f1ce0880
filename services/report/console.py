"""The study's main table on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.report.comparison import (
    QUANTITIES,
    missing,
    owners,
    rows,
    shown_owner,
    span,
    station_owner,
)
from services.report.paper import CITATION, LABEL, NOT_SHOWN, WARNING, comparable
from services.report.unserved import unserved
from services.study.outcome import StudyOutcome

if TYPE_CHECKING:
    from rich.console import Console


#: columns the table needs; where a console claims fewer (a pipe: 80) its lines run on
WIDTH = 100


def print_table(outcome: StudyOutcome, console: Console) -> None:
    """Changes against the baseline per season and cost basis, the paper's rows beside them."""
    before = console.width
    console.width = max(before, WIDTH)
    try:
        _print(outcome, console)
    finally:
        console.width = before


def _print(outcome: StudyOutcome, console: Console) -> None:
    from rich.table import Table

    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="bold")
    who = (*owners(outcome), "total")
    table.add_column("season\n")
    table.add_column("basis\n")
    for quantity, heading, unit, _ in QUANTITIES:
        for place, owner in enumerate(who):
            top = f"{heading} {unit}" if quantity == "benefit_eur" else f"{heading}"
            table.add_column(
                f"{top if place == 0 else ''}\n{shown_owner(owner)}", justify="right", no_wrap=True
            )
    table.add_column(f"planned EUR\n{shown_owner(station_owner(outcome))}", justify="right")
    before = ""
    for row in rows(outcome):
        cells = [_number(row.cells[q, o], d) for q, _, _, d in QUANTITIES for o in who]
        season = "" if row.season == before else row.season
        style = "dim" if row.basis == LABEL else None
        table.add_row(season, row.basis, *cells, _number(row.planned_eur, 0), style=style)
        before = row.season
    count = len(outcome.seasons)
    scope = f"{count} season{'s' * (count != 1)}, {span(outcome)}" if count else "no season"
    console.print(
        f"Optimised minus baseline at site {outcome.site} ({scope}); emissions in t.", style="bold"
    )
    console.print(table)
    beside = f"{LABEL}: {CITATION}; {WARNING}"
    console.print(f"{beside if comparable(outcome.provenance) else NOT_SHOWN}.", style="dim")
    for short in unserved(outcome):
        console.print(str(short), style="yellow", highlight=False)
    for text in missing(outcome):
        console.print(f"not in this study: {text}", style="yellow")


def _number(value: float | None, decimals: int) -> str:
    return "–" if value is None else f"{round(value, decimals) + 0.0:,.{decimals}f}"
