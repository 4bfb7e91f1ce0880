"""What `rami check` says of further sources."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.twins.site.conftest import Changes, Told
from twins.site import load_site

DATA = "data:\n  kind: synthetic\n"
NODES = '{"cost.iess.hnht": {node: "ns=2;s=C", unit: EUR/MWh}}'
OPCUA = f"kind: ems_opcua, url: opc.tcp://e, nodes: {NODES}"
HTTP = 'kind: ems_http, url: "http://e"'


def _entry(gives: str, source: str = "kind: ems_files, folder: f", more: str = "") -> str:
    return f"external:\n  ems: {{source: {{{source}}}, gives: [{gives}]{more}}}\n{DATA}"


@pytest.mark.parametrize(
    ("text", "path", "words"),
    [
        (_entry("price_dda"), "external.ems.gives[0]", "did you mean 'price_da'?"),
        (_entry("cost.iess.hnhtt"), "gives[0]", "did you mean 'cost.iess.hnht'?"),
        (_entry("cost.dhs.dhs"), "gives[0]", "nothing reads 'cost.dhs.dhs'"),
        (_entry("heat_draw.iess.hnht"), "gives[0]", "nothing reads 'heat_draw.iess.hnht'"),
        (_entry("cost.iess.cn"), "gives[0]", "nothing reads"),
        (_entry("cost.hts.circuit"), "gives[0]", "nothing reads"),
        (_entry("price_da, price_da"), "gives[1]", "comes from external.ems already"),
        (_entry(""), "external.ems.gives", "wanted 1"),
        (_entry("price_da", more=", validity: 1"), "validity", "needs a unit"),
        (_entry("price_da", more=", fallback: keep"), "fallback", "own or hold or fail"),
        (_entry("price_da", "kind: ems_filez, folder: f"), "kind", "did you mean 'ems_files'?"),
        (
            _entry("cost.iess.hnht, emission.iess.hnht", OPCUA),
            "gives[1]",
            "has no node",
        ),
        (
            _entry("cost.iess.hnht", OPCUA.replace("EUR/MWh", "kW")),
            "source.nodes.cost.iess.hnht.unit",
            "unit 'kW' does not measure",
        ),
        (_entry("price_da", f"{HTTP}, token_env: T"), "source", "use https"),
    ],
)
def test_it_is_told(told: Told, text: str, path: str, words: str) -> None:
    told(DATA, text, path, words)


def test_all_that_may_come_from_outside(changed: Callable[[Changes], Path]) -> None:
    gives = [
        *("price_da", "temp_air", "temp_wet", "P_th_dem_HNHT", "P_el_factory"),
        *(f"{f}.iess.{n}" for f in ("cost", "emission") for n in ("hnht", "hnlt")),
        *(f"max_{w}.{n}" for w in ("take", "give") for n in ("dhs.dhs", "iess.hnht")),
        *("heat_draw.dhs.dhs", "heat_feed_in.dhs.dhs", "emission.dhs.dhs"),
    ]
    site = load_site(changed({DATA: _entry(", ".join(gives), more=", validity: 90 min")}))
    assert site.external["ems"].validity == 5400.0
    assert not site.warnings


def test_a_price_series_of_ones_own_may_come_from_outside(
    changed: Callable[[Changes], Path], problems: Callable[[Changes], list[object]]
) -> None:
    other = {"series: price_da": "series: price_fix"}
    assert "no price series 'price_fix'" in str(problems(other)[0])
    load_site(changed({**other, DATA: _entry("price_fix")}))


def test_own_calculation_in_place_of_an_ems_is_a_warning(
    changed: Callable[[Changes], Path],
) -> None:
    ems = {"cost_basis: marginal": "cost_basis: ems"}
    (warned,) = load_site(changed(ems)).warnings
    assert "cost.iess.hnht, cost.iess.hnlt, emission.iess.hnht, emission.iess.hnlt" in warned.what
    given = "cost.iess.hnht, cost.iess.hnlt, emission.iess.hnht"
    (warned,) = load_site(changed({**ems, DATA: _entry(given)})).warnings
    assert "gives emission.iess.hnlt: own calculation" in warned.what
    assert not load_site(changed({**ems, DATA: _entry(given + ", emission.iess.hnlt")})).warnings
