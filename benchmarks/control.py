"""The control socket: a view as a frame against JSON, a loop beside clients that flood it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, thread_time

import numpy as np

from benchmarks.row import Row, cpu, in_turns
from rami.asset.live import Observation
from rami.communication.live_site import Pace, SiteView, TwinView
from rami.core.points import Point, PointIndex
from rami.core.quality import good
from rami.integration.mode import Mode
from services.control import ControlServer, Published
from services.control.frames import frame, view_of

POINTS = PointIndex(Point(f"component_{i}.P", "power") for i in range(1000))
_STEP_S = 0.001
_FLOOD = """
import socket, sys
while True:
    try:
        channel = socket.socket(socket.AF_UNIX)
        channel.connect(sys.argv[1])
        for _ in range(50):
            channel.sendall(b'{"do":"ask","verb":"set_point","arguments":{"point":"x"}}\\n')
            channel.recv(4096)
    except OSError:
        pass
    finally:
        channel.close()
"""


def rows(quick: bool) -> Iterable[Row]:
    """The rows of this group."""
    view, points = _view(), {"hts": POINTS}

    def framed() -> None:
        header, _, payload = frame(view, points).partition(b"\n")
        view_of(json.loads(header), payload, points)

    def plain() -> None:
        json.loads(_as_json(view))

    repeats = 20 if quick else 100
    timed = in_turns(lambda: cpu(framed), lambda: cpu(plain), repeats, 1e3)
    yield timed.times_faster("a view of 1,000 points, told and read", "ms", "JSON", 2.0)

    with TemporaryDirectory() as folder:
        steps = 300 if quick else 1000
        beside = in_turns(
            lambda: _step_ms(Path(folder), steps, 4), lambda: _step_ms(Path(folder), steps, 0), 5
        )
    name = "step of a loop with 1 ms of work, 4 processes flooding its socket"
    yield beside.at_most(name, "ms", "nobody at the socket", 1.25)


def _view() -> SiteView:
    n = len(POINTS)
    seen = Observation(np.random.default_rng(1).normal(size=n), good(n), np.arange(n))
    residuals = dict(zip(POINTS.names, seen.values.tolist(), strict=True))
    mode = Mode.SHADOW
    twin = TwinView(mode, mode, "plant", ("model", "plant"), "open", "", seen, residuals)
    return SiteView(1, 0, {"hts": twin}, Pace("real", 1.0, 1, 0, 0, 0.0, 0.0))


def _as_json(view: SiteView) -> str:
    twin = view.twins["hts"]
    return json.dumps(
        {
            "values": twin.seen.values.tolist(),
            "times": twin.seen.times_ns.tolist(),
            "quality": twin.seen.quality.tolist(),
            "residuals": twin.residuals,
        }
    )


def _step_ms(folder: Path, steps: int, clients: int) -> float:
    """Median wall time in ms of a step that computes for 1 ms and publishes."""
    site = Published("bench", {"hts": POINTS}, lambda: 0)
    view, taken = _view(), []
    with ControlServer(site, folder) as server, _flood(server.path, clients):
        for step in range(steps):
            start, work = perf_counter(), thread_time()
            while thread_time() - work < _STEP_S:
                pass
            for waiting in site.requests():
                raise AssertionError(waiting.request)
            site.publish(replace(view, step=step))
            taken.append(perf_counter() - start)
    return median(taken) * 1e3


@contextmanager
def _flood(path: Path, clients: int) -> Iterator[None]:
    command = [sys.executable, "-c", _FLOOD, str(path)]
    with ExitStack() as stack:
        for _ in range(clients):
            process = stack.enter_context(subprocess.Popen(command))
            stack.callback(process.kill)
        yield
