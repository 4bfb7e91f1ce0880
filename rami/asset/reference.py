"""References: what a component's text field points at, said beside the field.

Whoever reads a site file checks every reference from this, without knowing the kinds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from rami.asset.network import CARRIERS

if TYPE_CHECKING:
    from pydantic import BaseModel

Target = Literal["network", "line", "component"]
Reach = Literal["own", "other", "any"]


@dataclass(frozen=True)
class Refers:
    """A field names a network (`hnlt`, `iess.hnlt`), a line (`circuit.return`) or a component.

    `kinds` are the kinds of network or component it may be, `lines` the lines it may name,
    `reach` in which twin it may stand, seen from the component's own, and `carriers` the
    words allowed besides.
    """

    to: Target
    kinds: tuple[str, ...] = ()
    reach: Reach = "own"
    lines: tuple[str, ...] = ()
    carriers: tuple[str, ...] = ()


HeatingNetwork = Annotated[str, Refers("network", ("heating",))]
CoolingNetwork = Annotated[str, Refers("network", ("cooling",))]
OtherNetwork = Annotated[str, Refers("network", reach="other")]
OtherCoolingNetwork = Annotated[str, Refers("network", ("cooling",), "other")]
AnyHeatingNetwork = Annotated[str, Refers("network", ("heating",), "any")]
NetworkOrCarrier = Annotated[str, Refers("network", carriers=CARRIERS[:1])]
HeatingReturn = Annotated[str, Refers("line", ("heating",), lines=("return",))]
StorageOfTwin = Annotated[str, Refers("component", ("heat_storage",))]


def references(model: type[BaseModel]) -> dict[str, Refers]:
    """The fields of a kind that point at something, by name."""
    return {
        name: mark
        for name, field in model.model_fields.items()
        for mark in field.metadata
        if isinstance(mark, Refers)
    }
