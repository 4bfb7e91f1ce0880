"""results.json and timings.json: the study's figures for machines."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np

from services.report.foresight import foresight
from services.report.whole_file import write_whole
from services.study.key_figures import summed_up
from services.study.outcome import SeasonOutcome, StudyOutcome

#: significant digits kept; below them lies the arithmetic's order of summation
DIGITS = 10


def write_results(outcome: StudyOutcome, path: Path) -> None:
    """The `contents` as a file, keys sorted: equal outcomes give equal bytes.

    Raises RunError where it cannot be written.
    """
    _write(contents(outcome), path)


def contents(outcome: StudyOutcome) -> dict[str, Any]:
    """`seasons.<name>.<average|marginal>`, `seasons.<name>.closure` and `provenance`.

    Plain JSON types, floats to `DIGITS` significant digits, nothing of clocks. A figure that
    does not exist (not finite) is None.
    """
    seasons = {
        name: {
            **season.figures,
            "closure": season.closure,
            **_key_figures(season),
            **_foresight(season),
        }
        for name, season in outcome.seasons.items()
    }
    found: dict[str, Any] = plain({"provenance": outcome.provenance, "seasons": seasons})
    return found


def _key_figures(season: SeasonOutcome) -> dict[str, Any]:
    """`{kpi: {mode: {name: figure}}}`, nothing where no figures are declared."""
    found = {mode: summed_up(run.kpi) for mode, run in season.runs.items() if run.kpi is not None}
    return {"kpi": found} if found else {}


def _foresight(season: SeasonOutcome) -> dict[str, Any]:
    """`{foresight: {cost, errors}}`, nothing without a run on forecasts."""
    found = foresight(season)
    return {"foresight": found} if found else {}


def write_timings(outcome: StudyOutcome, path: Path) -> None:
    """Wall seconds: `study` by phase and `runs.<season>.<mode>` by phase.

    Raises RunError where it cannot be written.
    """
    runs = {
        name: {mode: run.timings for mode, run in season.runs.items()}
        for name, season in outcome.seasons.items()
    }
    _write(plain({"runs": runs, "study": outcome.timings}), path)


def _write(found: Mapping[str, Any], path: Path) -> None:
    text = json.dumps(found, indent=2, sort_keys=True, ensure_ascii=False)
    write_whole(path, text + "\n")


def plain(value: object) -> Any:
    """Anything a figure may be as plain JSON types; TypeError names a type that is none."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, np.bool_):
        return bool(value)
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        return float(f"{value:.{DIGITS}g}") + 0.0 if isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, np.ndarray):
        return [plain(v) for v in value.tolist()]
    if isinstance(value, Sequence):
        return [plain(v) for v in value]
    raise TypeError(f"{type(value).__name__} has no place in a JSON result: {value!r}")
