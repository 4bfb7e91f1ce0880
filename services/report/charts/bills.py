"""Money and emissions per owner, part by part: baseline beside the runs, and what changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from services.report.accounts import (
    EMISSION_WORDS,
    MONEY_WORDS,
    Parts,
    emission_parts,
    money_parts,
)
from services.report.charts.figure import Figure, Layout, Trace, row_axis
from services.report.comparison import shown_owner
from services.report.palette import INK, part_colours
from services.study.outcome import SeasonOutcome

_ORIGIN = (
    "of the whole season, from the meters of the executed runs (simulated plants); mark: the sum. "
    "Below: the change against the baseline, on a scale of its own."
)


@dataclass(frozen=True)
class _Bill:
    """Parts per run and owner in `unit`, and the words in the order they are stacked."""

    runs: dict[str, Parts]
    words: Sequence[str]
    unit: str
    factor: float = 1.0

    @property
    def owners(self) -> list[str]:
        return list(dict.fromkeys(o for parts in self.runs.values() for o in parts))

    def value(self, run: str, owner: str, word: str) -> float:
        return self.factor * self.runs[run].get(owner, {}).get(word, 0.0)

    def change(self, run: str, owner: str, word: str) -> float:
        return self.value(run, owner, word) - self.value("baseline", owner, word)


def money(season: SeasonOutcome) -> Figure | None:
    """Income up, expense down, thousand EUR; None where nothing was settled."""
    runs: dict[str, Parts] = {mode: money_parts(run) for mode, run in season.runs.items()}
    bill = _Bill(runs, MONEY_WORDS, "kEUR", 1e-3)
    caption = f"Income up, expense down, in thousand EUR {_ORIGIN}"
    return _figure(bill, "money", f"Money per owner, {season.season}", caption)


def emissions(season: SeasonOutcome) -> Figure | None:
    """Parts of scope 1 and scope 2, t CO2e; None where nothing was settled."""
    runs: dict[str, Parts] = {mode: emission_parts(run) for mode, run in season.runs.items()}
    bill = _Bill(runs, EMISSION_WORDS, "t CO2e")
    caption = f"Emissions in t CO2e {_ORIGIN}"
    return _figure(bill, "emissions", f"Emissions per owner, {season.season}", caption)


def _figure(bill: _Bill, name: str, title: str, caption: str) -> Figure | None:
    owners = bill.owners
    if not any(parts for run in bill.runs.values() for parts in run.values()):
        return None
    compared = [run for run in bill.runs if run != "baseline"] if "baseline" in bill.runs else []
    rows = [(list(bill.runs), bill.value)] + ([(compared, bill.change)] if compared else [])
    layout: Layout = {"barmode": "relative", "bargap": 0.35}
    traces: list[Trace] = []
    for row, (runs, value) in enumerate(rows):
        for column, owner in enumerate(owners):
            place = row * len(owners) + column
            axes = {"xaxis": row_axis(place).replace("y", "x"), "yaxis": row_axis(place)}
            table = {word: [value(run, owner, word) for run in runs] for word in bill.words}
            traces += _stack(table, runs, owner, bill.unit, axes)
            words = f"{shown_owner(owner)}, {bill.unit}" if row == 0 else f"change, {bill.unit}"
            width, number = 1 / len(owners), str(place + 1) if place else ""
            layout[f"xaxis{number}"] = {
                "domain": [round(column * width, 4), round((column + 0.8) * width, 4)],
                "anchor": axes["yaxis"],
                "title": {"text": words},
            }
            span = [0.0, 1.0] if len(rows) == 1 else [0.48, 1.0] if row == 0 else [0.0, 0.28]
            layout[f"yaxis{number}"] = {"anchor": axes["xaxis"], "zeroline": True, "domain": span}
    seen: set[str] = set()
    for trace in traces:
        trace["showlegend"] = trace["name"] not in seen
        seen.add(trace["name"])
    return Figure(name, title, caption, traces, layout, 560 if compared else 400)


def _stack(
    table: dict[str, list[float]], runs: list[str], owner: str, unit: str, axes: dict[str, str]
) -> Iterator[Trace]:
    colours = part_colours(list(table))
    end = f" {unit}<extra>{owner}</extra>"
    for word, values in table.items():
        if any(values):
            yield {
                "type": "bar",
                "name": word,
                "x": runs,
                "y": [round(v, 6) for v in values],
                "marker": {"color": colours[word]},
                "legendgroup": word,
                "hovertemplate": f"{word}: %{{y:,.1f}}{end}",
                **axes,
            }
    yield {
        "type": "scatter",
        "mode": "markers",
        "name": "sum",
        "x": runs,
        "y": [round(sum(column), 6) for column in zip(*table.values(), strict=True)],
        "marker": {"color": INK, "symbol": "diamond", "size": 8},
        "legendgroup": "sum",
        "hovertemplate": f"sum: %{{y:,.1f}}{end}",
        **axes,
    }
