"""A program with a store apart that is killed; run as a script.

usage: python apart_child.py FOLDER FIRST_BATCH

Prints the number of the store's process, then the number of each batch that is settled.
"""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

from adapters.stores.duckdb.configuration import DuckdbConfiguration
from adapters.stores.duckdb.store import DuckdbStore
from rami.core.signal import Signal
from rami.information.historian import StoreApart, StoreWriter
from tests.adapters.stores.duckdb_child import NAMES, batch


def main() -> None:
    opening = partial(DuckdbStore, Path(sys.argv[1]), DuckdbConfiguration(), in_memory=200)
    store = StoreApart(opening)
    with StoreWriter(store) as historian:
        historian.declare([Signal(n, "power") for n in NAMES])
        sys.stdout.write(f"{store.pid}\n")
        sys.stdout.flush()
        n = int(sys.argv[2])
        while True:
            assert historian.settled(historian.append(batch(n)))
            sys.stdout.write(f"{n}\n")
            sys.stdout.flush()
            n += 1


if __name__ == "__main__":
    main()
