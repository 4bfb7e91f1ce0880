"""Further sources: series that the site reads, each from one of them, in units that measure it."""

from __future__ import annotations

from collections.abc import Iterator

from rami.asset.consumer import Consumer
from rami.asset.heat_exchanger import HeatExchanger
from rami.core.units import allowed
from rami.core.wording import did_you_mean
from rami.information.series import Figure, figure_of, quantity_of
from twins.site.checks.case import Case, children, word
from twins.site.node import Node, Path

_BETWEEN = (Figure.HEAT_DRAW, Figure.HEAT_FEED_IN)


def check_external(case: Case) -> None:
    """Every series named is one the site reads; none comes from two further sources."""
    giver: dict[str, str] = {}
    read = {**_needed(case), **dict.fromkeys(_figures(case))}
    for name, entry in children(case.root, "external"):
        path: Path = ("external", name)
        source = entry.value.get("source") if isinstance(entry.value, dict) else None
        nodes = dict(children(source, "nodes")) if source else {}
        mapped = source is not None and isinstance(source.value, dict) and "nodes" in source.value
        for place, series in _given(entry):
            at = (*path, "gives", place)
            if series in giver:
                case.faults.add(at, f"{series} comes from external.{giver[series]} already")
            giver.setdefault(series, name)
            if series not in read and not _weather(series) and case.parts.business is not None:
                case.faults.add(at, f"nothing reads {series!r}", hint=did_you_mean(series, read))
            elif mapped and series not in nodes:
                what = f"{series} has no node"
                case.faults.add(at, what, hint="map it under source.nodes, with node and unit")
        for series, node in nodes.items():
            _unit(case, (*path, "source", "nodes", series), series, node, read.get(series))
    _own_calculation(case, giver)


def given(case: Case) -> frozenset[str]:
    """All series that further sources give."""
    entries = children(case.root, "external")
    return frozenset(series for _, entry in entries for _, series in _given(entry))


def _given(entry: Node) -> Iterator[tuple[int, str]]:
    below = entry.value.get("gives") if isinstance(entry.value, dict) else None
    if below is not None and isinstance(below.value, list):
        for place, item in enumerate(below.value):
            if isinstance(item.value, str):
                yield place, item.value


def _needed(case: Case) -> dict[str, str | None]:
    """Series that a site of this kind reads, with their quantity."""
    business = case.parts.business
    found = {n: quantity_of(n) for n in ("temp_air", "temp_wet", "price_da")}
    found |= {s.name: s.quantity for s in (business.series() if business else ())}
    found |= {consumer.demand: "power" for _, _, consumer in case.of(Consumer)}
    return found


def _weather(series: str) -> bool:
    """Series everyone knows: somebody may forecast by them."""
    known = quantity_of(series) is not None
    return known and figure_of(series) is None and not series.startswith("P_")


def _figures(case: Case) -> Iterator[str]:
    """Figures of the networks that a station meets: what somebody can make use of."""
    owner_of = {t: o for o, twins in _owners(case).items() for t in twins}
    for network in _met(case):
        twin = network.partition(".")[0]
        own = any(owner_of.get(s) == owner_of.get(twin) for s in _stations(case))
        for figure in Figure:
            between = figure in _BETWEEN
            if (between and own) or (figure is Figure.COST and not own):
                continue
            yield figure.of(network)


def _met(case: Case) -> list[str]:
    """Heating networks of other twins behind the exchangers of stations."""
    sides = [s for _, _, h in case.of(HeatExchanger) for s in (h.primary, h.secondary)]
    found = []
    for side in dict.fromkeys(s for s in sides if "." in s):
        twin, _, network = side.partition(".")
        if twin in case.names and case.names[twin].networks.get(network) == "heating":
            found.append(side)
    return found


def _stations(case: Case) -> list[str]:
    return list(dict.fromkeys(twin for _, twin, _ in case.of(HeatExchanger)))


def _owners(case: Case) -> dict[str, tuple[str, ...]]:
    return dict(case.parts.business.owners) if case.parts.business else {}


def _unit(case: Case, path: Path, series: str, node: Node, known: str | None) -> None:
    quantity = known or quantity_of(series)
    unit = word(node, "unit")
    if quantity and unit and unit not in allowed(quantity):
        case.faults.add(
            (*path, "unit"),
            f"unit {unit!r} does not measure {series} ({quantity.replace('_', ' ')})",
            wanted=f"one of {', '.join(allowed(quantity))}",
        )


def _own_calculation(case: Case, giver: dict[str, str]) -> None:
    """With `cost_basis: ems`: what no source is declared for."""
    strategy = case.parts.strategy
    if strategy is None or getattr(strategy, "cost_basis", "") != "ems":
        return
    wanted = [n for n in _figures(case) if n.startswith(f"{Figure.COST.value}.")]
    wanted += [Figure.EMISSION.of(n.partition(".")[2]) for n in wanted]
    lacking = [n for n in wanted if n not in giver]
    if not lacking:
        return
    unless = "" if getattr(case.parts.data, "kind", "") == "synthetic" else ", unless `data` has it"
    case.faults.warn(
        ("strategy", "cost_basis"),
        f"no further source gives {', '.join(lacking)}: own calculation (eq. 1-3) stands in"
        f"{unless}",
        hint="declare one under `external`",
    )
