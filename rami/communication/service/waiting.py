"""Who waits for whom: a graph of services, from what they need and what others provide."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import networkx as nx

from rami.communication.service.border import Border
from rami.communication.service.contract import Fallback, Need, Offer, ServiceDeclaration
from rami.communication.service.payload import PAYLOADS
from rami.core.errors import ConfigurationError, Problem


def gives(provider: ServiceDeclaration, need: Need) -> bool:
    """Whether one of a service's offers is what is needed."""
    if need.service not in ("*", provider.name):
        return False
    return any(_meets(offer, need) for offer in provider.provides)


def promises(provider: ServiceDeclaration, need: Need) -> bool:
    """Whether it says so: an offer about anything (`*`) promises nothing about one thing."""
    named = [o for o in provider.provides if o.subject != "*" or need.subject == "*"]
    return need.service in ("*", provider.name) and any(_meets(o, need) for o in named)


def waiting(services: Iterable[ServiceDeclaration], border: Border) -> nx.DiGraph:
    """Nodes are services, an edge leads from who provides to who needs it.

    The edge's `needs` are those it fulfils. A service does not wait for itself; one that runs on
    every message (period 0) answers and waits for nobody: its edges carry `answers`, as those of
    one that declares that it does not wait.
    """
    graph = nx.DiGraph()
    listed = sorted(services, key=lambda s: s.name)
    for service in listed:
        graph.add_node(service.name, declaration=service)
    for consumer in listed:
        for provider in listed:
            needs = [
                need
                for need in consumer.consumes
                if provider.name != consumer.name
                and gives(provider, need)
                and border.opened(need, consumer.owner, provider)
            ]
            if needs:
                answers = consumer.period_s == 0 or not consumer.waits
                graph.add_edge(provider.name, consumer.name, needs=needs, answers=answers)
    return graph


def order(graph: nx.DiGraph) -> list[list[str]]:
    """Services in the order in which they run, those side by side that wait for none of the
    others. Raises ConfigurationError that names every circle."""
    waits = nx.DiGraph()
    waits.add_nodes_from(graph.nodes)
    waits.add_edges_from((a, b) for a, b, edge in graph.edges(data=True) if not edge["answers"])
    circles = [sorted(c) for c in nx.strongly_connected_components(waits) if len(c) > 1]
    if circles:
        hint = "let one of them run on messages (`on_message: true`)"
        raise ConfigurationError(
            Problem("services", f"{_round(waits, c)} wait for each other", hint)
            for c in sorted(circles)
        )
    return [sorted(level) for level in nx.topological_generations(waits)]


def missing(graph: nx.DiGraph, service: ServiceDeclaration) -> Sequence[Need]:
    """Needs that nobody fulfils."""
    met = [n for _, _, edge in graph.in_edges(service.name, data=True) for n in edge["needs"]]
    return [need for need in service.consumes if need not in met]


def never_runs(graph: nx.DiGraph, service: ServiceDeclaration) -> Sequence[Need]:
    """Of these needs the ones for which it waits for ever."""
    return [n for n in missing(graph, service) if n.fallback is Fallback.WAIT]


def understood(offer: Offer) -> bool:
    """Whether its schema is spoken here: the same major version, any minor one."""
    own = PAYLOADS[offer.kind].version if offer.kind in PAYLOADS else ""
    return (offer.version or own).partition(".")[0] == own.partition(".")[0]


def _meets(offer: Offer, need: Need) -> bool:
    about = "*" in (need.subject, offer.subject) or offer.subject == need.subject
    return offer.kind == need.kind and about and understood(offer)


def _round(graph: nx.DiGraph, members: list[str]) -> str:
    edges = nx.find_cycle(graph.subgraph(members), members[0])
    return " -> ".join([*(edge[0] for edge in edges), str(edges[0][0])])
