"""Values of a running site that are no plain numbers: modes, backends, links, plans, the clock."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from asyncua import ua

from rami.communication.information_model.enumerations import (
    BACKEND_KIND,
    LINK_STATE,
    MODE,
    RUNG,
    Enumeration,
)
from rami.communication.information_model.groups import Group
from rami.communication.information_model.layout import below
from rami.communication.information_model.node_id import NodeId
from rami.communication.information_model.site_ids import SiteIds
from rami.communication.live_site import PlanView, SiteView, TwinView
from rami.core.timegrid import moment

_V = ua.VariantType
_NO_DATA = int(ua.StatusCodes.BadNoData)


class Shown(NamedTuple):
    """A variable, its value, status, and source time where it has one of its own."""

    node: NodeId
    value: Any
    status: int = 0
    at_ns: int = 0


def twin_shown(ids: SiteIds, twin: str, told: TwinView) -> list[Shown]:
    """Control and Backend of a twin."""
    control = ids.part(twin, Group.CONTROL.value)
    backend = ids.part(twin, Group.BACKEND.value)
    kinds = [BACKEND_KIND.number(b) for b in told.backends if b in BACKEND_KIND.words]
    return [
        _word(below(control, "Mode"), MODE, told.mode.value),
        _word(below(control, "WantedMode"), MODE, told.wanted_mode.value),
        _text(below(control, "Stopped"), told.stopped),
        _word(below(backend, "ActiveBackend"), BACKEND_KIND, told.backend),
        Shown(below(backend, "Backends"), ua.Variant(kinds, _V.Int32, is_array=True)),
        _word(below(backend, "LinkState"), LINK_STATE, told.link),
        _text(below(backend, "LinkTrouble"), told.link_trouble),
        _texts(below(backend, "Diagnosis"), told.diagnosis),
    ]


def site_shown(ids: SiteIds, view: SiteView) -> list[Shown]:
    """The run and its clock."""
    at, pace = ids.part("/", Group.CONTROL.value), view.pace
    return [
        _text(below(at, "State"), view.state),
        Shown(below(at, "Time"), ua.Variant(moment(view.time_ns), _V.DateTime)),
        _text(below(at, "Clock"), pace.clock),
        _number(below(at, "Speed"), pace.speed),
        _count(below(at, "Steps"), pace.steps),
        _count(below(at, "LateSteps"), pace.late),
        _count(below(at, "MissedSteps"), pace.missed),
        _number(below(at, "LatenessP99"), pace.late_p99_s),
        _number(below(at, "LatenessMost"), pace.late_most_s),
    ]


def plan_shown(ids: SiteIds, word: str, plan: PlanView | None) -> list[Shown]:
    """A schedule, or that there is none."""
    at = below(ids.strategy, word)
    present = Shown(below(at, "Present"), ua.Variant(plan is not None, _V.Boolean))
    if plan is None:
        names = ("Times", "Step", "Columns", "Units", "Values", "Rung", "Gap", "Bound", "Objective")
        nothing = ua.Variant(None, _V.Null)
        rest = (*names, "Made", "Notes")
        return [present, *(Shown(below(at, n), nothing, _NO_DATA) for n in rest)]
    grid = plan.grid
    times = [moment(int(ns)) for ns in grid.times()]
    rows = [list(map(float, row)) for row in plan.values]
    size = [len(rows), len(plan.columns)]
    return [
        Shown(below(at, "Times"), ua.Variant(times, _V.DateTime, is_array=True)),
        _number(below(at, "Step"), grid.step_s * 1000.0),
        _texts(below(at, "Columns"), plan.columns),
        _texts(below(at, "Units"), plan.units),
        Shown(below(at, "Values"), ua.Variant(rows, _V.Double, size, is_array=True)),
        _word(below(at, "Rung"), RUNG, plan.rung),
        _number(below(at, "Gap"), plan.gap),
        _number(below(at, "Bound"), math.nan if plan.bound is None else plan.bound),
        _number(below(at, "Objective"), plan.objective),
        Shown(below(at, "Made"), ua.Variant(moment(plan.made_ns), _V.DateTime)),
        _texts(below(at, "Notes"), plan.notes),
        present,
    ]


def _word(node: NodeId, words: Enumeration, word: str) -> Shown:
    if word not in words.words:
        return Shown(node, ua.Variant(None, _V.Null), _NO_DATA)
    return Shown(node, ua.Variant(words.number(word), _V.Int32))


def _text(node: NodeId, text: str) -> Shown:
    return Shown(node, ua.Variant(text, _V.String))


def _texts(node: NodeId, texts: Sequence[str]) -> Shown:
    return Shown(node, ua.Variant(list(texts), _V.String, is_array=True))


def _number(node: NodeId, value: float) -> Shown:
    if not math.isfinite(value):
        return Shown(node, ua.Variant(None, _V.Null), _NO_DATA)
    return Shown(node, ua.Variant(float(value), _V.Double))


def _count(node: NodeId, value: int) -> Shown:
    return Shown(node, ua.Variant(int(value), _V.Int64))
