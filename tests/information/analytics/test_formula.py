"""Formulas: what reads, what is refused and why."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rami.core.dimension import of_quantity
from rami.information.analytics.formula import FormulaError, names_in, read_formula

NAMES = {
    name: of_quantity(quantity)[0]
    for name, quantity in {
        "hts.hp.P_th": "power",
        "hts.hp.P_el": "power",
        "hts.hp.E_th": "energy",
        "hts.hp.E_el": "energy",
        "iess.hnht_flow.T": "temperature",
        "iess.hnht_return.T": "temperature",
        "iess.pump.m": "mass_flow",
        "price_da": "energy_price",
    }.items()
}


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("hts.hp.P_th / hts.hp.P_el", "1"),
        ("total(hts.hp.E_th) / total(hts.hp.E_el)", "1"),
        ("iess.pump.m * '4.19 kJ/kg/K' * (iess.hnht_flow.T - iess.hnht_return.T)", "MW"),
        ("hts.hp.E_el * price_da", "EUR"),
        ("total(integral(hts.hp.P_el) * price_da) / total(hts.hp.E_el)", "EUR/MWh"),
        ("where(hts.hp.P_el > '10 kW', hts.hp.P_th, 0)", "kW"),
        ("where(hts.hp.P_el > 0 and not_used < 1, 1, 0)", "1"),
        ("max(iess.hnht_flow.T, '90 degC')", "degC"),
        ("iess.hnht_flow.T + '3 K'", "degC"),
        ("mean(iess.hnht_flow.T) - iess.hnht_flow.T", "K"),
        ("-(hts.hp.P_th ** 2) / hts.hp.P_el", "W"),
        ("1 - hts.hp.P_el / hts.hp.P_th", "%"),
    ],
)
def test_reads(text: str, unit: str) -> None:
    dimensions = {**NAMES, "not_used": of_quantity("share")[0]}
    formula = read_formula(text, unit, dimensions)
    assert set(formula.names) == set(names_in(text))


@pytest.mark.parametrize(
    ("text", "unit", "what"),
    [
        ("hts.hp.P_th + iess.pump.m", "kW", "do not add up"),
        ("hts.hp.P_th", "kWh", "the formula gives kW"),
        ("hts.hp.P_thh", "kW", "did you mean 'hts.hp.P_th'"),
        ("iess.hnht_flow.T * 2", "degC", "cannot be multiplied"),
        ("iess.hnht_flow.T + iess.hnht_return.T", "degC", "do not add up"),
        ("total(hts.hp.P_el)", "kW", r"wanted total\(integral\(hts.hp.P_el\)\)"),
        ("hts.hp.P_th ** 0.5", "kW", "whole power"),
        ("hts.hp.P_th ** 99", "kW", "whole power"),
        ("hts.hp.P_th if 1 else 2", "kW", "may not stand"),
        ("__import__('os').system('true')", "1", "may not stand|no function"),
        ("(lambda: 1)()", "1", "no function"),
        ("[1 for x in hts]", "1", "may not stand"),
        ("hts.hp.P_th; 1", "1", "does not read"),
        ("where(hts.hp.P_th, 1, 2)", "1", "no condition"),
        ("where(hts.hp.P_th in hts.hp.P_el, 1, 2)", "1", "wanted one of <"),
        ("where(hts.hp.P_th > iess.pump.m, 1, 2)", "1", "do not mix"),
        ("min(hts.hp.P_th)", "kW", "two or more"),
        ("abs(hts.hp.P_th, 1)", "kW", "takes 1 argument"),
        ("total(x=hts.hp.E_th)", "kWh", "takes 1 argument"),
        ("hts.hp.P_th // 2", "kW", "wanted one of"),
        ("True", "1", "may not stand"),
        ("1e400", "1", "above"),
        ("9" * 1000, "1", "above|may not stand|does not read"),
        ("1" + "+1" * 1500, "1", "at most 2000"),
        ("(" * 900 + "1" + ")" * 900, "1", "does not read"),
        ("'5 bananas'", "kW", "no unit 'bananas'"),
        ("hts.hp.P_th", "kilowatt", "no unit 'kilowatt'"),
    ],
)
def test_refused_with_the_reason(text: str, unit: str, what: str) -> None:
    with pytest.raises(FormulaError, match=what):
        read_formula(text, unit, NAMES)


@given(st.text(max_size=60))
def test_any_text_reads_or_is_refused_in_words(text: str) -> None:
    try:
        read_formula(text, "1", NAMES)
    except FormulaError as error:
        assert str(error)


@pytest.mark.parametrize(
    "text", ["-" * 1900 + "price_da", "+".join(["price_da"] * 200), "'1e999 kW'", "'nan kW'"]
)
def test_hostile_texts_are_refused_in_words(text: str) -> None:
    with pytest.raises(FormulaError, match=r"nested deeper than 100|not a finite number"):
        read_formula(text, "kW", NAMES)
