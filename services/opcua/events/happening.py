"""What happened, as clients may select fields of it (Part 5, 6.4; Part 9)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from asyncua import ua

from rami.communication.information_model.access import Access

_NULL = ua.Variant()


@dataclass(frozen=True, slots=True)
class Happening:
    """`kind` is its event type, `lineage` that type with all it descends from. `fields` are
    variants by browse path (`AckedState/Id`). `places` are the objects that notify of it,
    `access` the class of nodes that somebody must get events of to get this one. `condition` is
    its ConditionId."""

    kind: Any
    lineage: frozenset[Any]
    fields: Mapping[str, Any]
    places: tuple[Any, ...]
    access: Access = Access.STRUCTURE
    condition: Any = None

    def field(self, path: str) -> Any:
        """A variant; null for what this event does not have."""
        return self.fields.get(path, _NULL)


class Lineage:
    """Supertypes of event types, looked up once in an address space."""

    def __init__(self, aspace: Any) -> None:
        self._aspace = aspace
        self._known: dict[Any, frozenset[Any]] = {}

    def of(self, kind: Any) -> frozenset[Any]:
        """The type and all it descends from; empty for what is no node."""
        known = self._known.get(kind)
        if known is None:
            known = self._known[kind] = frozenset(self._walk(kind))
        return known

    def _walk(self, kind: Any) -> set[Any]:
        found: set[Any] = set()
        here = kind
        while here is not None and here in self._aspace and here not in found:
            found.add(here)
            here = next(
                (
                    r.NodeId
                    for r in self._aspace[here].references
                    if not r.IsForward and r.ReferenceTypeId == _HAS_SUBTYPE
                ),
                None,
            )
        return found


_HAS_SUBTYPE = ua.NodeId(ua.ObjectIds.HasSubtype)
