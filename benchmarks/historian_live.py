"""A loop of 2,000 signals with and without a historian, block by block in turns.

A step is some arithmetic on all signals and, with the historian, an append. Measured is how late
it begins after it was due (the jitter), and how long it takes.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from adapters.stores.duckdb.configuration import DuckdbConfiguration
from adapters.stores.duckdb.store import DuckdbStore
from rami.core.historian import Store
from rami.core.promptness import prompt
from rami.core.signal import Rows, Signal
from rami.core.timegrid import NS, instant
from rami.information.historian import Pressure, StoreWriter
from rami.information.historian.apart import StoreApart

SIGNALS = 2_000
#: rows in memory before they become Parquet: small, so that this happens while the loop runs
IN_MEMORY = 1 << 18

_START = instant("2018-01-01T00:00Z")


@dataclass(frozen=True)
class Taken:
    """Seconds from due to begun and from begun to done, shape (turns, steps, 2)."""

    kept: NDArray[np.float64]
    bare: NDArray[np.float64]
    pressure: Pressure


class _Loop:
    def __init__(self, step_s: float) -> None:
        self.names = tuple(f"twin.component_{k:04d}.P" for k in range(SIGNALS))
        self.status = np.zeros(SIGNALS, np.uint32)
        self.random = np.random.default_rng(5)
        self.state = self.random.normal(size=SIGNALS)
        self.step_s = step_s
        self.cycle = 0

    def block(self, steps: int, historian: StoreWriter | None) -> NDArray[np.float64]:
        """Shape (steps, 2)."""
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
                historian.append_at(self.names, ns, self.state, self.status)
            taken[k] = begun - due, time.perf_counter() - begun
        return taken


def _store(folder: Path, apart: bool) -> Store:
    opening: Callable[[], Store] = partial(
        DuckdbStore, folder, DuckdbConfiguration(), in_memory=IN_MEMORY
    )
    return StoreApart(opening) if apart else opening()


def measure(step_s: float, steps: int, turns: int, *, apart: bool = True) -> Taken:
    """Blocks of steps with the historian and without it, who goes first alternating.

    `apart`: the store in a process of its own, as in a live run.
    """
    with TemporaryDirectory() as folder:
        loop = _Loop(step_s)
        prompt()  # as a live run does, with a historian or without
        with StoreWriter(_store(Path(folder) / "live", apart)) as historian:
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
    return Taken(np.array(kept), np.array(bare), pressure)
