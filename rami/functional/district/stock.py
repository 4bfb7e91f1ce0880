"""The groups of a district as arrays: one row for each group, drawn with the district's seed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rami.asset.district.buildings import Buildings
from rami.asset.district.declaration import District
from rami.core.frame import Values


@dataclass(frozen=True)
class Stock:
    """Arrays of shape (groups,) in kW, kW/K and kWh/K of the whole group; those by hour (groups,
    24). `section` is the index of the section at whose end a group hangs."""

    names: tuple[str, ...]
    owners: tuple[str, ...]
    section: NDArray[np.intp]
    dwellings: Values
    loss: Values
    quick: Values
    structure: Values
    coupling: Values
    gains: Values
    solar: Values
    hot_water: Values
    heating_max: Values
    discomfort: Values
    shift: Values
    metered: Values
    return_temperature: Values
    set_point: Values
    low: Values
    high: Values
    hot_water_shape: Values
    gains_shape: Values

    @property
    def count(self) -> int:
        """Number of groups."""
        return len(self.names)

    def of(self, owner: str) -> Stock:
        """The groups of one owner: all that he gets to see."""
        keep = [i for i, o in enumerate(self.owners) if o == owner]
        columns = {
            name: value[keep] if isinstance(value, np.ndarray) else tuple(value[i] for i in keep)
            for name, value in vars(self).items()
        }
        return Stock(**columns)  # type: ignore[arg-type]


def stock(district: District) -> Stock:
    """All groups: those of a type differ by its `spread`, and their habits by half an hour."""
    random = np.random.Generator(np.random.PCG64([district.seed, 11]))
    rows = [
        _row(name, i, kind, random)
        for name, kind in district.buildings.items()
        for i in range(kind.groups)
    ]
    columns = {
        key: tuple(r[key] for r in rows)
        if key in ("names", "owners")
        else np.array([r[key] for r in rows], float)
        for key in rows[0]
    }
    return Stock(section=_places(district, random), **columns)  # type: ignore[arg-type]


def _row(name: str, i: int, kind: Buildings, random: np.random.Generator) -> dict[str, object]:
    draw = np.exp(kind.spread * random.standard_normal(5))
    n, loss = float(kind.dwellings), kind.loss * kind.dwellings * draw[0]
    capacity = loss * kind.time_constant / 3600 * draw[1]
    # people do not get up at one hour: habits lie up to an hour apart, means between hours
    late = random.uniform(-0.5, 0.5)

    def habit(hours: list[float]) -> np.ndarray:
        own = np.array(hours[:24])
        other = np.roll(own, 1 if late > 0 else -1)
        return np.asarray((1 - abs(late)) * own + abs(late) * other)

    return {
        "names": f"{name}_{i + 1:03d}",
        "owners": kind.owner,
        "dwellings": n,
        "loss": loss,
        "quick": kind.quick * capacity,
        "structure": (1 - kind.quick) * capacity,
        "coupling": kind.coupling * loss,
        "gains": kind.gains * n * draw[2],
        "solar": kind.solar * n * draw[3],
        "hot_water": kind.hot_water * n * draw[4],
        "heating_max": kind.heating_max * n * draw[0],
        "discomfort": kind.discomfort,
        "shift": kind.shift,
        "metered": float(kind.metered),
        "return_temperature": kind.return_temperature,
        "set_point": habit(kind.set_point),
        "low": kind.low,
        "high": kind.high,
        "hot_water_shape": habit(kind.hot_water_shape),
        "gains_shape": habit(kind.gains_shape),
    }


def _places(district: District, random: np.random.Generator) -> NDArray[np.intp]:
    """Sections by their shares (largest remainders), groups dealt out at random."""
    share = np.array([s.share for s in district.network.sections.values()])
    exact = share * district.groups
    whole = np.floor(exact + 1e-9).astype(int)
    for i in np.argsort(whole - exact, kind="stable")[: district.groups - whole.sum()]:
        whole[i] += 1
    return random.permutation(np.repeat(np.arange(len(share)), whole)).astype(np.intp)
