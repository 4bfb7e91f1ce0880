"""What the PLC tells of itself, beside the points of the twin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from services.emulate.plc import Plc

#: folder and prefix of these points
FOLDER = "plc"


@dataclass(frozen=True)
class StatusPoint:
    """A variable of the PLC: its type in the OPC UA map, and whether it may be written."""

    name: str
    kind: Literal["UInt32", "Int32", "Double"]
    unit: str
    description: str
    writable: bool = False


POINTS = (
    StatusPoint("heartbeat", "UInt32", "1", "change it to say that the controller lives", True),
    StatusPoint("cycle", "UInt32", "1", "counts the scans"),
    StatusPoint("control", "Int32", "1", "0 base control, 1 controller, 2 safe state"),
    StatusPoint("silent", "Double", "s", "since the last sign of life of the controller"),
    StatusPoint("timeout", "Double", "s", "silence that leads to the safe state, 0: none does"),
)


def status_values(plc: Plc) -> tuple[float, ...]:
    """Their values, in the order of POINTS."""
    return (
        float(plc.heartbeat),
        float(plc.cycle % 2**32),
        float(plc.control),
        plc.silent_s,
        plc.settings.heartbeat_s or 0.0,
    )
