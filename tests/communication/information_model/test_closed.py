"""Whatever is declared: the model is closed, and holds each point and each edge once."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings

from rami.asset.graph import twin_graph
from rami.asset.kinds import kinds
from rami.asset.topology import SiteTopology
from rami.communication.information_model import (
    NodeId,
    ObjectNode,
    SiteModel,
    Told,
    VariableNode,
    site_model,
)
from rami.communication.information_model import standard as ua
from rami.communication.information_model.kind_points import members, series_of
from rami.communication.information_model.node_set import NodeSet
from rami.communication.information_model.references import (
    CONTROLLED_BY,
    FLOWS_TO,
    SIMULATED_BY,
)
from rami.communication.information_model.type_set import types_of
from rami.core.points import Point, PointIndex
from tests.communication.consistency import faults
from tests.communication.sites import (
    all_types,
    reference_model,
    reference_site,
    sites,
    with_solar_field,
)
from tests.models.solar_field import SolarField

Edge = tuple[str, str]


def _path(model: SiteModel, site: SiteTopology, node: NodeId) -> str:
    return site.name if node == model.ids.site else str(node.identifier)


def _told(site: SiteTopology) -> Told:
    return Told(simulated_by=dict.fromkeys(site.twins, "fmu"), plants=list(site.twins)[:1])


@given(site=sites())
@settings(max_examples=8)
def test_any_site_gives_a_closed_model(site: SiteTopology) -> None:
    _closed(site)


@pytest.mark.soak
@given(site=sites())
@settings(max_examples=300)
def test_hundreds_of_sites_do(site: SiteTopology) -> None:
    _closed(site)


def _closed(site: SiteTopology) -> None:
    model = site_model(site, _told(site))
    assert faults(all_types().joined(model.nodes)) == []
    _every_point_once(site, model)
    _every_edge_once(site, model)
    again = site_model(site, _told(site)).nodes
    assert list(again.nodes.items()) == list(model.nodes.nodes.items())
    assert again.references == model.nodes.references


def _every_point_once(site: SiteTopology, model: SiteModel) -> None:
    nodes = model.nodes
    listed = [v for twin in site.twins for v in model.variables[twin]]
    assert len(set(listed)) == len(listed)
    for twin, topology in site.twins.items():
        for point, at in zip(topology.points.points, model.variables[twin], strict=True):
            node = nodes.nodes[at]
            assert isinstance(node, VariableNode)
            assert node.id.identifier == f"{twin}.{point.name}"
            assert node.name.text == point.name.partition(".")[2]
            assert nodes.type_of(at) == ua.ANALOG_UNIT_RANGE_TYPE
            unit = nodes.nodes[nodes.child(at, "EngineeringUnits")]  # type: ignore[index]
            assert isinstance(unit, VariableNode)
            assert unit.value is not None
    doubles = {
        n.id for n in nodes.of(VariableNode) if nodes.type_of(n.id) == ua.ANALOG_UNIT_RANGE_TYPE
    }
    arrays = {a.variable for twin in site.twins for a in model.arrays[twin]}
    beside = {v for t in (*model.residuals.values(), *model.advice.values()) for v in t.values()}
    assert doubles - set(listed) == arrays | beside


def _every_edge_once(site: SiteTopology, model: SiteModel) -> None:
    graph = twin_graph(site, dict.fromkeys(site.twins, "fmu"))
    wanted: dict[str, list[Edge]] = {}
    for a, b, kind in graph.edges(data="kind"):
        wanted.setdefault(kind, []).append((a, b))
    nodes = model.nodes
    things = {model.ids.site if n == site.name else model.ids.path(n): n for n in graph}
    assert set(things) <= set(nodes.nodes)
    contained = [
        (_path(model, site, r.target), _path(model, site, r.source))
        for r in nodes.references
        if r.kind == ua.HAS_COMPONENT and r.source in things and r.target in things
    ]
    assert sorted(contained) == sorted(wanted["part_of"])
    flows = []
    for connection in nodes.of(ObjectNode):
        if connection.id not in things and nodes.sources(connection.id, FLOWS_TO):
            (start,) = nodes.sources(connection.id, FLOWS_TO)
            (end,) = nodes.targets(connection.id, FLOWS_TO)
            flows.append((str(start.identifier), str(end.identifier)))
    assert Counter(flows) == Counter(wanted.get("flows_to", []))
    assert sum(r.kind == FLOWS_TO for r in nodes.references) == 2 * len(flows)
    for kind, name in ((CONTROLLED_BY, "controlled_by"), (SIMULATED_BY, "simulated_by")):
        found = [
            (str(r.source.identifier), str(r.target.identifier))
            for r in nodes.references
            if r.kind == kind
        ]
        assert sorted(found) == sorted(set(wanted.get(name, [])))


def test_the_types_alone_are_closed() -> None:
    assert faults(types_of(kinds())) == []
    assert faults(all_types()) == []


def test_a_broken_model_is_noticed() -> None:
    model = reference_model().nodes
    whole = types_of(kinds()).joined(model)
    assert faults(whole) == []
    unit = model.child(model.nodes[next(iter(model.nodes))].id, "Control", "State")
    for spoilt in (
        _without(whole, unit),
        replace(whole, references=whole.references[:-1]),
        replace(whole, references=(*whole.references, whole.references[0])),
    ):
        assert faults(spoilt)


def _without(nodes: NodeSet, gone: NodeId | None) -> NodeSet:
    return replace(
        nodes,
        nodes={k: v for k, v in nodes.nodes.items() if k != gone},
        references=tuple(r for r in nodes.references if gone not in r),
    )


@given(site=sites())
@settings(max_examples=20)
def test_components_have_the_points_that_their_type_promises(site: SiteTopology) -> None:
    for twin in site.twins.values():
        for component in twin.components.values():
            told = members(type(component))
            own = {p.name for p in component.points()}
            assert {m.point.name for m in told if m.always} <= own
            assert own <= {m.point.name for m in told}


def test_what_a_backend_adds_to_the_declared_points_has_a_place() -> None:
    site = with_solar_field(reference_site())
    twin = next(iter(site.twins))
    more = (
        Point("field.E_sun", "energy", cumulative=True),
        Point("balance.stored", "energy", description="stored"),
    )
    points = PointIndex([*site.twins[twin].points.points, *more])
    model = site_model(site, Told(points={twin: points}))
    assert faults(all_types().joined(model.nodes)) == []
    assert len(model.variables[twin]) == len(points)
    for owner, name in ((f"{twin}.field", "E_sun"), (twin, "balance.stored")):
        found = model.nodes.child(model.ids.path(owner), "Balancing", name)
        assert found == model.variables[twin][points[name if owner == twin else f"field.{name}"]]


def test_layers_stand_in_a_series_with_an_array() -> None:
    model = reference_model()
    (array,) = model.arrays["hts"]
    series = model.nodes.parent_of(array.variable)
    assert series is not None
    ordered = model.nodes.targets(series.source, ua.HAS_ORDERED_COMPONENT)
    assert [n.identifier for n in ordered] == [f"hts.hs.T_{i}" for i in range(1, 25)]
    assert tuple(model.variables["hts"][i] for i in array.places) == ordered


def test_columns_of_the_schedule_stand_where_they_belong() -> None:
    model = reference_model()
    assert faults(all_types().joined(model.nodes)) == []
    assert {name: at.identifier for name, at in model.planned.items()} == {
        "hts.hex_hnht.P": "hts.hex_hnht/Strategy/P",
        "hts.circuit.T_flow": "hts.circuit/Strategy/T_flow",
        "hts.T_flow": "hts/Strategy/T_flow",
        "price": "/Strategy/price",
    }


@pytest.mark.parametrize(
    ("names", "series"),
    [
        (("T_1", "T_2", "P"), {"T": 2}),
        (("T_1",), {}),
        (("T_2", "T_3"), {}),
        (("a_1", "b1", "a_2", "b2", "b3"), {"a": 2, "b": 3}),
    ],
)
def test_numbered_points_are_a_series(names: tuple[str, ...], series: dict[str, int]) -> None:
    points = tuple(Point(n, "temperature") for n in names)
    found, alone = series_of(points)
    assert {s.stem: len(s.points) for s in found} == series
    assert len(alone) + sum(series.values()) == len(points)


class NeedsMore(SolarField):
    """A kind whose points depend on what its fields alone do not tell."""

    table: dict[str, float]

    def points(self) -> tuple[Point, ...]:
        return (Point(min(self.table), "power"),)


def test_a_kind_that_does_not_tell_its_points_has_a_type_all_the_same() -> None:
    assert members(NeedsMore) == ()
    assert members(SolarField)
