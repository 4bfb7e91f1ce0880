"""What the report shows of a run's settlement (`rami.business`): its figures under plain words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from services.study.outcome import RunOutcome

Parts = dict[str, dict[str, float]]

_INCOME = {
    "consumer_revenue_EUR": "heat to consumers",
    "export_revenue_EUR": "electricity sold",
    "heat_sold_EUR": "heat sold to the other owner",
}
_EXPENSES = {
    "fuel_cost_EUR": "fuel",
    "co2_cost_EUR": "CO2",
    "import_cost_EUR": "electricity bought",
    "levy_cost_EUR": "levy on own use",
    "peak_cost_EUR": "peak",
    "heat_bought_EUR": "heat bought from the other owner",
}

MONEY_WORDS = (*_EXPENSES.values(), *_INCOME.values())
EMISSION_WORDS = ("scope 1", "scope 2", "scope 2, purchased heat")


def money_parts(run: RunOutcome) -> Parts:
    """`{owner: {part: EUR}}`, income positive, expense negative; parts that are 0 left out."""
    return {
        owner: {
            **{word: found[key] for key, word in _INCOME.items() if found.get(key)},
            **{word: -found[key] for key, word in _EXPENSES.items() if found.get(key)},
        }
        for owner, found in _owners(run).items()
    }


def emission_parts(run: RunOutcome) -> Parts:
    """`{owner: {part: t}}`: fuel burnt, grid import less export, purchased heat if allocated."""
    parts: Parts = {}
    for owner, found in _owners(run).items():
        if "scope1_t" in found:
            heat = found.get("scope2_purchased_heat_t", 0.0)
            parts[owner] = {"scope 1": found["scope1_t"], "scope 2": found["scope2_t"] - heat}
            if heat:
                parts[owner]["scope 2, purchased heat"] = heat
    return parts


def energy_parts(run: RunOutcome) -> Parts:
    """`{owner: {figure with unit: value}}`: the metered energies behind the money."""
    return {
        owner: {
            f"{key.rpartition('_')[0].replace('_', ' ')}, {key.rpartition('_')[2]}": value
            for key, value in found.items()
            if key.endswith(("_MWh", "_kW"))
        }
        for owner, found in _owners(run).items()
    }


def borders(run: RunOutcome) -> Mapping[str, Mapping[str, Any]]:
    """Heat across each border: both directions, the difference of its two meters, payment."""
    found: Mapping[str, Mapping[str, Any]] = run.settlement.get("borders", {})
    return found


def station_figures(run: RunOutcome) -> dict[str, float]:
    """The stations' own figures (eq. 19 to 23), by their path in the settlement."""
    return dict(_leaves("", run.settlement.get("station", {})))


def _leaves(path: str, found: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    for name, value in found.items():
        here = f"{path} {name}".strip()
        if isinstance(value, Mapping):
            yield from _leaves(here, value)
        elif isinstance(value, int | float):
            yield here, float(value)


def _owners(run: RunOutcome) -> Mapping[str, Mapping[str, float]]:
    found: Mapping[str, Mapping[str, float]] = run.settlement.get("owners", {})
    return found
