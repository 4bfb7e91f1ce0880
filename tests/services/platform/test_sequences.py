"""Numbers of messages: each once, whoever speaks for an owner."""

from __future__ import annotations

from pathlib import Path

import pytest

from rami.core.errors import RunError
from services.platform.sequences import Sequences


def test_a_second_platform_of_the_same_owner_says_nothing(tmp_path: Path) -> None:
    first, second = (Sequences(tmp_path / "dhs" / "sequences.json") for _ in range(2))
    assert [first.next("load"), first.next("load"), first.next("plan")] == [1, 2, 1]
    with pytest.raises(RunError, match="another platform speaks for this owner"):
        second.next("load")
    first.close()
    assert second.next("load") == 3
    assert second.next("plan") == 2
    second.close()


def test_after_a_crash_the_rest_of_a_block_is_skipped(tmp_path: Path) -> None:
    crashed = Sequences(tmp_path / "sequences.json")
    assert crashed.next("load") == 1
    del crashed
    assert Sequences(tmp_path / "sequences.json").next("load") == 1001
