"""Names of nodes that never change: a namespace's URI and an identifier within it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

#: namespace 0, the standard's own
UA = "http://opcfoundation.org/UA/"
#: our types
TYPES = "urn:rami-twins:types"


class NodeId(NamedTuple):
    """`identifier` is a number in the standard's namespace and a text in ours."""

    namespace: str
    identifier: int | str

    def __str__(self) -> str:
        if isinstance(self.identifier, int):
            return f"i={self.identifier}"
        return f"nsu={self.namespace};s={self.identifier}"


class Name(NamedTuple):
    """A browse name: text qualified by the URI of a namespace."""

    namespace: str
    text: str


@dataclass(frozen=True)
class Namespace:
    """A namespace that a NodeSet defines, with its version (Part 6, F.5: ModelInfo).

    `published` is an instant in UTC, fixed for each version; `needs` the namespaces that it
    builds on besides the standard's.
    """

    uri: str
    version: str
    published: str
    needs: tuple[str, ...] = ()


def standard(number: int) -> NodeId:
    """A node of the standard."""
    return NodeId(UA, number)


def of_types(name: str) -> NodeId:
    """A node of our types."""
    return NodeId(TYPES, name)


def kind_namespace(kind: str) -> str:
    """Namespace of the type of a component kind from outside: versioned by its own owner."""
    return f"{TYPES}:{kind}"


def site_namespace(site: str) -> str:
    """Namespace of the instances of a site."""
    return f"urn:rami-twins:site:{site}"
