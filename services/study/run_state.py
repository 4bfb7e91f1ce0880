"""A run's state as bytes, and the rows it has recorded, whole or piece by piece.

A state holds plant, controllers, schedule and sums, and the rows from an interval on. In a long
run rows are appended to a file as intervals end (`rows`), and states leave out what is there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rami.core.errors import DataError
from rami.core.snapshot import Snapshot, array_bytes
from rami.functional.schedule import Schedule

if TYPE_CHECKING:
    from services.study.season_run import SeasonRun

VERSION = 1


def save(run: SeasonRun, since: int = 0) -> bytes:
    """State at the end of an exchange step; rows of the intervals before `since` are left out."""
    parts = {f"loop.{name}": part for name, part in run.loop.save().items()}
    parts |= {f"limits.{twin}": limits.save() for twin, limits in run.limits.items()}
    for twin, order in run.orders.items():
        parts[f"order.{twin}"] = order.save(run.interval, run.reach)
    parts["scheduled"] = array_bytes(run.schedules.rows(run.interval, run.reach))
    parts["rows"] = _rows(run, since, run.interval, run.sample)
    if run.schedule is not None:
        parts["schedule"] = run.schedule.to_bytes()
    if run.foresight is not None:
        parts["foresight"] = run.foresight.save()
    plain = {
        "set_up": _set_up(run),
        "interval": run.interval,
        "sample": run.sample,
        "begun": run.begun,
        "reach": run.reach,
        "since": since,
        "schedules": run.schedules.plain(),
    }
    return Snapshot("run", VERSION, plain, parts).to_bytes()


def restore(run: SeasonRun, state: bytes) -> None:
    """Go back to a saved state; the rows that it leaves out are given to `refill` before.

    Raises DataError when it belongs to a run of another time or set-up.
    """
    found = Snapshot.from_bytes(state, "run", VERSION)
    plain, parts = found.plain, found.parts
    if plain["set_up"] != _set_up(run):
        raise DataError(
            f"this state belongs to another run: wanted {_set_up(run)}, got {plain['set_up']}"
        )
    refill(run, parts["rows"])
    head = "loop."
    run.loop.restore({n[len(head) :]: p for n, p in parts.items() if n.startswith(head)})
    for twin, limits in run.limits.items():
        limits.restore(parts[f"limits.{twin}"])
    run.interval, run.sample, run.begun = plain["interval"], plain["sample"], plain["begun"]
    run.reach = plain["reach"]
    for twin, order in run.orders.items():
        order.restore(run.interval, parts[f"order.{twin}"])
    run.schedules.restore(plain["schedules"])
    run.schedules.refill(run.interval, found.array("scheduled"))
    run.schedule = Schedule.from_bytes(parts["schedule"]) if "schedule" in parts else None
    if run.schedule is not None:
        run.loop.resume(run.schedule)
    if run.foresight is not None:
        run.foresight.restore(parts["foresight"], run.horizon)


def rows(run: SeasonRun, first: int, last: int) -> bytes:
    """What intervals `first` to `last` (without it), all over, have recorded."""
    return _rows(run, first, last, 0)


def refill(run: SeasonRun, piece: bytes) -> None:
    """Put back what `rows` gave."""
    found = Snapshot.from_bytes(piece, "rows", VERSION)
    first = found.plain["first"]
    for twin, recorder in run.loop.recorders.items():
        names = ("means", "registers", "watch")
        recorder.refill(first, {n: found.array(f"{twin}.{n}") for n in names})
    for twin, limits in run.limits.items():
        limits.refill(first, found.array(f"{twin}.limits"))
    run.schedules.refill(first, found.array("scheduled"))


def _rows(run: SeasonRun, first: int, last: int, sample: int) -> bytes:
    samples = last * run.loop.steps.samples + sample
    parts = {"scheduled": array_bytes(run.schedules.rows(first, last))}
    for twin, recorder in run.loop.recorders.items():
        for name, table in recorder.rows(first, last, samples).items():
            parts[f"{twin}.{name}"] = array_bytes(table)
    for twin, limits in run.limits.items():
        parts[f"{twin}.limits"] = array_bytes(limits.rows(first, last))
    return Snapshot("rows", VERSION, {"first": first, "last": last}, parts).to_bytes()


def _set_up(run: SeasonRun) -> dict[str, list[int] | list[str] | int]:
    """What must be the same in a run that goes on from a state."""
    grid, steps = run.data.grid, run.loop.steps
    return {
        "grid": [grid.start_ns, grid.step_ns, grid.count],
        "samples": steps.samples,
        "control_steps": steps.substeps,
        "period": run.period,
        "horizon": run.horizon,
        "twins": list(run.loop.recorders),
    }
