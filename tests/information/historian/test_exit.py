"""A program that ends without closing its historian."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from adapters.stores.duckdb.configuration import DuckdbConfiguration
from tests.conftest import REPOSITORY

PROGRAM = """
import sys
from pathlib import Path
import numpy as np
from adapters.stores.duckdb.configuration import DuckdbConfiguration
from rami.core.signal import Rows, Signal
from rami.information.historian import StoreWriter

historian = StoreWriter(DuckdbConfiguration().open(Path(sys.argv[1])))
historian.declare([Signal("a", "power")])
for k in range(500):
    historian.append(Rows.of_series("a", np.array([k]), np.array([1.0])))
"""


def test_what_waits_is_written(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path)], cwd=REPOSITORY, capture_output=True
    )
    assert (ended.returncode, ended.stderr) == (0, b"")
    store = DuckdbConfiguration().open(tmp_path)
    assert store.stats().rows == 500
    store.close()
