"""What every check gets: the file's nodes, the parts that fit, names, and where faults go."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from rami.asset.component import Component
from twins.site.faults import Faults
from twins.site.node import Node, Path
from twins.site.parts import Parts

C = TypeVar("C", bound=Component)


@dataclass(frozen=True)
class TwinNames:
    """Names in one twin with the kind written beside each, whether it fits the schema or not."""

    kind: str
    networks: Mapping[str, str]
    components: Mapping[str, str]


@dataclass(frozen=True)
class Case:
    """One file under check."""

    root: Node
    parts: Parts
    faults: Faults

    @cached_property
    def names(self) -> Mapping[str, TwinNames]:
        """All names that the file gives to twins, networks and components."""
        found = {}
        for twin, node in children(self.root, "twins"):
            networks = {n: word(c, "kind", "heating") for n, c in children(node, "networks")}
            components = {n: word(c, "kind") for n, c in children(node, "components")}
            found[twin] = TwinNames(word(node, "kind"), networks, components)
        return found

    def of(self, kind: type[C]) -> Iterator[tuple[Path, str, C]]:
        """(path, twin, component) of a kind, over the components that fit."""
        for twin, declared in self.parts.twins.items():
            for name, component in declared.components.items():
                if isinstance(component, kind):
                    yield ("twins", twin, "components", name), twin, component

    def wired_by_hand(self, twin: str) -> frozenset[str]:
        """Components that the twin's explicit links touch."""
        links = self.parts.twins[twin].links
        return frozenset(end.split(".")[0] for k in links for end in (k.from_, k.to))


def children(node: Node, key: str) -> Iterator[tuple[str, Node]]:
    """Entries of the mapping under a key; none where it is no mapping."""
    if isinstance(node.value, dict):
        below = node.value.get(key)
        if below is not None and isinstance(below.value, dict):
            yield from below.value.items()


def word(node: Node, key: str, default: str = "") -> str:
    """The text under a key; the default where there is none."""
    if isinstance(node.value, dict) and key in node.value:
        value = node.value[key].value
        return value if isinstance(value, str) else ""
    return default
