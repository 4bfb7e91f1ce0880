"""Event: something that happened to a twin and that somebody may have to know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum


class Severity(IntEnum):
    """Within the bands of OPC UA Part 5 (6.4.2), 1 to 1000."""

    NOTE = 100
    WARNING = 400
    ALARM = 700
    DANGER = 900


class EventKind(StrEnum):
    """What kinds there are; `details` of each hold what its name promises."""

    START = "start"
    STOP = "stop"
    MODE = "mode"
    SWAP = "swap"
    SCHEDULE = "schedule"
    FALLBACK = "fallback"
    SOLVER = "solver"
    LINK = "link"
    MODEL = "model"
    RESIDUAL = "residual"
    DIAGNOSIS = "diagnosis"
    LIMIT = "limit"
    GUARD = "guard"
    LATE = "late"
    CHECKPOINT = "checkpoint"
    AUDIT = "audit"
    SERVICE = "service"


@dataclass(frozen=True)
class Event:
    """`number` counts up from 1 within a run; `time_ns` UTC; `source` is the site path it
    concerns (`hts`, `hts.hex_dhs`, empty: the site). `condition` names an alarm that lasts, and
    `active` whether it holds from now on; an event without condition is over at once. `details`
    are numbers, texts and truth values."""

    number: int
    time_ns: int
    kind: EventKind
    source: str
    severity: Severity
    text: str
    condition: str = ""
    active: bool = False
    details: Mapping[str, float | str | bool] = field(default_factory=dict)
