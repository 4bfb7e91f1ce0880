"""Plant physics: component equations in sympy, assembled per twin, built into FMI 2.0 FMUs.

`build_fmu` and `build_all` load sympy only when something has to be built.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from models.balance import BoundaryFlow, energy_balance
    from models.build import build_all, build_fmu
    from models.fmi import boundaries_of
    from models.kernel.assembly import assemble
    from models.kernel.model import Model
    from models.linear import Linearise, LinearModel, linearise
    from models.native import NativePlant
    from models.points import points_of

__all__ = [
    "BoundaryFlow",
    "LinearModel",
    "Linearise",
    "Model",
    "NativePlant",
    "assemble",
    "boundaries_of",
    "build_all",
    "build_fmu",
    "energy_balance",
    "linearise",
    "points_of",
]

_HOMES = {
    "BoundaryFlow": "models.balance",
    "LinearModel": "models.linear",
    "Linearise": "models.linear",
    "Model": "models.kernel.model",
    "NativePlant": "models.native",
    "assemble": "models.kernel.assembly",
    "boundaries_of": "models.fmi",
    "build_all": "models.build",
    "build_fmu": "models.build",
    "energy_balance": "models.balance",
    "linearise": "models.linear",
    "points_of": "models.points",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
