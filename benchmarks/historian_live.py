"""A loop of 2,000 signals with and without a historian, block by block in turns.

A step is some arithmetic on all signals and, with the historian, an append. Measured is how late
it begins after it was due (the jitter), and how long it takes.
"""

from __future__ import annotations

import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from adapters.stores.duckdb.configuration import DuckdbConfiguration
from adapters.stores.duckdb.store import DuckdbStore
from rami.core.signal import Rows, Signal
from rami.core.timegrid import NS, instant
from rami.information.historian import Pressure, StoreWriter

SIGNALS = 2_000
#: rows in memory before they become Parquet: small, so that this happens while the loop runs
IN_MEMORY = 1 << 18

_START = instant("2018-01-01T00:00Z")


class _Loop:
    def __init__(self, step_s: float) -> None:
        self.names = tuple(f"twin.component_{k:04d}.P" for k in range(SIGNALS))
        self.status = np.zeros(SIGNALS, np.uint32)
        self.random = np.random.default_rng(5)
        self.state = self.random.normal(size=SIGNALS)
        self.step_s = step_s
        self.cycle = 0

    def block(self, steps: int, historian: StoreWriter | None) -> NDArray[np.float64]:
        """Seconds from due to begun and from begun to done, shape (steps, 2)."""
        taken = np.empty((steps, 2))
        due = time.perf_counter()
        for k in range(steps):
            due += self.step_s
            time.sleep(max(0.0, due - time.perf_counter()))
            begun = time.perf_counter()
            self.state = 0.99 * self.state + self.random.normal(size=SIGNALS)
            if historian is not None:
                self.cycle += 1
                ns = _START + self.cycle * NS
                historian.append(Rows.at(self.names, ns, self.state, self.status))
            taken[k] = begun - due, time.perf_counter() - begun
        return taken


def measure(
    step_s: float, steps: int, turns: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], Pressure]:
    """Blocks with the historian, without it, and what the historian says."""
    with TemporaryDirectory() as folder:
        store = DuckdbStore(Path(folder) / "live", DuckdbConfiguration(), in_memory=IN_MEMORY)
        loop = _Loop(step_s)
        with StoreWriter(store) as historian:
            historian.declare([Signal(n, "power") for n in loop.names])
            loop.block(20, None)
            kept, bare = [], []
            for turn in range(turns):
                for on in (True, False) if turn % 2 else (False, True):
                    if on:
                        kept.append(loop.block(steps, historian))
                        historian.settled(historian.append(Rows.none()))
                    else:
                        bare.append(loop.block(steps, None))
            pressure = historian.pressure()
        if pressure.written != turns * steps * SIGNALS or pressure.dropped:
            raise RuntimeError(f"rows are missing: {pressure}")
    return np.concatenate(kept), np.concatenate(bare), pressure
