"""Rule: all that is done to one signal, resolved to numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf

from rami.information.quality.settings import Engine, FillMethod, How
from rami.information.quality.subject import Subject


@dataclass(frozen=True)
class Rule:
    """Everything that is done to one signal, in canonical units and seconds; `inf` and None
    leave a check out. `origins` says of each part where it comes from."""

    signal: Subject
    low: float = -inf
    high: float = inf
    likely_low: float = -inf
    likely_high: float = inf
    rate: float = inf
    spike: float | None = None
    spike_least: float = 0.0
    spike_width: int = 3
    day_pattern: bool = True
    stuck_s: float = inf
    stuck_tolerance: float = 0.0
    stuck_habit: bool = True
    resting: tuple[float, ...] = ()
    cumulative: bool = False
    modulus: float = inf
    fall: float = 0.0
    growth_max: float = inf
    zone: str | None = None
    period_s: float | None = None
    stale_s: float = inf
    fill: FillMethod = "none"
    longest_s: float = 0.0
    step_s: float | None = None
    how: How = "mean"
    weight: str | None = None
    coverage: float = 0.75
    engine: Engine = "own"
    skip: frozenset[str] = frozenset()
    origins: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class RuleFault:
    """What is wrong with the rule of a pattern; `keys` lead from the rule to the place."""

    pattern: str
    keys: tuple[str, ...]
    what: str
    hint: str = ""
