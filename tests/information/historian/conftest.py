"""A historian over a store whose writes wait at a gate."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from rami.core.errors import RunError
from rami.core.signal import Rows, Signal
from rami.information.historian import StoreWriter
from tests.information.historian.gated_store import GatedStore

Open = Callable[..., StoreWriter]


@pytest.fixture
def store() -> GatedStore:
    """Knows two signals, keeps nothing yet."""
    made = GatedStore()
    made.declare([Signal("a", "power"), Signal("b", "power")])
    return made


@pytest.fixture
def open_historian(store: GatedStore) -> Iterator[Open]:
    """Opens historians over the store and closes them after the test."""
    opened: list[StoreWriter] = []

    def opening(**settings: Any) -> StoreWriter:
        opened.append(StoreWriter(store, retry_s=0.001, retry_most_s=0.004, **settings))
        return opened[-1]

    yield opening
    store.gate.set()
    store.troubles.clear()
    for historian in opened:
        try:
            historian.close()
        except RunError:
            assert store.closed


def cycle(time: int, *values: float) -> Rows:
    """One row of `a`, and one of `b` where given."""
    names = ("a", "b")[: len(values)]
    return Rows.at(names, time, np.array(values), np.zeros(len(values), np.uint32))


def held(historian: StoreWriter, store: GatedStore, rows: Rows) -> None:
    """Let the writer take some rows and stand at the gate with them."""
    store.gate.clear()
    store.reached.clear()
    historian.append(rows)
    assert store.reached.wait(30)
