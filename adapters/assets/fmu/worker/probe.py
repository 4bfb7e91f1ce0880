"""Whether an FMU can save its state: found by going back and doing the same again.

What it declares is not believed. A state that was saved in one process must give the same
future, bit for bit, in that process after another past, and in a second process.
"""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite

from adapters.assets.fmu.worker.process import Failed, Process
from adapters.assets.fmu.worker.protocol import Ask, Shared, Spec
from adapters.assets.fmu.worker.trouble import Limits
from rami.asset.capability import Vector
from rami.core.points import Point

#: lengths of step that are tried where the FMU's own experiment names none, s
_LENGTHS = (60.0, 10.0, 1.0)
_STEPS = 2


def begin(process: Process, spec: Spec, shared: Shared, limits: Limits) -> None:
    """Load and initialise at time 0 with the points' start values; Failed."""
    shared.inputs[:] = spec.inputs.starts()
    process.ask(Ask.BEGIN, within_s=limits.load_s)


def proven(
    spec: Spec, shared: Shared, limits: Limits, fresh: Callable[[], Process]
) -> tuple[Process | None, str]:
    """A worker at its start whose FMU can save; none, and why, when that is not so.

    The state at the start stands in slot 0 then. Raises Failed when the FMU cannot be loaded.
    """
    size = spec.interface.step_size
    why = "no step could be made"
    for length in (size, *_LENGTHS) if size else _LENGTHS:
        trial = fresh()
        try:
            begin(trial, spec, shared, limits)
            try:
                trial.ask(Ask.SAVE, slot=0, within_s=limits.step_s)
                future = _future(trial, spec.inputs.starts(), shared, length, limits)
            except Failed as failed:
                why = str(failed)
                continue
            try:
                why = _same(trial, spec, shared, limits, length, future)
            except Failed as failed:
                return None, str(failed)
            if why:
                return None, why
        finally:
            trial.kill()
        return _second(spec, shared, limits, length, future, fresh)
    return None, why


def _same(
    trial: Process, spec: Spec, shared: Shared, limits: Limits, length: float, future: bytes
) -> str:
    """Go back, live another past, go back again: why that is not the same; empty if it is."""
    _back(trial, limits)
    other = _future(trial, _others(spec), shared, length, limits)
    _back(trial, limits)
    again = _future(trial, spec.inputs.starts(), shared, length, limits)
    if again != future:
        return "after going back it goes on in another way"
    half = len(future) // _STEPS
    if other == future and future[:half] == future[half:]:
        return "nothing moves in it, so that nothing can be told"
    return ""


def _second(
    spec: Spec,
    shared: Shared,
    limits: Limits,
    length: float,
    future: bytes,
    fresh: Callable[[], Process],
) -> tuple[Process | None, str]:
    second = fresh()
    try:
        begin(second, spec, shared, limits)
        try:
            _back(second, limits)
            if _future(second, spec.inputs.starts(), shared, length, limits) == future:
                _back(second, limits)
                shared.inputs[:] = spec.inputs.starts()
                return second, ""
            why = "in a second process it goes on in another way"
        except Failed as failed:
            why = f"in a second process it {failed}"
    except BaseException:
        second.kill()
        raise
    second.kill()
    return None, why


def _back(process: Process, limits: Limits) -> None:
    process.ask(Ask.RESTORE, slot=0, within_s=limits.step_s)


def _future(
    process: Process, inputs: Vector, shared: Shared, length: float, limits: Limits
) -> bytes:
    """Outputs of some steps with inputs held."""
    told = []
    for _ in range(_STEPS):
        shared.inputs[:] = inputs
        process.ask(Ask.STEP, length, within_s=limits.step_s)
        told.append(shared.outputs.tobytes())
    return b"".join(told)


def _others(spec: Spec) -> Vector:
    """Inputs other than at the start, within what is possible."""
    inputs = spec.inputs.starts()
    for place, point in enumerate(spec.inputs.points):
        inputs[place] = _other(point)
    return inputs


def _other(point: Point) -> float:
    if isfinite(point.low) and isfinite(point.high):
        middle = (point.low + point.high) / 2
        return middle if middle != point.start else (middle + point.high) / 2
    return 1.05 * point.start + 1.0
