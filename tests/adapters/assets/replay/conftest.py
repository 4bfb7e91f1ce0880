"""A recording, opened."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from adapters.assets.replay.backend import ReplayBackend
from adapters.assets.replay.configuration import ReplayConfiguration
from tests.adapters.assets.replay.recorded import (
    INPUTS,
    OUTPUTS,
    PLAIN,
    Clock,
    Kept,
    Opened,
)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def opened(clock: Clock, tmp_path: Path) -> Opened:
    def open_one(
        series: Mapping[str, Any] = PLAIN, columns: str = "", **settings: Any
    ) -> ReplayBackend:
        if columns:
            (tmp_path / "columns.csv").write_text(columns, encoding="utf-8")
            settings["columns"] = "columns.csv"
        declared = ReplayConfiguration.model_validate({"run": "winter.marginal", **settings})
        backend = declared.open_live(tmp_path, "hts", INPUTS, OUTPUTS, clock, Kept(series))
        backend.open()
        return backend

    return open_one
