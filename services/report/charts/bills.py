"""Money and emissions per owner, baseline beside the runs, part by part."""

from __future__ import annotations

from services.report.accounts import Parts, emission_parts, money_parts
from services.report.charts.figure import Figure, Layout, Trace
from services.report.comparison import shown_owner
from services.report.palette import INK, part_colours
from services.study.outcome import SeasonOutcome


def money(season: SeasonOutcome) -> Figure | None:
    """Income up, expense down, thousand EUR; the mark is the sum."""
    found: dict[str, Parts] = {mode: money_parts(run) for mode, run in season.runs.items()}
    return _bars(
        season,
        found,
        "money",
        "Money per owner",
        "kEUR",
        1e-3,
        "Income up, expense down, in thousand EUR of the whole season, from the meters of the "
        "executed runs (simulated plants) and the declared tariffs; mark: the sum.",
    )


def emissions(season: SeasonOutcome) -> Figure | None:
    """Parts of scope 1 and scope 2, t CO2e; the mark is the sum."""
    found: dict[str, Parts] = {mode: emission_parts(run) for mode, run in season.runs.items()}
    return _bars(
        season,
        found,
        "emissions",
        "Emissions per owner",
        "t CO2e",
        1.0,
        "Emissions in t CO2e of the whole season, from the meters of the executed runs (simulated "
        "plants) and the declared factors; mark: the sum.",
    )


def _bars(
    season: SeasonOutcome,
    found: dict[str, Parts],
    name: str,
    title: str,
    unit: str,
    factor: float,
    caption: str,
) -> Figure | None:
    owners = list(dict.fromkeys(o for parts in found.values() for o in parts))
    listed = list(dict.fromkeys(p for m in found.values() for o in m.values() for p in o))
    if not listed:
        return None
    colours = part_colours(listed)
    modes = list(found)
    traces: list[Trace] = []
    layout: Layout = {"barmode": "relative", "bargap": 0.35}
    for place, owner in enumerate(owners):
        number = "" if place == 0 else str(place + 1)
        axes = {"xaxis": f"x{number}", "yaxis": f"y{number}"}
        for part in listed:
            values = [factor * found[m].get(owner, {}).get(part, 0.0) for m in modes]
            if any(values):
                traces.append(
                    {
                        "type": "bar",
                        "name": part,
                        "x": modes,
                        "y": [round(v, 6) for v in values],
                        "marker": {"color": colours[part]},
                        "legendgroup": part,
                        "showlegend": all(t["name"] != part for t in traces),
                        "hovertemplate": f"{part}: %{{y:,.1f}} {unit}<extra>{owner}</extra>",
                        **axes,
                    }
                )
        sums = [round(factor * sum(found[m].get(owner, {}).values()), 6) for m in modes]
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": "sum",
                "x": modes,
                "y": sums,
                "marker": {"color": INK, "symbol": "diamond", "size": 8},
                "legendgroup": "sum",
                "showlegend": place == 0,
                "hovertemplate": f"sum: %{{y:,.1f}} {unit}<extra>{owner}</extra>",
                **axes,
            }
        )
        width = 1 / len(owners)
        layout[f"xaxis{number}"] = {
            "domain": [round(place * width, 4), round((place + 0.8) * width, 4)],
            "anchor": f"y{number}",
            "title": {"text": f"{shown_owner(owner)}, {unit}"},
        }
        layout[f"yaxis{number}"] = {"anchor": f"x{number}", "zeroline": True}
    return Figure(name, f"{title}, {season.season}", caption, traces, layout, 400)
