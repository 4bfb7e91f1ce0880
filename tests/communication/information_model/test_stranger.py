"""What somebody finds who knows the standard and the names of our types, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rami.communication.information_model import (
    TYPES,
    NodeId,
    NodeSet,
    ObjectNode,
    Range,
    UnitInformation,
    VariableNode,
)
from rami.communication.information_model import standard as ua
from rami.communication.information_model.references import CONNECTED_TO, CONTROLLED_BY, FLOWS_TO
from rami.communication.information_model.type_set import type_set
from tests.communication.sites import reference_declaration, reference_model


@dataclass(frozen=True)
class Stranger:
    """Browses: types, references, names of our types; no identifier of an instance."""

    nodes: NodeSet

    def type_named(self, name: str) -> NodeId:
        (found,) = [
            n.id for n in self.nodes.nodes.values() if n.name == (TYPES, name) and "Type" in name
        ]
        return found

    def things(self, name: str) -> Iterator[NodeId]:
        """Objects of a type and of its subtypes, below Objects."""
        wanted = set(self._subtypes(self.type_named(name)))
        for node in self.nodes.of(ObjectNode):
            if self.nodes.type_of(node.id) in wanted and self._below_objects(node.id):
                yield node.id

    def _subtypes(self, of: NodeId) -> Iterator[NodeId]:
        yield of
        for below in self.nodes.targets(of, ua.HAS_SUBTYPE):
            yield from self._subtypes(below)

    def _below_objects(self, node: NodeId) -> bool:
        while (up := self.nodes.parent_of(node)) is not None:
            node = up.source
        return node == ua.OBJECTS

    def value(self, node: NodeId, *path: str) -> object:
        found = self.nodes.child(node, *path)
        assert found is not None, (node, path)
        variable = self.nodes.nodes[found]
        assert isinstance(variable, VariableNode)
        return variable.value

    def shown(self, node: NodeId) -> str:
        return self.nodes.nodes[node].shown


def _stranger() -> Stranger:
    return Stranger(type_set().joined(reference_model().nodes))


def test_every_exchanger_with_its_networks_power_and_unit() -> None:
    stranger = _stranger()
    found = {}
    for exchanger in stranger.things("HeatExchangerType"):
        power = stranger.nodes.child(exchanger, "Measurements", "P")
        assert power is not None
        unit = stranger.value(power, "EngineeringUnits")
        assert isinstance(unit, UnitInformation)
        networks = stranger.nodes.targets(exchanger, CONNECTED_TO)
        kinds = {stranger.nodes.type_of(n) for n in networks}
        assert kinds == {stranger.type_named("NetworkType")}
        found[stranger.shown(exchanger)] = {stranger.shown(n) for n in networks}, unit.shown
    declared = reference_declaration()["twins"]["hts"]["components"]
    assert found == {
        name: ({part["primary"].split(".")[-1], part["secondary"].split(".")[-1]}, "kW")
        for name, part in declared.items()
        if part["kind"] == "heat_exchanger"
    }


def test_layer_temperatures_of_every_storage() -> None:
    stranger = _stranger()
    series_type = stranger.type_named("PointSeriesType")
    for storage in stranger.things("HeatStorageType"):
        measured = stranger.nodes.child(storage, "Measurements")
        assert measured is not None
        (layers,) = [
            part
            for part in stranger.nodes.targets(measured, ua.HAS_COMPONENT)
            if stranger.nodes.type_of(part) == series_type
        ]
        ordered = stranger.nodes.targets(layers, ua.HAS_ORDERED_COMPONENT)
        assert len(ordered) == 24
        for layer in (*ordered, stranger.nodes.child(layers, "Values")):
            assert layer is not None
            unit = stranger.value(layer, "EngineeringUnits")
            assert isinstance(unit, UnitInformation)
            assert (unit.number, unit.shown) == (4408652, "°C")
            assert isinstance(stranger.value(layer, "EURange"), Range)


def test_water_leads_from_the_storage_to_every_other_component_of_its_circuit() -> None:
    stranger = _stranger()
    (storage,) = stranger.things("HeatStorageType")
    twin = stranger.nodes.parent_of(storage)
    assert twin is not None
    reached, waiting = {storage}, [storage]
    while waiting:
        at = waiting.pop()
        for target in stranger.nodes.targets(at, FLOWS_TO):
            if target not in reached:
                reached.add(target)
                waiting.append(target)
    exchangers = set(stranger.things("HeatExchangerType"))
    assert exchangers < reached


def test_what_sets_the_flow_of_an_exchanger() -> None:
    stranger = _stranger()
    movers = {*stranger.things("PumpType"), *stranger.things("ValveType")}
    for exchanger in stranger.things("HeatExchangerType"):
        controlling = stranger.nodes.targets(exchanger, CONTROLLED_BY)
        assert len(controlling) == 2
        assert movers.issuperset(controlling)
