"""Live runs in real processes, again and again; each prints its table."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.services.runtime import fortnight, trials
from tests.services.runtime.trials import ALARM_S, HEARTBEAT_S, STEP_S, TURN_S

pytestmark = pytest.mark.soak


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def test_plants_lost_and_back(tmp_path: Path) -> None:
    found = trials.plants(150, tmp_path, say)
    for trial in found:
        # links look every second or so, and a value that stands still is old after its time
        notice_s = 5.0 if trial.what == "freeze" else 1.0
        assert trial.alarm_s < ALARM_S + notice_s + 2 * STEP_S + TURN_S, trial


def test_controllers_killed(tmp_path: Path) -> None:
    assert max(trials.controllers(50, tmp_path, say)) < HEARTBEAT_S + STEP_S + TURN_S


def test_children_killed_and_held_up(tmp_path: Path) -> None:
    assert trials.children(10, tmp_path, say) >= 60


def test_runs_killed_and_resumed(tmp_path: Path) -> None:
    assert trials.kills(20, tmp_path, say) == 20


def test_two_weeks_on_emulated_plants(tmp_path: Path) -> None:
    lines, share = fortnight.table(14.0, tmp_path)
    for line in lines:
        say(line)
    assert max(share.values()) < 0.01
