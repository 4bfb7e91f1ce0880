"""What a running site shows after a step."""

from __future__ import annotations

from collections.abc import Mapping

from rami.communication.live_site import Pace, PlanView, SiteView, TwinView
from rami.core.units import unit_of
from rami.functional.schedule import Schedule
from services.runtime.clock import RunClock
from services.runtime.figures import LiveFigures
from services.runtime.live_loop import LiveLoop
from services.runtime.twin_modes import TwinModes
from services.runtime.twin_switch import MODEL, PLANT

_UNITS = {"T": "temperature", "Q": "energy", "P": "power", "engines": "share"}


def twin_view(modes: TwinModes) -> TwinView:
    """One twin."""
    switch = modes.switch
    plant, beside = switch.plant, switch.beside
    link = plant.link() if plant is not None else None
    return TwinView(
        mode=switch.mode,
        wanted_mode=modes.wanted,
        backend=switch.backend,
        backends=(MODEL,) if plant is None else (MODEL, PLANT),
        link=link.state.value if link is not None else "",
        link_trouble=(link.trouble or (plant.trouble if plant is not None else "")) if link else "",
        seen=modes.shown.seen(),
        residuals=beside.residuals() if beside is not None and switch.backend == PLANT else {},
        advice=switch.advice,
        stopped=switch.guard.stopped,
        diagnosis=beside.found() if beside is not None else (),
    )


def site_view(
    loop: LiveLoop, modes: Mapping[str, TwinModes], state: str, figures: LiveFigures
) -> SiteView:
    """All twins, the pace, and key figures."""
    twins = {twin: twin_view(one) for twin, one in modes.items()}
    return SiteView(
        step=loop.control_steps,
        time_ns=loop.now_ns,
        twins=twins,
        pace=pace(loop.clock),
        figures=figures.now({twin: one.seen.quality for twin, one in twins.items()}),
        state=state,
    )


def pace(clock: RunClock) -> Pace:
    """How the loop keeps time."""
    late = clock.lateness
    return Pace(
        clock.kind, clock.speed, late.steps, late.late, late.missed, late.p99_s(), late.most_s
    )


def plan_view(schedule: Schedule, made_ns: int, *, proposed: bool = False) -> PlanView:
    """A schedule."""
    return PlanView(
        schedule.grid,
        schedule.columns,
        tuple(_unit(column) for column in schedule.columns),
        schedule.values.tolist(),
        schedule.rung,
        schedule.gap,
        schedule.objective,
        made_ns,
        schedule.notes,
        proposed,
        schedule.bound,
    )


def _unit(column: str) -> str:
    quantity = column.rpartition(".")[2].partition("_")[0]
    return unit_of(_UNITS.get(quantity, "power"))
