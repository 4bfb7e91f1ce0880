"""What one resource manager has told since it connected, checked against what it told before."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from s2python.common import (
    ControlType,
    InstructionStatusUpdate,
    PowerForecast,
    PowerMeasurement,
    ResourceManagerDetails,
    RevokeObject,
)
from s2python.frbc import (
    FRBCActuatorStatus,
    FRBCFillLevelTargetProfile,
    FRBCLeakageBehaviour,
    FRBCStorageStatus,
    FRBCSystemDescription,
    FRBCTimerStatus,
    FRBCUsageForecast,
)
from s2python.message import S2Message
from s2python.ombc import OMBCStatus, OMBCSystemDescription, OMBCTimerStatus
from s2python.pebc import PEBCEnergyConstraint, PEBCPowerConstraints

from rami.core.timegrid import NS, instant

#: a resource manager's clock may be this much ahead
AHEAD_NS = 300 * NS
#: measurements and energy constraints that are kept
MEASURED, CONSTRAINTS = 20_000, 100
T = TypeVar("T")

#: by control type: messages of a resource manager that belong to it
OF_TYPE: Mapping[ControlType, tuple[type[Any], ...]] = {
    ControlType.FILL_RATE_BASED_CONTROL: (
        FRBCSystemDescription,
        FRBCActuatorStatus,
        FRBCStorageStatus,
        FRBCLeakageBehaviour,
        FRBCUsageForecast,
        FRBCFillLevelTargetProfile,
        FRBCTimerStatus,
    ),
    ControlType.POWER_ENVELOPE_BASED_CONTROL: (PEBCPowerConstraints, PEBCEnergyConstraint),
    ControlType.OPERATION_MODE_BASED_CONTROL: (OMBCSystemDescription, OMBCStatus, OMBCTimerStatus),
}


@dataclass
class Told:
    """The newest of each kind; `running` are (mode, factor) of actuators as they are now."""

    details: ResourceManagerDetails | None = None
    control: ControlType = ControlType.NO_SELECTION
    newest: dict[type[Any], Any] = field(default_factory=dict)
    running: dict[UUID, tuple[str, float]] = field(default_factory=dict)
    measured: deque[tuple[int, Mapping[str, float]]] = field(
        default_factory=lambda: deque(maxlen=MEASURED)
    )
    energy: dict[UUID, PEBCEnergyConstraint] = field(default_factory=dict)
    ordered: dict[UUID, str] = field(default_factory=dict)

    def last(self, kind: type[T]) -> T | None:
        """The newest message of a kind."""
        found: T | None = self.newest.get(kind)
        return found

    def take(self, message: S2Message, now_ns: int) -> str:
        """Keep it; else why not."""
        why = self._fault(message, now_ns)
        if why:
            return why
        if isinstance(message, PowerMeasurement):
            values = {v.commodity_quantity.value: v.value for v in message.values}
            self.measured.append((instant(message.measurement_timestamp), values))
        elif isinstance(message, FRBCActuatorStatus):
            self.running[message.actuator_id] = (
                str(message.active_operation_mode_id), message.operation_mode_factor,
            )  # fmt: skip
        elif isinstance(message, OMBCStatus):
            mode = _written(message.active_operation_mode_id)
            self.running[UUID(int=0)] = (mode, message.operation_mode_factor)
        elif isinstance(message, PEBCEnergyConstraint):
            self.energy[message.id] = message
        elif isinstance(message, InstructionStatusUpdate):
            self.ordered[message.instruction_id] = message.status_type.value
        elif isinstance(message, RevokeObject):
            self._revoke(message)
        else:
            if isinstance(message, FRBCSystemDescription | OMBCSystemDescription):
                self.running.clear()
            self.newest[type(message)] = message
        return ""

    def _fault(self, message: S2Message, now_ns: int) -> str:
        if isinstance(message, PowerMeasurement):
            late = instant(message.measurement_timestamp) > now_ns + AHEAD_NS
            return "it was measured in the future" if late else ""
        if isinstance(message, PowerForecast | FRBCUsageForecast | FRBCFillLevelTargetProfile):
            end = (
                instant(message.start_time) + sum(e.duration.root for e in message.elements) * 10**6
            )
            return "it is over" if end <= now_ns else ""
        if isinstance(message, FRBCSystemDescription):
            return _store_fault(message)
        if isinstance(message, FRBCActuatorStatus):
            return self._actuator_fault(message)
        if isinstance(message, OMBCStatus):
            known = self.last(OMBCSystemDescription)
            ids = [m.id for m in known.operation_modes] if known else []
            return _running_fault(message.active_operation_mode_id, ids, message)
        if isinstance(message, PEBCEnergyConstraint) and message.id not in self.energy:
            return "too many energy constraints" if len(self.energy) >= CONSTRAINTS else ""
        if isinstance(message, PEBCEnergyConstraint):
            return "" if message.valid_until > message.valid_from else "it ends before it begins"
        if isinstance(message, InstructionStatusUpdate):
            return "" if message.instruction_id in self.ordered else "no instruction of that id"
        return ""

    def _actuator_fault(self, message: FRBCActuatorStatus) -> str:
        known = self.last(FRBCSystemDescription)
        for actuator in known.actuators if known else ():
            if actuator.id == message.actuator_id:
                ids = [m.id for m in actuator.operation_modes]
                return _running_fault(message.active_operation_mode_id, ids, message)
        return "no actuator of that id was described"

    def _revoke(self, message: RevokeObject) -> None:
        gone = message.object_id
        self.energy = {i: e for i, e in self.energy.items() if str(i) != str(gone)}
        for kind in (PEBCPowerConstraints,):
            held = self.newest.get(kind)
            if held is not None and str(held.id) == str(gone):
                del self.newest[kind]
        if message.object_type.value.endswith("SystemDescription"):
            self.newest.pop(FRBCSystemDescription, None)
            self.newest.pop(OMBCSystemDescription, None)


def _store_fault(message: FRBCSystemDescription) -> str:
    inside = message.storage.fill_level_range
    if inside.start_of_range >= inside.end_of_range:
        return "the range of fill levels is empty"
    seen = [a.id for a in message.actuators]
    return "two actuators have the same id" if len(set(seen)) < len(seen) else ""


def _running_fault(mode: object, known: list[UUID], message: Any) -> str:
    if _written(mode) not in map(str, known):
        return "no operation mode of that id was described"
    return "" if 0 <= message.operation_mode_factor <= 1 else "a factor is from 0 to 1"


def _written(key: object) -> str:
    """An id as text; some of s2-python's classes leave it in a wrapper (OMBC.Status)."""
    return str(getattr(key, "root", key))
