"""Steps 0 to 3 side by side, as plain data with units and provenance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from time import monotonic
from typing import Any

from rami.asset.district.declaration import District
from rami.core.errors import ConfigurationError, Problem
from services.negotiation.results import StepResult, Talk
from services.negotiation.week import LivedDistrict

WORDS = {
    0: "nobody talks",
    1: "forecasts passed on",
    2: "requests and answers",
    3: "one joint plan",
}


@dataclass(frozen=True)
class Comparison:
    """The same days, lived at several steps of cooperation."""

    district: District
    steps: dict[int, StepResult]


def compare(
    district: District,
    steps: Sequence[int] = (0, 1, 2, 3),
    said: Callable[[str], None] = lambda _: None,
    clock: Callable[[], float] = monotonic,
) -> Comparison:
    """Live the district once for each step; weather, prices and habits are the same.

    Raises ConfigurationError for a joint plan that owners do not allow (`negotiation.joint`).
    """
    if 3 in steps and not district.negotiation.joint:
        hint = "`--steps 0,1,2`, or `joint: true` where all owners agree to it"
        what = "its owners allow no joint plan, which needs everybody's data in one place"
        raise ConfigurationError([Problem(f"{district.district}: negotiation.joint", what, hint)])
    return Comparison(district, {k: LivedDistrict(district, clock).live(k, said) for k in steps})


def as_json(found: Comparison, file: Path) -> dict[str, Any]:
    """results.json: figures to eight digits, units in the names."""
    d = found.district
    steps = {str(k): _step(r) for k, r in found.steps.items()}
    return {
        "district": d.district,
        "provenance": {
            "data": " ".join(d.provenance.split()),
            "file_sha256": sha256(file.read_bytes()).hexdigest(),
            "seed": d.seed,
            "start": d.start.isoformat(),
            "days": d.days,
            "step_s": d.step,
            "groups": d.groups,
            "sections": len(d.network.sections),
        },
        "meaning": {
            "cost_EUR": "fuel, CO2 price, electricity, surplus heat's own cost, pumps, capacity, "
            "as lived",
            "capacity_EUR": "yearly price on what the span's highest power of a carrier exceeds "
            "the level that is paid in any case",
            "co2_t": "fuel and bought heat, electricity from the grid less what is fed in",
            "morning_peak": "highest heat at the plant from 5 to 10 local time, per day",
            "outside_band_Kh": "degree-hours of all dwellings outside their comfort band",
            "gap": "plan's cost over a lower bound, of the agreed day on the same model: step 2 "
            "the Lagrangian dual at the last prices or smoothed, or the relaxed joint programme "
            "where that is closer, step 3 the relaxed joint programme",
        },
        "steps": steps,
        "against_step_0": _against(found),
    }


def _step(result: StepResult) -> dict[str, Any]:
    figures = {k: _digits(v) for k, v in result.figures().items()}
    found: dict[str, Any] = {
        "what": WORDS[result.step],
        "figures": figures,
        "owners_EUR": {k: round(v, 2) for k, v in result.owners().items()},
        "energy_closure_kWh": _digits(max(abs(d.closure_kWh) for d in result.days)),
    }
    talks = [d.talk for d in result.days if d.talk is not None]
    if talks:
        found["negotiations"] = [_talk(t) for t in talks]
        found["paid_EUR"] = _paid(result)
    return found


def _paid(result: StepResult) -> dict[str, float]:
    total: dict[str, float] = {}
    for day in result.days:
        for owner, euro in day.paid.items():
            total[owner] = total.get(owner, 0.0) + euro
    return {k: round(v, 2) for k, v in total.items()}


def _talk(talk: Talk) -> dict[str, Any]:
    return {
        "rounds": talk.rounds,
        "agreed": talk.settled,
        "deal": talk.deal.made,
        "because": talk.because or talk.deal.why,
        "plan_EUR": _digits(talk.cost),
        "bound_EUR": None if talk.bound is None else _digits(talk.bound),
        "gap": None if talk.gap is None else _digits(talk.gap),
        "common_gain_EUR": round(talk.deal.total, 2),
        "least_gain_EUR": round(min(talk.deal.gain.values(), default=0.0), 4),
        "sum_of_payments_EUR": round(sum(talk.deal.paid.values()), 6) + 0.0,
        "residuals": [[_digits(a), _digits(b)] for a, b in talk.history],
    }


def _against(found: Comparison) -> dict[str, Any]:
    if 0 not in found.steps:
        return {}
    base = found.steps[0].figures()
    names = ("cost_EUR", "co2_t", "morning_peak_mean_kW", "morning_peak_max_kW", "peak_kW")
    return {
        str(k): {n: _digits(r.figures()[n] / base[n] - 1) for n in names if base[n]}
        for k, r in found.steps.items()
        if k
    }


def _digits(value: float) -> float:
    return float(f"{value:.8g}")
