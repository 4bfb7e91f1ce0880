"""What a kWh of an owner's CHP electricity is worth (the bracket of eq. 3)."""

from __future__ import annotations

import numpy as np

from rami.information.prices import Array, OwnerPrices


def own_use_share(generation_kw: Array, own_load_kw: Array) -> Array:
    """Share alpha of eq. 3: the CHP electricity used on site, 1 without generation."""
    generation = np.asarray(generation_kw, float)
    load = np.maximum(own_load_kw, 0.0)
    share = np.ones(np.broadcast_shapes(generation.shape, np.shape(load)))
    np.divide(load, generation, out=share, where=generation > 1e-9)
    return np.minimum(share, 1.0)


def electricity_value(prices: OwnerPrices, generation_kw: Array, own_load_kw: Array) -> Array:
    """Value alpha c_el + (1 - alpha) r_el in EUR/kWh; c_el is the purchase avoided less the levy.

    Give the generation at full load for the value a merit order should see, or the actual
    generation for eq. 3.
    """
    share = own_use_share(generation_kw, own_load_kw)
    return share * (prices.el_buy - prices.levy) + (1 - share) * prices.el_sell
