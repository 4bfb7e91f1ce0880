"""One fault at a time: what is said, and at which path."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rami.core.errors import Problem
from tests.twins.site.conftest import Changes

Problems = Callable[[Changes], list[Problem]]

_STORAGE = "      ih:\n        kind: immersion_heater\n"
_SECOND = (
    "      hs2: {kind: heat_storage, across: circuit, volume: 9 m3, power_max: 1 MW, "
    "reference: 60 degC, usable: 95 degC}\n"
)
_LINKS = "    networks:\n      # flow without"
_FMU = "    backends:\n      model: {kind: fmu}\n    networks:\n      # flow"


def _links(*links: str) -> str:
    return "    links:\n" + "".join(f"      - {{{link}}}\n" for link in links) + _LINKS


def _variables(text: str) -> str:
    return (
        f"    backends:\n      model: {{kind: fmu, variables: {{{text}}}}}\n"
        + _FMU.partition("{kind: fmu}\n")[2]
    )


CASES = [
    # keys, kinds and words
    ("version: 1", "version: 2", "version", "'2'|2 is not known"),
    ("version: 1", "version: 1\nextra: 3", "extra", "unknown key 'extra'"),
    ("  start: 2019-01-14T00:00+01:00\n", "", "clock", "key 'start' is missing"),
    ("kind: carnot,", "", "hp.cop", "key 'kind' is missing; wanted one of carnot, constant"),
    ("{kind: boiler, network: hnht", "{kind: 3, network: hnht", "boiler_hnht", "unknown kind: 3"),
    ("mode: simulate\n", "mode: control\n", "hts.mode", "wanted simulate"),
    ("      hex_hnht:", "      HEX hnht:", "components", "'HEX hnht' is no name"),
    ("engines: 2", "engines: 2.5", "chp.engines", "wanted a whole number"),
    ("seed: 2019", "seed: [1]", "data.seed", "wanted a whole number, got a list"),
    ("layers: ", "layers: 1 # ", "hs.layers", "1 is out of range; wanted at least 2"),
    ("dhs: [dhs]", "dhs: dhs", "owners.dhs", "wanted a list, got 'dhs'"),
    ("  duration: 14 d\n  step", "  duration:\n  step", "clock.duration", "got nothing"),
    # quantities
    ("power_max: 3 MW", "power_max: -3 MW", "hs.power_max", "wanted more than 0 kW"),
    ("usable: 95 degC", "usable: 95 °F", "hs.usable", "not a temperature"),
    ("start_content: 0.5", "start_content: .inf", "hs.start_content", "not a share"),
    ("approach: 4 K", "approach: 4 degC", "cooling_tower.approach", "unit 'degC'"),
    ("water: 7 t}", "water: yes}", "circuit.water", "'yes' is not a mass"),
    # references
    ("secondary: iess.hnlt", "secondary: hnlt", "hex_hnlt.secondary", "mean 'iess.hnlt'?"),
    ("condenser: circuit.return", "condenser: circuit.flow", "hp.condenser", "no return line"),
    ("condenser: circuit.return", "condenser: ring.return", "hp.condenser", "no network 'ring'"),
    ("across: circuit", "across: iess.hnht", "hs.across", "belongs to another twin"),
    ("evaporator: iess.cn", "evaporator: circuit", "hp.evaporator", "hts's own network"),
    ("storage: hs\n", "storage: hp\n", "ih.storage", "'hp' is a heat_pump"),
    ("kind: cooling_tower, network: cn", "kind: cooling_tower, network: hnlt", "network", "heating"),
    ("kind: boiler, network: hnht", "kind: boiler, network: cn", "boiler_hnht.network", "cooling"),
    ("kind: boiler, network: hnht", "kind: boiler, network: electricity", "network", "no network"),
    # layout
    ("secondary: iess.hnlt", "secondary: circuit", "hex_hnlt", "both in hts"),
    ("primary: circuit\n        secondary: iess", "primary: dhs.dhs\n        secondary: iess",
     "hex_hnlt", "both outside hts"),
    (_STORAGE, _SECOND + _STORAGE, "components.hs2", "a second storage"),
    ("95 degC, return: 60 degC, water: 7 t}\n",
     "95 degC, return: 60 degC, water: 7 t}\n      b: {flow: 9 degC, return: 6 degC, water: 1 t}\n",
     "hts.networks", "wires one circuit, got 2"),
    ("    kind: dhs", "    kind: hts", "dhs.kind", "a second heat transfer station"),
    ("      cn: {kind", "      gas: {kind", "networks.gas", "is a carrier"),
    ("      town: {kind", "      dhs_flow: {kind", "dhs_flow", "the name of a network's line"),
    ("      town: {kind", "      hts_hex_dhs_in: {kind", "hts_hex_dhs_in", "the name is taken by"),
    ("{kind: boiler, network: dhs, power: 25 MW, efficiency: 0.90, fuel_price: 29 EUR/MWh, water: 4 t}",
     "{kind: exchange, network: dhs, taken_from: flow, partner: hts.x}",
     "boiler.kind", "made by the wiring"),
    (_STORAGE, "      tank: {kind: consumer, network: circuit, demand: P_x, power: 1 MW, "
     "return_temperature: 50 degC}\n" + _STORAGE, "components.tank", "nothing is connected to in, out"),
    # temperatures
    ("return_temperature: 85 degC}", "return_temperature: 120 degC}",
     "production.return_temperature", "belongs to a network with `kind: cooling`"),
    ("demand: P_el_factory, power: 10 MW", "demand: P_el_factory, power: 10 MW, return_temperature: 5 degC",
     "factory.return_temperature", "returns no water"),
    ("usable: 95 degC", "usable: 55 degC", "hs.usable", "is not above reference"),
    ("outlet_max: 80 degC", "outlet_max: 58 degC", "hp.outlet_max", "does not lift"),
    ("source_outlet_min: 25 degC", "source_outlet_min: 33 degC", "hp.source_outlet_min", "no heat"),
    ("{flow: 95 degC, return: 60", "{flow: 95 degC, return: 98", "circuit", "must be hotter"),
    ("cold: [60 degC, 105 degC]", "cold: [60 degC, 125 degC]", "hex_hnht.design", "stay hotter"),
    # times
    ("  duration: 14 d\n  step", "  duration: 100 s\n  step", "clock.duration", "not a multiple"),
    ("strategy_period: 24 h", "strategy_period: 48 h", "clock.strategy_period", "look only 1 d ahead"),
    ("  horizon: 24 h", "  horizon: 100 min", "strategy.horizon|clock", "not a multiple|look only"),
    ("seasons:\n    winter: 2019-01-14T00:00+01:00", "seasons:\n    winter: 2019-13-14T00:00Z",
     "seasons.winter", "is not an instant"),
    ("  start: 2019-01-14T00:00+01:00", "  start: 5", "clock.start", "is not an instant"),
    # business
    ("iess: [iess, hts]", "iess: [iess]", "business.owners", "no owner has hts"),
    ("dhs: [dhs]", "dhs: [dhs, iess]", "owners.dhs", "has two owners"),
    ("buyer: iess", "buyer: ies", "heat_between_owners.buyer", "did you mean 'iess'?"),
    ("seller: dhs", "seller: iess", "heat_between_owners.seller", "trade with itself"),
    ("  heat_between_owners: {", "  # {", "business", "'heat_between_owners' is missing"),
    ("    dhs:\n      electricity", "    dsh:\n      electricity", "business.tariffs", "no tariff|no owner"),
    ("baseline: no_exchange", "baseline: constant_feed_in", "business", "go together"),
    # data
    ("kind: synthetic\n  seed: 2019", "kind: csv\n  files: [nowhere.csv]", "data.files", "no file"),
    ("kind: synthetic\n  seed: 2019",
     "kind: csv\n  files: [{file: site.yaml, columns: {price_da: {column: x, unit: MW}}}]",
     "columns.price_da.unit", "unit 'MW' does not measure price_da"),
    ("kind: synthetic\n  seed: 2019", "kind: weather", "data.kind", "unknown kind: 'weather'"),
    # links
    (_LINKS, _links("from: hp.out, to: circuit_flow.at"), "links[0].from", "no port 'hp.out'"),
    (_LINKS, _links("from: circuit_flow.at, to: circuit_return.at, device: hs"),
     "links[0].device", "a heat_storage sets no flow"),
    (_LINKS, _links("from: circuit_flow.at, to: circuit_return.at, device: hp_pum"),
     "links[0].device", "no component 'hp_pum'"),
    (_LINKS, _links("from: circuit_flow.at, to: circuit_return.at, device: hex_hnlt_valve"),
     "links[0].device", "sets the flow of 2 links"),
    (_LINKS, _links("from: circuit_flow.at, to: hs.top", "from: circuit_flow.at, to: hs.top",
                    "from: hs.bottom, to: circuit_return.at"), "components.hs", "several links meet"),
    (_LINKS, _links("form: circuit_flow.at, to: hs.top"), "links[0].form", "did you mean 'from'?"),
    # models from elsewhere
    (_FMU, _variables("hp.v: {name: a}"), "variables", "no point 'hp.v' in hts"),
    (_FMU, _variables("hp.P_el: {name: a, unit: K}"), "variables.hp.P_el.unit", "unit 'K' does not"),
    (_FMU, _variables("hp.u: {name: a}, ih.u: {name: a}"), "variables.ih.u.name", "both write"),
    (_FMU, _FMU.replace("{kind: fmu}", "{kind: fmu, path: nowhere.fmu}"), "model.path", "no file"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "path", "words"), CASES)
def test_fault(old: str, new: str, path: str, words: str, problems: Problems) -> None:
    told = problems({old: new})
    hits = [
        p
        for p in told
        if any(w in str(p) for w in words.split("|")) and any(q in p.where for q in path.split("|"))
    ]
    assert hits, [str(p) for p in told]
    assert all(p.where.count(":") >= 2 for p in told), "every problem has line and column"


def test_a_design_beyond_its_network_is_a_warning(changed: Callable[[Changes], object]) -> None:
    from twins.site import load_site

    site = load_site(str(changed({"hnht: {flow: 115 degC": "hnht: {flow: 110 degC"})))
    (warning,) = site.warnings
    assert "hex_hnht.design.hot" in warning.where
    assert "beyond iess.hnht" in warning.what
