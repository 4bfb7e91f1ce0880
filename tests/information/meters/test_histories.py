"""Drawn histories, and an attacker who has every release and knows who is where."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.information.meters.histories import drawn


def test_drawn_histories_isolate_nobody(tmp_path: Path) -> None:
    assert sum(drawn(tmp_path / str(seed), seed, events=8) for seed in range(12)) > 20


@pytest.mark.soak
def test_many_histories_isolate_nobody(tmp_path: Path) -> None:
    for seed in range(100, 500):
        drawn(tmp_path / str(seed), seed, events=14)
