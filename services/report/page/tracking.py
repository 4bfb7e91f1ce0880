"""How well the executed run followed its schedules: figures against goals, exceedances."""

from __future__ import annotations

from services.report.page.markup import Cell, Markup, joined, number, percent, table, tag
from services.study.outcome import RunOutcome
from services.study.tracking import RMS_K, RMS_SHARE, Tracking

_DAYS, _EXCLUDED = 0.95, 0.03


def tracking(run: RunOutcome) -> Markup:
    """The tables of one run; empty for a run without schedule."""
    found = run.tracking
    if found is None:
        return Markup("")
    return joined([_goals(run, found), _exceedances(run, found)])


def _goals(run: RunOutcome, found: Tracking) -> Markup:
    share = found.days_within / found.days if found.days else 1.0
    excluded = found.excluded_hours / found.hours if found.hours else 0.0
    rows: list[list[Cell]] = [
        [
            f"exchanger-days within 5 % or 50 kWh ({found.days_within} of {found.days})",
            percent(share),
            f"≥ {_DAYS:.0%}",
            _met(share >= _DAYS),
        ],
        [
            "hours left out: all converters behind at their limit",
            percent(excluded),
            f"≤ {_EXCLUDED:.0%}",
            _met(excluded <= _EXCLUDED),
        ],
        [
            "intervals with heat in and out of one network at once",
            number(found.both_ways),
            "none",
            _met(found.both_ways == 0),
        ],
    ]
    for path, value in found.rms_power.items():
        rows.append(
            [
                f"{path}: RMS of power deviations, share of design power",
                percent(value),
                f"≤ {RMS_SHARE:.0%}",
                _met(value <= RMS_SHARE),
            ]
        )
    for path, value in found.rms_temperature.items():
        rows.append(
            [
                f"{path}: RMS deviation of the flow temperature",
                f"{number(value, 2)} K",
                f"< {RMS_K:g} K",
                _met(value < RMS_K),
            ]
        )
    return table(
        f"Tracking ({run.season}, {run.mode}): executed against scheduled, from the simulated run.",
        ["figure", "value", "goal", ""],
        rows,
    )


def _met(met: bool) -> Markup:
    return tag("span", "met" if met else "not met", class_="good" if met else "bad")


def _exceedances(run: RunOutcome, found: Tracking) -> Markup:
    if not found.exceedances:
        return tag("p", "No exchanger-day is outside its tolerance.", class_="note")
    listed = table(
        f"Exchanger-days outside the tolerance ({run.season}, {run.mode}), energies in kWh.",
        ["exchanger", "day", "scheduled", "executed", "difference", "cause"],
        [
            [
                e.exchanger,
                e.day,
                number(e.scheduled),
                number(e.executed),
                number(e.executed - e.scheduled, signed=True),
                e.cause,
            ]
            for e in found.exceedances
        ],
    )
    count = len(found.exceedances)
    return tag("details", tag("summary", f"{count} exceedance{'s' * (count != 1)}"), listed)
