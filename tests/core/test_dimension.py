"""Dimensions agree with the table of units, and compound units with their parts."""

from __future__ import annotations

import pytest

from rami.core.dimension import NUMBER, Dimension, of_quantity, readings, written
from rami.core.units import CANONICAL, allowed, convert


@pytest.mark.parametrize("quantity", list(CANONICAL))
def test_every_unit_of_a_quantity_has_its_dimension(quantity: str) -> None:
    dimension, base = of_quantity(quantity)
    for unit in allowed(quantity):
        mine = [r for r in readings(unit) if r[0] == dimension]
        assert len(mine) == 1, (quantity, unit)
        _, factor, offset = mine[0]
        assert 7.0 * factor + offset == pytest.approx(convert(7.0, unit, quantity) * base)


@pytest.mark.parametrize(
    ("compound", "same"),
    [
        ("kW*h", "kWh"),
        ("EUR/kW/h", "EUR/kWh"),
        ("kgCO2e/kW/h", "kg/kWh"),
        ("1/s*kg", "kg/s"),
        ("kW/m3*m3", "kW"),
    ],
)
def test_a_compound_is_what_its_parts_are(compound: str, same: str) -> None:
    dimension, factor, _ = next(readings(compound))
    assert any(d == dimension and f == pytest.approx(factor) for d, f, _ in readings(same))


def test_a_constant_with_unit() -> None:
    heat_capacity, value = written("4.19 kJ/kg/K")
    power = heat_capacity * of_quantity("mass_flow")[0] * of_quantity("temperature_difference")[0]
    assert power == of_quantity("power")[0]
    assert value == pytest.approx(4.19)
    assert written("5 K")[1] == 5.0
    assert not written("5 K")[0].absolute
    assert written("20 degC") == (of_quantity("temperature")[0], 20.0)
    assert written("0.5")[0] == NUMBER


@pytest.mark.parametrize("text", ["five kW", "5 kWx", "5 kW//h", "5 degC/h", ""])
def test_what_is_no_constant_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"unit|number"):
        written(text)


def test_emissions_are_not_water() -> None:
    assert written("1 kgCO2e")[0] != written("1 kg")[0]


def test_written_out() -> None:
    assert str(of_quantity("energy_price")[0]) == "EUR/kW/s"
    assert str(NUMBER) == "1"
    assert str(Dimension() / of_quantity("time")[0]) == "1/s"
