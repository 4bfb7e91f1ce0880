"""How groups, variables and methods are laid out, alike in types and in what is of them."""

from __future__ import annotations

from collections.abc import Mapping

from rami.communication.information_model import standard as ua
from rami.communication.information_model.access import Access
from rami.communication.information_model.groups import Group, Variable, access_of
from rami.communication.information_model.kind_points import Series
from rami.communication.information_model.methods import OUTPUTS, Method
from rami.communication.information_model.node import MethodNode, ObjectNode, VariableNode
from rami.communication.information_model.node_id import TYPES, UA, Name, NodeId, of_types
from rami.communication.information_model.node_set import Draft
from rami.communication.information_model.units import UNBOUNDED, unit_information, usual_range
from rami.communication.information_model.values import Argument, Range, Rank, Value
from rami.core.points import Point

FUNCTIONAL_GROUP_TYPE = of_types("FunctionalGroupType")
POINT_SERIES_TYPE = of_types("PointSeriesType")


def below(parent: NodeId, name: str) -> NodeId:
    """Id of a part: its parent's, then `/` and its browse name; the site's own parts begin so."""
    path = "" if parent.identifier == "/" else parent.identifier
    return NodeId(parent.namespace, f"{path}/{name}")


class Layout:
    """Adds to a draft; `typed`: parts get modelling rules, and no values of things."""

    def __init__(self, draft: Draft, typed: bool) -> None:
        self.draft = draft
        self.typed = typed

    def rule(self, optional: bool = False) -> NodeId | None:
        """The modelling rule of a part of a type; none for a part of a thing."""
        if not self.typed:
            return None
        return ua.OPTIONAL if optional else ua.MANDATORY

    def group(self, owner: NodeId, group: Group, optional: bool = False) -> NodeId:
        """A functional group of `owner`; the one that is there already."""
        at = below(owner, group.value)
        if at not in self.draft.nodes:
            node = ObjectNode(at, Name(TYPES, group.value))
            self.draft.add(node, owner, definition=FUNCTIONAL_GROUP_TYPE, rule=self.rule(optional))
        return at

    def groups(
        self,
        owner: NodeId,
        contents: Mapping[Group, tuple[Variable, ...]],
        values: Mapping[str, Value] | None = None,
    ) -> None:
        """Groups with their variables; `values` by the names of fixed ones."""
        for group, variables in contents.items():
            at = self.group(owner, group)
            for variable in variables:
                self.variable(at, variable, (values or {}).get(variable.name))

    def variable(self, parent: NodeId, variable: Variable, value: Value = None) -> NodeId:
        """A variable or property of a group."""
        rank = variable.rank
        node = VariableNode(
            below(parent, variable.name),
            Name(TYPES, variable.name),
            variable.description,
            variable.access,
            data_type=variable.data_type,
            rank=rank,
            dimensions=(0,) * max(0, rank),
            value=value,
            historized=variable.historized,
        )
        if variable.fixed:
            by, definition = ua.HAS_PROPERTY, ua.PROPERTY_TYPE
        else:
            by, definition = ua.HAS_COMPONENT, ua.BASE_DATA_VARIABLE_TYPE
        self.draft.add(node, parent, by, definition, self.rule(variable.optional))
        if variable.unit:
            unit = unit_information(variable.unit)
            self.property(node.id, "EngineeringUnits", ua.EU_INFORMATION, unit)
        return node.id

    def property(
        self,
        owner: NodeId,
        name: str,
        data_type: NodeId,
        value: Value,
        namespace: str = UA,
        access: Access = Access.STRUCTURE,
        rank: Rank = Rank.SCALAR,
    ) -> NodeId:
        """A property with a value that does not change."""
        node = VariableNode(
            below(owner, name),
            Name(namespace, name),
            access=access,
            data_type=data_type,
            rank=rank,
            dimensions=(len(value),) if isinstance(value, tuple) else (),
            value=value,
        )
        return self.draft.add(node, owner, ua.HAS_PROPERTY, ua.PROPERTY_TYPE, self.rule())

    def point(
        self,
        parent: NodeId,
        at: NodeId,
        name: Name,
        point: Point,
        optional: bool = False,
        by: NodeId = ua.HAS_COMPONENT,
        access: Access | None = None,
        historized: bool = True,
    ) -> NodeId:
        """A variable with unit and range for a point."""
        node = VariableNode(
            at,
            name,
            point.description or point.quantity.replace("_", " "),
            access_of(point) if access is None else access,
            historized=historized,
        )
        self.draft.add(node, parent, by, ua.ANALOG_UNIT_RANGE_TYPE, self.rule(optional))
        self.analog(at, point.unit, usual_range(point))
        return at

    def series(
        self, parent: NodeId, series: Series, namespace: str, optional: bool = False
    ) -> NodeId:
        """The object of a series with its array; its points are added apart."""
        first = series.points[0]
        at = below(parent, series.name)
        node = ObjectNode(
            at, Name(namespace, series.name), f"{first.description or series.stem}, and so on"
        )
        self.draft.add(node, parent, definition=POINT_SERIES_TYPE, rule=self.rule(optional))
        length = 0 if self.typed else len(series.points)
        values = VariableNode(
            below(at, "Values"),
            Name(TYPES, "Values"),
            f"all of {series.stem} in their order",
            access_of(first),
            rank=Rank.ARRAY,
            dimensions=(length,),
        )
        self.draft.add(values, at, definition=ua.ANALOG_UNIT_RANGE_TYPE, rule=self.rule())
        self.analog(values.id, first.unit, usual_range(first))
        return at

    def method(self, owner: NodeId, method: Method, declared: NodeId | None = None) -> NodeId:
        """A method with its arguments."""
        at = below(owner, method.name)
        node = MethodNode(
            at, Name(TYPES, method.name), method.description, method.access, declared=declared
        )
        self.draft.add(node, owner, rule=self.rule())
        inputs = tuple(i.argument for i in method.inputs)
        if inputs:
            self._arguments(at, "InputArguments", inputs)
        self._arguments(at, "OutputArguments", OUTPUTS)
        return at

    def _arguments(self, method: NodeId, name: str, arguments: tuple[Argument, ...]) -> None:
        self.property(method, name, ua.ARGUMENT, arguments, rank=Rank.ARRAY)

    def figure(self, parent: NodeId, at: NodeId, name: Name, unit: str) -> NodeId:
        """A variable for a key figure or balance; it has no bounds."""
        node = VariableNode(at, name, access=Access.MEASUREMENT, historized=True)
        return self._unbounded(parent, node, unit)

    def planned(self, owner: NodeId, name: Name, unit: str) -> NodeId:
        """An array by step of the schedule, in the owner's group Strategy."""
        group = self.group(owner, Group.STRATEGY)
        about = "as planned, by step of the schedule"
        node = VariableNode(
            below(group, name.text), name, about, Access.SCHEDULE, rank=Rank.ARRAY, dimensions=(0,)
        )
        return self._unbounded(group, node, unit)

    def _unbounded(self, parent: NodeId, node: VariableNode, unit: str) -> NodeId:
        at = node.id
        self.draft.add(node, parent, ua.HAS_COMPONENT, ua.ANALOG_UNIT_RANGE_TYPE, self.rule())
        self.analog(at, unit, UNBOUNDED)
        return at

    def analog(self, variable: NodeId, unit: str, span: Range) -> None:
        """Unit and range; a type leaves the range open."""
        self.property(variable, "EngineeringUnits", ua.EU_INFORMATION, unit_information(unit))
        self.property(variable, "EURange", ua.RANGE, None if self.typed else span)
