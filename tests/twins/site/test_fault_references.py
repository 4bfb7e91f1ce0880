"""Names that lead nowhere or to something else."""

from __future__ import annotations

import pytest

from tests.twins.site.conftest import Told

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
    # references
    ("secondary: iess.hnlt", "secondary: hnlt", "hex_hnlt.secondary", "mean 'iess.hnlt'?"),
    ("condenser: circuit.return", "condenser: circuit.flow", "hp.condenser", "no return line"),
    ("condenser: circuit.return", "condenser: ring.return", "hp.condenser", "no network 'ring'"),
    ("across: circuit", "across: iess.hnht", "hs.across", "belongs to another twin"),
    ("evaporator: iess.cn", "evaporator: circuit", "hp.evaporator", "hts's own network"),
    ("storage: hs\n", "storage: hp\n", "ih.storage", "'hp' is a heat_pump"),
    (
        "kind: cooling_tower, network: cn",
        "kind: cooling_tower, network: hnlt",
        "network",
        "heating",
    ),
    ("kind: boiler, network: hnht", "kind: boiler, network: cn", "boiler_hnht.network", "cooling"),
    ("kind: boiler, network: hnht", "kind: boiler, network: electricity", "network", "no network"),
    # links
    (_LINKS, _links("from: hp.out, to: circuit_flow.at"), "links[0].from", "no port 'hp.out'"),
    (
        _LINKS,
        _links("from: circuit_flow.at, to: circuit_return.at, device: hs"),
        "links[0].device",
        "a heat_storage sets no flow",
    ),
    (
        _LINKS,
        _links("from: circuit_flow.at, to: circuit_return.at, device: hp_pum"),
        "links[0].device",
        "no component 'hp_pum'",
    ),
    (
        _LINKS,
        _links("from: circuit_flow.at, to: circuit_return.at, device: hex_hnlt_valve"),
        "links[0].device",
        "sets the flow of 2 links",
    ),
    (
        _LINKS,
        _links(
            "from: circuit_flow.at, to: hs.top",
            "from: circuit_flow.at, to: hs.top",
            "from: hs.bottom, to: circuit_return.at",
        ),
        "components.hs",
        "several links meet",
    ),
    (_LINKS, _links("form: circuit_flow.at, to: hs.top"), "links[0].form", "did you mean 'from'?"),
    # models from elsewhere
    (_FMU, _variables("hp.v: {name: a}"), "variables", "no point 'hp.v' in hts"),
    (
        _FMU,
        _variables("hp.P_el: {name: a, unit: K}"),
        "variables.hp.P_el.unit",
        "unit 'K' does not",
    ),
    (_FMU, _variables("hp.u: {name: a}, ih.u: {name: a}"), "variables.ih.u.name", "both write"),
    (_FMU, _FMU.replace("{kind: fmu}", "{kind: fmu, path: nowhere.fmu}"), "model.path", "no file"),
]


@pytest.mark.parametrize(("old", "new", "path", "words"), CASES)
def test_fault(old: str, new: str, path: str, words: str, told: Told) -> None:
    told(old, new, path, words)
