"""The key figures of a site file: which names they may use, in which order they are computed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rami.asset.topology import SiteTopology
from rami.core.dimension import Dimension, of_quantity, readings
from rami.core.errors import ConfigurationError, Problem
from rami.core.wording import did_you_mean
from rami.information.analytics.formula import Formula, FormulaError, names_in, read_formula
from rami.information.analytics.settings import KpiDeclaration
from rami.information.series import Series

PREFIX = "kpi."


def quantities_of_site(site: SiteTopology, series: Iterable[Series]) -> dict[str, str]:
    """Quantity of every name a formula may use.

    Points by site path, external series, and of every heating network with converters of its
    own `cost.<twin>.<network>` (eq. 3) and `emission.<twin>.<network>` (eq. 2).
    """
    names = {s.name: s.quantity for s in series}
    for twin, topology in site.twins.items():
        names.update({f"{twin}.{p.name}": p.quantity for p in topology.points.points})
        for network in heated_networks(site, twin):
            names[f"cost.{twin}.{network}"] = "energy_price"
            names[f"emission.{twin}.{network}"] = "emission_factor"
    return names


def heated_networks(site: SiteTopology, twin: str) -> list[str]:
    """Heating networks of a twin that have boilers or CHP of their own."""
    from rami.asset.boiler import Boiler
    from rami.asset.chp import Chp

    topology = site.twins[twin]
    fed = {
        c.network.removeprefix(f"{twin}.")
        for c in topology.components.values()
        if isinstance(c, Boiler | Chp)
    }
    return [n for n in topology.networks if n in fed]


def read_declared(
    declared: Mapping[str, KpiDeclaration], quantities: Mapping[str, str]
) -> dict[str, Formula]:
    """Formulas by name, each after those it uses (`kpi.<name>`).

    Raises ConfigurationError with every formula's problem: it does not read, an unknown name,
    units that do not fit, a circle of figures that use each other.
    """
    problems: list[Problem] = []
    dimensions = {name: of_quantity(q)[0] for name, q in quantities.items()}
    for name, one in declared.items():
        dimensions[PREFIX + name] = _declared_dimension(one)
    uses: dict[str, list[str]] = {}
    for name, one in declared.items():
        try:
            read_formula(one.formula, one.unit, dimensions)
            found = names_in(one.formula)
        except FormulaError as error:
            problems.append(Problem(f"kpi.{name}.formula", str(error)))
            continue
        uses[name] = [n.removeprefix(PREFIX) for n in found if n.startswith(PREFIX)]
    ordered, circle = _in_order(uses)
    if circle:
        told = ", ".join(sorted(circle))
        for name in sorted(circle):
            what = f"key figures that use each other in a circle: {told}"
            problems.append(Problem(f"kpi.{name}.formula", what))
    if problems:
        raise ConfigurationError(problems)
    return {
        name: read_formula(declared[name].formula, declared[name].unit, dimensions)
        for name in ordered
    }


def _declared_dimension(one: KpiDeclaration) -> Dimension:
    """What other formulas may take a figure for; of a unit with two meanings, its own formula's."""
    try:
        return next(readings(one.unit))[0]
    except ValueError:
        return Dimension()


def _in_order(uses: Mapping[str, list[str]]) -> tuple[list[str], set[str]]:
    ordered: list[str] = []
    waiting = dict(uses)
    while waiting:
        ready = [n for n, used in waiting.items() if not any(u in waiting for u in used)]
        if not ready:
            return ordered, set(waiting)
        ordered += ready
        for name in ready:
            del waiting[name]
    return ordered, set()


def unknown_figure(name: str, declared: Iterable[str]) -> Problem:
    """For a command that was asked for a figure nobody declared."""
    return Problem(f"kpi.{name}", "no such key figure", did_you_mean(name, list(declared)))
