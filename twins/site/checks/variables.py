"""Points mapped to the variables of a model from elsewhere: names, units, one writer each."""

from __future__ import annotations

from collections.abc import Mapping

from rami.asset.topology import SiteTopology, TwinTopology
from rami.core.points import Direction
from rami.core.units import allowed
from rami.core.wording import did_you_mean
from twins.site.checks.case import Case
from twins.site.node import Path

_WRITTEN = (Direction.ACTUATED, Direction.DISTURBANCE)


def check_variables(case: Case, site: SiteTopology) -> None:
    """Looks at `variables` (point -> name, unit) of any backend that has them."""
    for twin, topology in site.twins.items():
        model = case.parts.twins[twin].backends.model
        variables = getattr(model, "variables", None)
        if isinstance(variables, Mapping) and variables:
            _check(case, twin, topology, variables)


def _check(case: Case, twin: str, topology: TwinTopology, variables: Mapping[str, object]) -> None:
    writer: dict[str, str] = {}
    for name, variable in variables.items():
        path: Path = ("twins", twin, "backends", "model", "variables", name)
        if name not in topology.points:
            if case.parts.whole(twin):
                hint = did_you_mean(name, topology.points.names)
                hint = hint if hint.startswith("did") else ""
                case.faults.add(path, f"no point {name!r} in {twin}", hint=hint, at_key=True)
            continue
        point = topology.points.points[topology.points[name]]
        unit = getattr(variable, "unit", None)
        if isinstance(unit, str) and unit not in allowed(point.quantity):
            case.faults.add(
                (*path, "unit"),
                f"unit {unit!r} does not measure {name} ({point.quantity.replace('_', ' ')})",
                wanted=f"one of {', '.join(allowed(point.quantity))}",
            )
        target = getattr(variable, "name", None) or name
        if point.direction in _WRITTEN and isinstance(target, str):
            if target in writer:
                case.faults.add(
                    (*path, "name"),
                    f"{name} and {writer[target]} both write the variable {target!r}",
                    wanted="one writer for each variable",
                )
            writer.setdefault(target, name)
