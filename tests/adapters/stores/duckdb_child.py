"""A process that writes until it is killed; run as a script.

usage: python duckdb_child.py FOLDER FIRST_BATCH IN_MEMORY COMPACT_EVERY

Prints `ready`, then the number of each batch once its write has returned. Batch n holds one row
per signal at minute n, so that what is there can be told from n alone; every third batch also
corrects one row of the batch before, every fifth brings one late row.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from adapters.stores.duckdb.configuration import DuckdbConfiguration
from adapters.stores.duckdb.store import DuckdbStore
from rami.core.signal import Rows, Signal
from rami.core.timegrid import NS, instant

NAMES = tuple(f"s{k:02d}" for k in range(40))
#: close to the end of a month, so that months close while it writes
START = instant("2019-01-31T22:00Z")
STEP = 600 * NS


def batch(n: int) -> Rows:
    """Rows of batch n, in the order of arrival."""
    places = list(range(len(NAMES)))
    times = [START + n * STEP] * len(NAMES)
    values = [n + k / 100 for k in range(len(NAMES))]
    if n % 3 == 0 and n:
        places.append(n % len(NAMES))
        times.append(START + (n - 1) * STEP)
        values.append(-float(n))
    if n % 5 == 0:
        places.append(n % len(NAMES))
        times.append(START - 10 * STEP + n)
        values.append(0.5)
    return Rows(
        NAMES,
        np.array(places, np.int32),
        np.array(times, np.int64),
        np.array(values),
        np.zeros(len(places), np.uint32),
    )


def main() -> None:
    folder, first, in_memory, compact_every = sys.argv[1:]
    store = DuckdbStore(Path(folder), DuckdbConfiguration(), in_memory=int(in_memory))
    store.declare([Signal(n, "power") for n in NAMES])
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    n = int(first)
    while True:
        store.write(batch(n))
        sys.stdout.write(f"{n}\n")
        sys.stdout.flush()
        n += 1
        if n % int(compact_every) == 0:
            store.compact()


if __name__ == "__main__":
    main()
