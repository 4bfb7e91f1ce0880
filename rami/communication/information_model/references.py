"""Our reference types; all are non-hierarchical."""

from __future__ import annotations

from typing import Final

from rami.communication.information_model.node_id import NodeId, of_types

FLOWS_TO: Final = of_types("FlowsTo")
CONTROLLED_BY: Final = of_types("ControlledBy")
SIMULATED_BY: Final = of_types("SimulatedBy")
CONNECTED_TO: Final = of_types("ConnectedTo")

#: how each reads from its target, and what it says
REFERENCE_TYPES: Final[dict[NodeId, tuple[str, str]]] = {
    FLOWS_TO: (
        "FlowsFrom",
        "Water flows from a component into a connection, and from that to another.",
    ),
    CONTROLLED_BY: ("Controls", "Another component sets the flow into this one."),
    SIMULATED_BY: ("Simulates", "A backend gives this twin its simulated values."),
    CONNECTED_TO: ("Connects", "The component is declared between or at these networks."),
}
