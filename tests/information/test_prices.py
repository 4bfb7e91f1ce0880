import numpy as np
import pytest

from rami.core.timegrid import TimeGrid
from rami.information.electricity import electricity_value, own_use_share
from rami.information.prices import HeatPrices, OwnerPrices, Prices

GRID = TimeGrid.of("2019-01-14T00:00Z", 900, 4)


def _owner(scale: float = 1.0) -> OwnerPrices:
    level = scale * np.array([0.1, 0.2, 0.3, 0.4])
    return OwnerPrices(level + 0.05, level, np.full(4, 0.02), 80.0)


def test_part_holds_the_last_row() -> None:
    heat = HeatPrices(np.arange(4.0), np.arange(4.0) / 2)
    prices = Prices(GRID, {"a": _owner()}, {("a", "b"): heat}, 0.02, 0.2, np.full(4, 0.4))
    part = prices.part(2, 4)
    assert part.grid == GRID.part(2, 4)
    assert part.owner("a").el_sell.tolist() == [0.3, 0.4, 0.4, 0.4]
    assert part.heat["a", "b"].draw.tolist() == [2.0, 3.0, 3.0, 3.0]
    assert part.carbon_cost == pytest.approx(0.004)
    assert part.owner("a").peak == 80.0


def test_grid_factor_may_be_one_number() -> None:
    prices = Prices(GRID, {}, grid_factor=np.array([0.4]))
    assert prices.grid_factor.tolist() == [0.4] * 4
    assert Prices(GRID, {}).grid_factor.tolist() == [0.0] * 4


def test_wrong_prices_are_refused() -> None:
    short = OwnerPrices(np.ones(3), np.ones(3), np.ones(3))
    with pytest.raises(ValueError, match=r"owner a.*wanted 4"):
        Prices(GRID, {"a": short})
    hole = OwnerPrices(np.array([1, np.nan, 1, 1]), np.ones(4), np.ones(4))
    with pytest.raises(ValueError, match="1 not finite"):
        Prices(GRID, {"a": hole})
    with pytest.raises(KeyError, match="did you mean 'iess'"):
        Prices(GRID, {"iess": _owner()}).owner("ies")


def test_own_use_and_value_of_electricity() -> None:
    share = own_use_share(np.array([0.0, 100, 100, 100]), np.array([50.0, 25, 200, -5]))
    assert share.tolist() == [1.0, 0.25, 1.0, 0.0]
    value = electricity_value(
        _owner(), np.array([0.0, 100, 100, 100]), np.array([50.0, 25, 200, 0])
    )
    assert value == pytest.approx([0.13, 0.25 * 0.23 + 0.75 * 0.2, 0.33, 0.4])
