"""Our enumerations: words of the core, numbered in their order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from rami.asset.live import LinkState
from rami.communication.information_model.node_id import NodeId, of_types
from rami.integration.mode import Mode


@dataclass(frozen=True)
class Enumeration:
    """A data type whose values are numbered words."""

    name: str
    description: str
    words: tuple[str, ...]

    @property
    def id(self) -> NodeId:
        """Its data type."""
        return of_types(self.name)

    def number(self, word: str) -> int:
        """The value on the wire; ValueError for a word that is not one of its own."""
        return self.words.index(word)

    def word(self, number: int) -> str:
        """What a value means; ValueError for a number that means nothing."""
        if not 0 <= number < len(self.words):
            raise ValueError(
                f"{self.name} has no value {number}; wanted 0 to {len(self.words) - 1}"
            )
        return self.words[number]


MODE: Final = Enumeration(
    "Mode", "Who is the plant, and what may reach it.", tuple(m.value for m in Mode)
)
BACKEND_KIND: Final = Enumeration(
    "BackendKind", "What a twin's values come from.", ("model", "plant")
)
LINK_STATE: Final = Enumeration(
    "LinkState", "Whether the plant can be reached.", tuple(s.value for s in LinkState)
)
RUNG: Final = Enumeration(
    "Rung",
    "Where a schedule came from, the best first.",
    ("milp", "incumbent", "rounded", "shifted", "rules"),
)
#: all of them by the id of their data type
ENUMERATIONS: Final[Mapping[NodeId, Enumeration]] = MappingProxyType(
    {e.id: e for e in (MODE, BACKEND_KIND, LINK_STATE, RUNG)}
)
