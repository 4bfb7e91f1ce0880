"""What imperfect foresight costs: plans on forecasts beside plans that know the future."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.study.foresight import errors
from services.study.outcome import SeasonOutcome

#: the run that knows the future, and the one that does not
PERFECT, FORECAST = "marginal", "forecast"


def foresight(season: SeasonOutcome) -> dict[str, Any]:
    """`cost` per owner (benefit, scope 1, scope 2 foregone) and the forecasts' errors.

    Empty unless the season has both runs. Benefit in EUR, positive where foresight is worth
    something; emissions in t, positive where it would have avoided them.
    """
    run = season.runs.get("forecast")
    if run is None or run.forecast is None or PERFECT not in season.figures:
        return {}
    perfect, real = (_delta(season.figures[m]) for m in (PERFECT, FORECAST))
    signs = {"benefit_eur": 1.0, "scope1_t": -1.0, "scope2_t": -1.0}
    cost = {
        key: {owner: sign * (perfect[key][owner] - real[key][owner]) for owner in perfect[key]}
        for key, sign in signs.items()
    }
    return {"cost": cost, "errors": errors(run.forecast, run.data)}


def _delta(block: Mapping[str, Any]) -> Mapping[str, Mapping[str, float]]:
    found: Mapping[str, Mapping[str, float]] = block["delta"]
    return found
