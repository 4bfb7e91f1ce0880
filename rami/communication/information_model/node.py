"""Nodes of an information model, one class for each NodeClass that we use (Part 3, 5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from rami.communication.information_model.access import Access, access_level
from rami.communication.information_model.node_id import Name, NodeId
from rami.communication.information_model.standard import DOUBLE
from rami.communication.information_model.values import Rank, Value


@dataclass(frozen=True)
class Node:
    """What every node has. `display` is the browse name's text where it is empty."""

    id: NodeId
    name: Name
    description: str = ""
    access: Access = Access.STRUCTURE
    display: str = ""

    @property
    def shown(self) -> str:
        """DisplayName."""
        return self.display or self.name.text


@dataclass(frozen=True)
class ObjectNode(Node):
    """`notifies`: clients may subscribe to its events."""

    notifies: bool = False


@dataclass(frozen=True)
class VariableNode(Node):
    """A variable or property; `historized` where the historian keeps it.

    `dimensions` are lengths by axis, 0 where a length is not fixed; empty for scalars.
    """

    data_type: NodeId = DOUBLE
    rank: Rank = Rank.SCALAR
    dimensions: tuple[int, ...] = ()
    value: Value = None
    historized: bool = False

    @property
    def access_level(self) -> int:
        """AccessLevel bits."""
        return access_level(self.access, self.historized)


@dataclass(frozen=True)
class MethodNode(Node):
    """A method; its arguments are its properties InputArguments and OutputArguments.

    `declared` is the method of the type that this one is an instance of.
    """

    declared: NodeId | None = None


@dataclass(frozen=True)
class ObjectTypeNode(Node):
    """A type of objects or events."""

    abstract: bool = False


@dataclass(frozen=True)
class ReferenceTypeNode(Node):
    """`inverse` is how it reads from the target."""

    inverse: str = ""


class EnumField(NamedTuple):
    """One value of an enumeration."""

    value: int
    name: str
    description: str = ""


@dataclass(frozen=True)
class DataTypeNode(Node):
    """An enumeration; its texts are also its property EnumStrings."""

    fields: tuple[EnumField, ...] = ()


class Reference(NamedTuple):
    """From `source` to `target`, always told forward."""

    source: NodeId
    kind: NodeId
    target: NodeId
