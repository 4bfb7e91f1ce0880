"""Ctrl-C while DuckDB works: the caller is stopped, as everywhere else."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from adapters.stores.duckdb.failures import exchanged, told


@pytest.mark.parametrize("context", [told, exchanged])
def test_only_an_interrupt_is_one(context: Callable[[Path], AbstractContextManager[None]]) -> None:
    with pytest.raises(KeyboardInterrupt), context(Path("history")):
        raise RuntimeError("Query interrupted")
    with pytest.raises(RuntimeError, match="of ours"), context(Path("history")):
        raise RuntimeError("a fault of ours")
