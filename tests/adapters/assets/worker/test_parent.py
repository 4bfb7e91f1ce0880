"""An FMU's process and the one that started it."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

import numpy as np
import pytest

from tests.adapters.assets.worker.conftest import HELD, Plant


def _until(true: Callable[[], bool], within_s: float = 20.0) -> None:
    end = monotonic() + within_s
    while not true():
        assert monotonic() < end, "it did not come to that"
        sleep(0.01)


def _gone(pid: int | None) -> bool:
    """Whether a process has ended; one that waits for nobody to ask has."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return True
    return state == "Z"


@contextmanager
def _parent(plant: Plant, what: str) -> Iterator[tuple[subprocess.Popen[str], int, Path]]:
    words = [sys.executable, "-m", "tests.adapters.assets.worker.script", str(plant.path), what]
    pipe = subprocess.PIPE
    process = subprocess.Popen(words, stdout=pipe, stderr=pipe, text=True)
    try:
        assert process.stdout is not None
        pid, folder = process.stdout.readline().split()
        assert Path(folder).is_dir()
        yield process, int(pid), Path(folder)
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("what", ["waits", "steps", "hangs"])
def test_nothing_is_left_of_a_killed_parent(what: str, saving: Plant) -> None:
    with _parent(saving, "waits" if what == "waits" else "steps") as (process, pid, folder):
        if what == "hangs":
            saving.arm("step hang")
            _until(lambda: not saving.armed.exists())
        process.kill()
        process.wait()
        _until(lambda: _gone(pid) and not folder.exists())


@pytest.mark.parametrize("what", ["waits", "steps"])
def test_ctrl_c_ends_it_in_order(what: str, saving: Plant) -> None:
    with _parent(saving, what) as (process, pid, folder):
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=20)
        assert errors.splitlines()[-1] == "KeyboardInterrupt"
        assert _gone(pid)
        assert not folder.exists()


def test_a_thread_that_ends_does_not_take_it_along(saving: Plant) -> None:
    loaded = []
    thread = threading.Thread(target=lambda: loaded.append(saving.load()))
    thread.start()
    thread.join()
    (fmu,) = loaded
    pid = fmu.pid
    assert np.array_equal(fmu.step(HELD, 10.0), saving.twin().step(HELD, 10.0))
    assert fmu.pid == pid
    folder = fmu._keeper.spec.folder
    fmu.close()
    assert _gone(pid)
    assert not folder.exists()


def test_descriptors_are_given_back(saving: Plant) -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(2):
        fmu = saving.load()
        fmu.step(HELD, 10.0)
        del fmu
    assert len(list(Path("/proc/self/fd").iterdir())) == before
