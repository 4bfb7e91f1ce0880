"""A running site as plain data, for the table and for machines."""

from __future__ import annotations

from typing import Any

import numpy as np

from rami.asset.live import Observation
from rami.communication.live_site import LiveSite, PlanView, SiteView, TwinView
from rami.core.points import Direction, PointIndex
from rami.core.timegrid import NS, iso


def told(site: LiveSite) -> dict[str, Any]:
    """State, twins, pace, plan and conditions after the last step; ages and gaps in seconds."""
    view = site.view()
    return {
        "site": site.name,
        "state": view.state,
        "step": view.step,
        "time": iso(view.time_ns),
        "twins": {
            name: _twin(twin, site.points(name), view.time_ns) for name, twin in view.twins.items()
        },
        "pace": {
            "clock": view.pace.clock,
            "speed": view.pace.speed,
            "steps": view.pace.steps,
            "late": view.pace.late,
            "missed": view.pace.missed,
            "late_p99_s": view.pace.late_p99_s,
            "late_most_s": view.pace.late_most_s,
        },
        "plan": _plan(site.plan(), view),
        "proposal": _plan(site.proposal(), view),
        "conditions": [
            {
                "source": source,
                "condition": condition,
                "severity": event.severity.name.lower(),
                "since": iso(event.time_ns),
                "holds": event.active,
                "acknowledged": seen,
                "text": event.text,
            }
            for (source, condition), (event, seen) in sorted(site.conditions().items())
        ],
        "services": {
            name: {
                "owner": one.owner,
                "state": one.state,
                "since": iso(one.since_ns) if one.since_ns else None,
                "age_s": _ago(one.last_ns, view.time_ns) if one.last_ns else None,
                "fallback": one.fallback,
            }
            for name, one in view.services.items()
        },
        "figures": {
            name: {"value": value, "unit": unit} for name, (value, unit) in view.figures.items()
        },
    }


def _twin(twin: TwinView, points: PointIndex, now_ns: int) -> dict[str, Any]:
    return {
        "mode": twin.mode.value,
        "wanted_mode": twin.wanted_mode.value,
        "backend": twin.backend,
        "backends": list(twin.backends),
        "link": twin.link,
        "link_trouble": twin.link_trouble,
        "age_s": _age(twin.seen, points, now_ns),
        "worst_residual": _worst(twin, points),
        "stopped": twin.stopped,
        "diagnosis": list(twin.diagnosis),
        "advice": dict(twin.advice),
    }


def _age(seen: Observation, points: PointIndex, now_ns: int) -> float | None:
    """Of the oldest measured value; None where none was ever told."""
    times = [
        int(ns)
        for point, ns in zip(points.points, seen.times_ns, strict=True)
        if point.direction is Direction.MEASURED and ns > 0
    ]
    return _ago(min(times), now_ns) if times else None


def _ago(then_ns: int, now_ns: int) -> float:
    # within a step the clock may be ahead of the state
    return max(0, now_ns - then_ns) / NS


def _worst(twin: TwinView, points: PointIndex) -> dict[str, Any] | None:
    """The residual that is largest beside its value (beside 1 where that is smaller)."""
    worst, share = None, -1.0
    for name, residual in twin.residuals.items():
        if name not in points or not np.isfinite(residual):
            continue
        value = abs(twin.seen.values[points[name]])
        beside = abs(residual) / (max(float(value), 1.0) if np.isfinite(value) else 1.0)
        if beside > share:
            unit = points.points[points[name]].unit
            worst, share = {"point": name, "value": float(residual), "unit": unit}, beside
    return worst


def _plan(plan: PlanView | None, view: SiteView) -> dict[str, Any] | None:
    if plan is None:
        return None
    return {
        "made": iso(plan.made_ns),
        "age_s": _ago(plan.made_ns, view.time_ns),
        "rung": plan.rung,
        "gap": plan.gap,
        "bound": plan.bound,
        "objective": plan.objective,
        "from": iso(plan.grid.start_ns),
        "to": iso(plan.grid.end_ns),
        "notes": list(plan.notes),
    }
