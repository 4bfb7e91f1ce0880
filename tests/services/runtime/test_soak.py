"""Live runs in real processes, again and again; each prints its table."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.services.runtime import fortnight
from tests.services.runtime.trials.children import children
from tests.services.runtime.trials.drive import Trials
from tests.services.runtime.trials.kills import kills
from tests.services.runtime.trials.kinds import KINDS, LIMITS
from tests.services.runtime.trials.outcome import beyond, table

pytestmark = pytest.mark.soak


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def test_what_is_killed_cut_held_up_or_refused_comes_back(tmp_path: Path) -> None:
    outcomes = Trials(KINDS, 50, tmp_path, say).run(rigs=3)
    for line in table(outcomes, LIMITS):
        say(line)
    assert not beyond(outcomes, LIMITS)


def test_children_killed_and_held_up(tmp_path: Path) -> None:
    assert children(10, tmp_path, say) >= 60


def test_runs_killed_and_resumed(tmp_path: Path) -> None:
    assert kills(20, tmp_path, say) == 20


def test_two_weeks_on_emulated_plants(tmp_path: Path) -> None:
    lines, share = fortnight.table(14.0, tmp_path)
    for line in lines:
        say(line)
    assert max(share.values()) < 0.01
