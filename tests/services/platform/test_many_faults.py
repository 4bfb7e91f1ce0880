"""Many faults of all kinds: plan and control go on, each is attributed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.services.platform.drawn_faults import AROUND, WITHIN, play


@pytest.mark.parametrize(
    "count", [25, pytest.param(1000, marks=pytest.mark.soak)], ids=lambda n: f"{n}"
)
def test_the_plan_is_there_after_every_fault_and_each_is_named(count: int, tmp_path: Path) -> None:
    tally = play(count, 4711, tmp_path)
    assert sum(tally.done.values()) == count
    if count >= 1000:
        assert set(tally.done) == {*WITHIN, *AROUND}
    assert tally.without_plan == []
    assert tally.unnamed == []
