"""Twins that cannot be wired, and temperatures that contradict each other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.twins.site.conftest import Changes, Told
from twins.site import load_site

_STORAGE = "      ih:\n        kind: immersion_heater\n"
_SECOND = (
    "      hs2: {kind: heat_storage, across: circuit, volume: 9 m3, power_max: 1 MW, "
    "reference: 60 degC, usable: 95 degC}\n"
)
CASES = [
    # layout
    ("secondary: iess.hnlt", "secondary: circuit", "hex_hnlt", "both in hts"),
    (
        "primary: circuit\n        secondary: iess",
        "primary: dhs.dhs\n        secondary: iess",
        "hex_hnlt",
        "both outside hts",
    ),
    (_STORAGE, _SECOND + _STORAGE, "components.hs2", "a second storage"),
    (
        "      circuit: {",
        "      ring: {flow: 9 degC, return: 6 degC, water: 1 t}\n      circuit: {",
        "hts.networks",
        "wires one circuit, got 2",
    ),
    ("    kind: dhs", "    kind: hts", "dhs.kind", "a second heat transfer station"),
    ("      cn: {kind", "      gas: {kind", "networks.gas", "is a carrier"),
    ("      town: {kind", "      dhs_flow: {kind", "dhs_flow", "the name of a network's line"),
    ("      town: {kind", "      hts_hex_dhs_in: {kind", "hts_hex_dhs_in", "the name is taken by"),
    (
        "      town: {",
        "      swap: {kind: exchange, network: dhs, taken_from: flow, partner: x}\n      town: {",
        "swap.kind",
        "made by the wiring",
    ),
    (
        _STORAGE,
        "      tank: {kind: consumer, network: circuit, demand: P_x, power: 1 MW, "
        "return_temperature: 50 degC}\n" + _STORAGE,
        "components.tank",
        "nothing is connected to in, out",
    ),
    # temperatures
    (
        "return_temperature: 85 degC}",
        "return_temperature: 120 degC}",
        "production.return_temperature",
        "belongs to a network with `kind: cooling`",
    ),
    (
        "demand: P_el_factory, power: 10 MW",
        "demand: P_el_factory, power: 10 MW, return_temperature: 5 degC",
        "factory.return_temperature",
        "returns no water",
    ),
    ("usable: 95 degC", "usable: 55 degC", "hs.usable", "is not above reference"),
    ("outlet_max: 80 degC", "outlet_max: 58 degC", "hp.outlet_max", "does not lift"),
    ("source_outlet_min: 25 degC", "source_outlet_min: 33 degC", "hp.source_outlet_min", "no heat"),
    ("{flow: 95 degC, return: 60", "{flow: 95 degC, return: 98", "circuit", "must be hotter"),
    ("cold: [60 degC, 105 degC]", "cold: [60 degC, 125 degC]", "hex_hnht.design", "stay hotter"),
]


@pytest.mark.parametrize(("old", "new", "path", "words"), CASES)
def test_fault(old: str, new: str, path: str, words: str, told: Told) -> None:
    told(old, new, path, words)


def test_a_design_beyond_its_network_is_a_warning(changed: Callable[[Changes], Path]) -> None:
    site = load_site(changed({"hnht: {flow: 115 degC": "hnht: {flow: 110 degC"}))
    (warning,) = site.warnings
    assert "hex_hnht.design.hot" in warning.where
    assert "beyond iess.hnht" in warning.what
