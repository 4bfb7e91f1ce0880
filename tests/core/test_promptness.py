"""Asking for short slices changes nothing else of a thread."""

from __future__ import annotations

import os
import platform
import threading

import pytest

from rami.core import promptness


def _in_a_thread() -> tuple[bool, tuple[int, int], tuple[int, int]]:
    found: list[tuple[bool, tuple[int, int], tuple[int, int]]] = []

    def state() -> tuple[int, int]:
        policy = os.sched_getscheduler(0) & ~os.SCHED_RESET_ON_FORK
        return policy, os.getpriority(os.PRIO_PROCESS, 0)

    def work() -> None:
        before = state()
        found.append((promptness.prompt() and promptness.prompt(), before, state()))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    return found[0]


@pytest.mark.skipif(platform.system() != "Linux", reason="Linux has it")
def test_policy_and_niceness_stay() -> None:
    done, before, after = _in_a_thread()
    assert done is (platform.machine() in ("x86_64", "aarch64", "riscv64"))
    assert before == after


def test_elsewhere_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "pdp11")
    assert promptness.prompt() is False
