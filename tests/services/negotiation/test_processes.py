"""`rami negotiate --over bus`: a broker and one process of the system for each owner."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from services.cli.negotiate_over_bus import over_bus
from tests.adapters.buses.broker import program


@pytest.mark.soak
def test_owners_in_processes_of_their_own_come_to_the_same_bytes(tmp_path: Path) -> None:
    program()
    over_bus("demo", tmp_path, "2", 2, 12, json=True)
    told = json.loads((tmp_path / "bus.json").read_text(encoding="utf-8"))
    assert len(told["owners"]) == 6 and len(told["days"]) == 2
    for day in told["days"]:
        assert day["same_payments"] and day["same_heat"]
    assert any(day["deal"] for day in told["days"])
