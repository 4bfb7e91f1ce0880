"""The parties of a district, each made with its own data alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rami.asset.district.declaration import District
from rami.core.frame import Values
from rami.functional.district.stock import Stock
from services.negotiation.actors.buildings import BuildingsService
from services.negotiation.actors.network import NetworkService
from services.negotiation.actors.supply import ProductionService, StationService


def consumers(declared: District, stock: Stock, owner: str) -> BuildingsService:
    """An owner's buildings."""
    return BuildingsService(
        declared.district, owner, stock.of(owner), tuple(declared.network.sections),
        declared.step / 3600, declared.weather.error, declared.market.heat_tariff,
    )  # fmt: skip


def rows(stock: Stock, owner: str) -> NDArray[np.intp]:
    """Places of an owner's groups among all."""
    return np.array([i for i, own in enumerate(stock.owners) if own == owner])


def network(declared: District, stock: Stock) -> NetworkService:
    """The network's owner: he knows what comes back at each section's end."""
    return NetworkService(
        declared.district, declared.network, declared.step / 3600,
        0.6 * declared.market.heat_tariff, declared.production.el_buy,
        _back(stock, len(declared.network.sections)),
    )  # fmt: skip


def station(declared: District, name: str) -> StationService:
    """An industrial station."""
    return StationService(declared.district, name, declared.surplus[name], declared.step / 3600)


def production(declared: District) -> ProductionService:
    """The producer."""
    return ProductionService(
        declared.district, declared.production, declared.market, declared.per_day,
        declared.step / 3600,
    )  # fmt: skip


def _back(s: Stock, sections: int) -> Values:
    """Return temperature at each section's end: mean of its groups by hot demand."""
    weight = np.bincount(s.section, s.loss, sections)
    heat = np.bincount(s.section, s.loss * s.return_temperature, sections)
    mean = float((s.loss * s.return_temperature).sum() / s.loss.sum())
    return np.where(weight > 0, heat / np.maximum(weight, 1e-9), mean)
