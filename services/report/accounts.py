"""What the pictures need of a run's settlement: parts of money and emissions per owner."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.study.outcome import RunOutcome

Parts = dict[str, dict[str, float]]


def money_parts(run: RunOutcome) -> Parts:
    """`{owner: {part: EUR}}`, income positive, expense negative."""
    return _parts(run, "money_eur")


def emission_parts(run: RunOutcome) -> Parts:
    """`{owner: {part: t}}`."""
    return _parts(run, "emissions_t")


def own_figures(run: RunOutcome) -> dict[str, float]:
    """The station's own figures (eq. 19, 20), by name with unit."""
    return _numbers(run.settlement.get("station", {}))


def _parts(run: RunOutcome, what: str) -> Parts:
    owners = run.settlement.get("owners", {})
    return {owner: _numbers(found.get(what, {})) for owner, found in owners.items()}


def _numbers(found: Mapping[str, Any]) -> dict[str, float]:
    return {name: float(value) for name, value in found.items()}
