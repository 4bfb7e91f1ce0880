"""The FMU adapter's step beside raw ctypes calls and beside `fmpy.simulate_fmu`.

The FMU has 10 inputs and 50 outputs and is built here; its own step costs under 1 us, so the
figures are those of the way to it. Every way takes a row of a table in, steps, and writes a row
of a table out.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import numpy as np

from adapters.assets.fmu.backend import FmuBackend
from adapters.assets.fmu.worker.backend import WorkerFmu
from benchmarks.bare_fmu import BareFmu, Table
from benchmarks.row import Measured, Row, below, cpu, in_turns
from benchmarks.small_fmu import INPUTS, OUTPUTS, build, build_loop

_SECONDS = 60.0


def _adapter(backend: Any, given: Table, taken: Table) -> None:
    step = backend.step
    for i in range(len(given)):
        taken[i] = step(given[i], _SECONDS)


def _against_raw(backend: Any, bare: BareFmu, given: Table, taken: Table, quick: bool) -> Measured:
    return in_turns(
        lambda: cpu(lambda: _adapter(backend, given, taken)),
        lambda: cpu(lambda: bare.raw_calls(given, taken, _SECONDS)),
        5 if quick else 41,
        scale=1e6 / len(given),
    )


def _own_process(backend: Any, fmu: Path, given: Table, taken: Table, quick: bool) -> Row:
    """Wall time that a step costs more in a process of its own, its state saved each time."""
    worker = WorkerFmu.load(fmu, INPUTS, OUTPUTS)
    some = given[: len(given) // 10]

    def wall(fmu: Any) -> float:
        begun = perf_counter()
        _adapter(fmu, some, taken)
        return perf_counter() - begun

    turns = in_turns(
        lambda: wall(worker), lambda: wall(backend), 5 if quick else 41, scale=1e6 / len(some)
    )
    worker.close()
    more = median(a - b for a, b in zip(turns.ours, turns.peers, strict=True))
    name = "small FMU in its own process: more than in ours"
    return below(name, more, "us", 200.0)


def _against_fmpy(
    backend: Any, fmu: Path, folder: Path, given: Table, taken: Table, quick: bool
) -> Measured:
    from fmpy import extract, instantiate_fmu, read_model_description, simulate_fmu

    described = read_model_description(str(fmu))
    unzipped = extract(str(fmu), str(folder / "simulated"))
    columns = [("time", float), *((name, float) for name in INPUTS.names)]
    series = np.zeros(len(given), columns)
    series["time"] = np.arange(len(given)) * _SECONDS
    for i, name in enumerate(INPUTS.names):
        series[name] = given[:, i]
    instance = instantiate_fmu(unzipped, described, "CoSimulation")

    def simulate() -> None:
        instance.reset()
        simulate_fmu(
            unzipped,
            validate=False,
            model_description=described,
            fmu_instance=instance,
            start_time=0.0,
            stop_time=len(given) * _SECONDS,
            step_size=_SECONDS,
            output_interval=_SECONDS,
            input=series,
            output=OUTPUTS.names,
            terminate=False,
        )

    return in_turns(
        lambda: cpu(lambda: _adapter(backend, given, taken)),
        lambda: cpu(simulate),
        3 if quick else 9,
        scale=1e6 / len(given),
    )


def rows(quick: bool = False) -> Iterator[Row]:
    """Own cost of the FMU, adapter / raw ctypes (goal 1.3), simulate_fmu / adapter (goal 5)."""
    given = np.random.default_rng(2019).uniform(10.0, 90.0, (5_000, len(INPUTS)))
    taken = np.empty((len(given), len(OUTPUTS)))
    expected = np.empty_like(taken)
    with TemporaryDirectory() as name:
        folder = Path(name)
        fmu, loop = build(folder), build_loop(folder)
        bare = BareFmu(fmu, folder / "bare", list(INPUTS.names), list(OUTPUTS.names))
        backend = FmuBackend.load(fmu, INPUTS, OUTPUTS)
        like_ours = FmuBackend.load(build(folder, "rami-twins"), INPUTS, OUTPUTS)

        bare.c_loop(loop, given, expected, _SECONDS)
        for each in (backend, like_ours):
            _adapter(each, given, taken)
            if not np.array_equal(taken, expected):
                raise RuntimeError("the adapter does not give what the C loop gives")

        alone = min(cpu(lambda: bare.c_loop(loop, given, taken, _SECONDS)) for _ in range(9))
        yield below("small FMU: its own step, C loop", 1e6 / len(given) * alone, "us", 1.0)
        raw = _against_raw(like_ours, bare, given, taken, quick)
        yield raw.at_most("small FMU made by rami-twins: adapter step", "us", "raw ctypes", 1.3)
        raw = _against_raw(backend, bare, given, taken, quick)
        yield raw.at_most("small FMU from elsewhere: adapter step", "us", "raw ctypes", 1.3)
        yield _own_process(backend, fmu, given, taken, quick)
        fmpy = _against_fmpy(backend, fmu, folder, given, taken, quick)
        yield fmpy.times_faster(
            "small FMU from elsewhere: step, times faster", "us", "fmpy.simulate_fmu", 5.0
        )
        bare.close()
