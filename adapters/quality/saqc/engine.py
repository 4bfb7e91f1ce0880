"""A rule's checks as SaQC makes them: `engine: saqc`."""

from __future__ import annotations

from math import isfinite
from typing import Any

from adapters.quality.saqc.frames import marks, package, table
from rami.information.quality.column import Column
from rami.information.quality.rule import Rule
from rami.information.quality.stages import checks_of
from rami.information.quality.stamps import Duplicate


def equivalent_checks(rule: Rule, column: Column) -> Column:
    """Range, stuck values and spikes by `flagRange`, `flagConstants`, `flagUniLOF`.

    Spikes need the distance `least` as well. What SaQC has no test for (duplicates, registers,
    clock changes) our own checks do. Raises ConfigurationError without the package.
    """
    for check in checks_of(rule):
        if isinstance(check, Duplicate):
            column = column.graded(check.marks(column))
    with package(f"engine: saqc ({rule.signal.name})") as saqc:
        checked = saqc.SaQC(table({rule.signal.name: column}))
        checked = _checked(checked, rule)
        column = column.graded(marks(checked, rule.signal.name, column))
    for check in checks_of(rule):
        if check.reason.name in ("RESET", "CLOCK", "STALE", "RATE"):
            column = column.graded(check.marks(column))
    return column


def _checked(work: Any, rule: Rule) -> Any:
    name = rule.signal.name
    if "range" not in rule.skip and (isfinite(rule.low) or isfinite(rule.high)):
        work = work.flagRange(name, min=rule.low, max=rule.high)
    if "stuck" not in rule.skip and isfinite(rule.stuck_s):
        work = work.flagConstants(name, window=f"{rule.stuck_s:.0f}s", thresh=rule.stuck_tolerance)
    if "spike" not in rule.skip and rule.spike is not None and not rule.cumulative:
        work = work.flagUniLOF(name, min_offset=rule.spike_least or None)
    return work
