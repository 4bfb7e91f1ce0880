"""What a plan must know of the plant's present state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import inf

from rami.asset.heat_storage import HeatStorage
from rami.asset.topology import SiteTopology


@dataclass(frozen=True)
class PlantState:
    """Paths are `twin.component` and `twin.network`.

    `content` and `hot_content` (kWh, by storage) are the content above the storage's reference
    temperature, and its part that stands at the hottest flow temperature any exchanger asks
    for (default: none). `peak` (kW, by owner) is the highest 15-min mean import so far in the
    billing year (default: that of the baseline over the horizon). `temperatures` (hot line,
    cold line; degC, by network) replace the nominal ones where a limit depends on them.
    `unavailable` names twins (`hts`) and components (`hts.hp`) that cannot be used for
    `unavailable_h` hours from the plan's start on.
    """

    content: Mapping[str, float] = field(default_factory=dict)
    hot_content: Mapping[str, float] = field(default_factory=dict)
    peak: Mapping[str, float] = field(default_factory=dict)
    temperatures: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    unavailable: frozenset[str] = frozenset()
    unavailable_h: float = inf

    @classmethod
    def nominal(cls, site: SiteTopology) -> PlantState:
        """All storages at their declared start content, nothing of it hotter than usual."""
        return cls(
            {f"{t}.{n}": s.start_content * s.content_max for t, n, s in site.of(HeatStorage)}
        )


def content_of(storage: HeatStorage, layers: Sequence[float], above: float | None = None) -> float:
    """Content in kWh from layer temperatures in degC (top first).

    With `above` only layers at least that hot count, from the top down without a gap: the hot
    part of a storage for exchangers that need that temperature.
    """
    share = storage.capacity / len(layers)
    total = 0.0
    for temperature in layers:
        if above is not None and temperature < above:
            break
        total += share * (temperature - storage.reference)
    return total
