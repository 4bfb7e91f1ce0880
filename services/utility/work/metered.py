"""Demand of groups with meters, by path `section.group`, and how well it is known."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from rami.core.errors import DataError, Problem
from rami.core.frame import Values
from rami.core.timegrid import TimeGrid
from rami.information.fleet.rows import FleetRules
from rami.information.meters.blocks import MIXED
from rami.information.meters.demand import Asked, Demand, FleetFigures, demand

if TYPE_CHECKING:
    from rami.core.historian import Store
    from rami.information.meters.dataset import Dataset
    from services.utility.kinds.group_demand import GroupDemandConfiguration

_PATH = re.compile(r"[A-Za-z0-9_@/-]{1,50}")
#: what is left of a section when its groups are told
REST = "rest"


@dataclass(frozen=True)
class Metered:
    """`powers` by path, kW; NaN where nothing may be told. `shares` measured, drawn, estimated of
    each path; `customers` of each; `withheld` groups that are too small to be told at all."""

    powers: dict[str, Values] = field(default_factory=dict)
    shares: dict[str, tuple[float, float, float]] = field(default_factory=dict)
    customers: dict[str, int] = field(default_factory=dict)
    withheld: int = 0
    figures: FleetFigures = field(default_factory=FleetFigures)


def metered(c: GroupDemandConfiguration, dataset: Dataset, store: Store, grid: TimeGrid) -> Metered:
    """All groups of a dataset on a grid of hours, and what is left of their sections."""
    rules = FleetRules(round(c.stuck * 1e9), round(c.drawn * 1e9))
    asked = Asked(
        c.recipient, c.register_, (c.group, c.section), grid, rules, round(c.judged * 1e9)
    )
    found = demand(dataset, store, asked)
    of_group = _sections(c, dataset, found)
    groups, sections = found.tables[c.group], found.tables[c.section]
    powers: dict[str, Values] = {}
    customers: dict[str, int] = {}
    shares: dict[str, tuple[float, float, float]] = {}
    left = {n: sections.sums[i].copy() for i, n in enumerate(sections.groups)}
    heads = {n: int(sections.customers[i].max()) for i, n in enumerate(sections.groups)}
    coverage = found.coverage(c.group)
    for i, name in enumerate(groups.groups):
        path = f"{of_group[name]}.{name}"
        powers[path], shares[path] = groups.sums[i], coverage[name]
        customers[path] = int(groups.customers[i].max())
        if of_group[name] in left:
            left[of_group[name]] -= np.nan_to_num(groups.sums[i])
            heads[of_group[name]] -= customers[path]
    of_section = found.coverage(c.section)
    for name, values in left.items():
        if heads[name] > 0 and np.isfinite(values).any():
            path = f"{name}.{REST}"
            powers[path], customers[path] = np.maximum(values, 0.0), heads[name]
            shares[path] = of_section[name]
    untold = sum(not np.isfinite(p).any() for p in powers.values())
    mixed = sum(b.labels[dataset.settings.groups.index(c.group)] == MIXED for b in found.blocks)
    return Metered(powers, shares, customers, untold + int(mixed > 0), found.figures)


def _sections(c: GroupDemandConfiguration, dataset: Dataset, found: Demand) -> dict[str, str]:
    """The section of each group. Raises DataError for a group that lies in several, and for names
    that messages cannot carry."""
    at, on = (dataset.settings.groups.index(x) for x in (c.group, c.section))
    of_group: dict[str, set[str]] = {}
    for block in found.blocks:
        if block.labels[at] != MIXED:
            of_group.setdefault(block.labels[at], set()).add(block.labels[on])
    problems = []
    for name, several in sorted(of_group.items()):
        if len(several) > 1:
            where = ", ".join(sorted(several - {MIXED})[:3])
            problems.append(Problem("", f"group {name} lies in several sections: {where}"))
        for word in (name, *several):
            if not _PATH.fullmatch(word or "_"):
                hint = "letters, digits, _ - / @, 50 at most"
                problems.append(Problem("", f"{word!r} names no group or section", hint))
    if problems:
        raise DataError(problems[:20])
    return {name: min(several) or "unplaced" for name, several in of_group.items()}
