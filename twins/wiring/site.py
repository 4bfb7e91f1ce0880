"""Wires all twins of a site and couples them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from rami.asset.border import Border
from rami.asset.component import Component
from rami.asset.exchange import Exchange
from rami.asset.network import Network
from rami.asset.topology import Coupling, Link, SiteTopology, TwinKind, TwinTopology
from rami.core.errors import ConfigurationError, Problem
from rami.core.wording import did_you_mean
from twins.wiring.circuit import wire_circuit
from twins.wiring.draft import Draft
from twins.wiring.supply import wire_supply


@dataclass(frozen=True)
class DeclaredTwin:
    """What the site file says of one twin, before wiring.

    `template` is `standard` or `none` (only explicit links and the networks' lines).
    """

    kind: TwinKind
    networks: Mapping[str, Network]
    components: Mapping[str, Component]
    links: tuple[Link, ...] = ()
    template: Literal["standard", "none"] = "standard"


def wire_site(name: str, twins: Mapping[str, DeclaredTwin]) -> SiteTopology:
    """The complete topology; stations (hts) come first, as they are stepped.

    Raises ConfigurationError when a template does not fit what is declared.
    """
    networks = {f"{t}.{n}": net for t, d in twins.items() for n, net in d.networks.items()}

    def foreign(path: str) -> Network:
        if path not in networks:
            raise ConfigurationError(
                [Problem("", f"no network {path!r}", did_you_mean(path, networks))]
            )
        return networks[path]

    order = sorted(twins, key=lambda t: twins[t].kind != "hts")
    wired: dict[str, TwinTopology] = {}
    for twin in order:
        d = twins[twin]
        draft = Draft(twin, d.kind, d.networks, d.components, d.links, foreign)
        if d.template == "none":
            for network in d.networks:
                draft.lines(network)
        elif d.kind == "hts":
            wire_circuit(draft)
        else:
            wire_supply(draft)
        wired[twin] = draft.done()
    couplings = _couple(wired)
    return SiteTopology(
        name, wired, tuple(couplings), {t: tuple(d.components) for t, d in twins.items()}
    )


def _couple(wired: dict[str, TwinTopology]) -> list[Coupling]:
    couplings = []
    for twin in list(wired):
        for border, c in wired[twin].of(Border).items():
            other, _, network = c.network.partition(".")
            give: Literal["flow", "return"] = "return" if c.taken_from == "flow" else "flow"
            take_line, give_line = f"{network}_{c.taken_from}", f"{network}_{give}"
            exchange = f"{twin}_{border.removesuffix('_border')}"
            there = wired[other]
            components = dict(there.components)
            components[exchange] = Exchange(
                network=network, taken_from=c.taken_from, partner=f"{twin}.{border}"
            )
            wired[other] = TwinTopology(
                other,
                there.kind,
                there.networks,
                components,
                (*there.links, Link(f"{take_line}.at", f"{give_line}.at", exchange)),
            )
            couplings.append(Coupling(twin, border, other, network, exchange, take_line, give_line))
    return couplings
