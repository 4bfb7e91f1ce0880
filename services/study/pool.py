"""Runs jobs on all cores in processes of their own, with progress and a clean stop.

Each worker has a pipe of its own and nothing else in common with others, so that ending one
can leave nothing locked. Workers ignore Ctrl-C; the parent ends them, and what is finished
is kept.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import traceback
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, TypeVar

from rami.core.errors import RunError

J = TypeVar("J")
R = TypeVar("R")

#: how a worker says how far it is: (job number, share done)
Tick = Callable[[int, float], None]

#: how long a worker may take to end in order, s
_END_S = 4.0
_parent: Connection | None = None


def tick(job: int, share: float) -> None:
    """Called in a worker: job `job` has done `share` (0 to 1) of its work."""
    if _parent is not None:
        _parent.send(("tick", job, share))


def cores() -> int:
    """Processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def run_jobs(
    work: Callable[[int, J], R], jobs: Sequence[J], on_tick: Tick, workers: int | None = None
) -> Iterator[tuple[int, R]]:
    """Yield (number, result) as jobs finish; `work(number, job)` runs in a worker process.

    Jobs start in the order given. An error in a job ends the rest and is raised here; a worker
    that dies raises RunError. KeyboardInterrupt ends the workers and is passed on.
    """
    waiting = list(enumerate(jobs))[::-1]
    running: dict[Connection, BaseProcess] = {}
    try:
        for _ in range(max(1, min(workers or cores(), len(jobs)))):
            pipe, process = _start(work)
            running[pipe] = process
            pipe.send(waiting.pop())
        while running:
            for ready in wait(list(running)):
                assert isinstance(ready, Connection)
                kind, number, content = _received(ready, running[ready])
                if kind == "tick":
                    on_tick(number, content)
                    continue
                if kind == "error":
                    raise content
                if waiting:
                    ready.send(waiting.pop())
                else:
                    ready.send(None)
                    running.pop(ready).join(_END_S)
                    ready.close()
                yield number, content
    finally:
        for pipe in running:
            pipe.close()  # a worker sees it at its next tick and ends in order
        for process in running.values():
            process.join(_END_S)
            if process.is_alive():  # deep in a solver
                process.kill()
                process.join(_END_S)


def _start(work: Callable[[int, J], R]) -> tuple[Connection, BaseProcess]:
    context = multiprocessing.get_context("spawn")
    mine, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(work, theirs), daemon=True)
    process.start()
    theirs.close()
    return mine, process


def _received(pipe: Connection, process: BaseProcess) -> tuple[str, int, Any]:
    try:
        told: tuple[str, int, Any] = pipe.recv()
    except (EOFError, ConnectionResetError) as error:
        process.join(_END_S)
        raise RunError(
            f"a worker process of the study ended unexpectedly (exit code {process.exitcode}: "
            "out of memory, or killed); run again with fewer seasons or days"
        ) from error
    return told


def _serve(work: Callable[[int, J], R], pipe: Connection) -> None:
    """A worker: one job after the other until told that there are no more."""
    global _parent
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _parent = pipe
    try:
        while (given := pipe.recv()) is not None:
            number, job = given
            pipe.send(_worked(work, number, job))
    except (EOFError, ConnectionError):
        return  # the parent has gone, or wants no more


def _worked(work: Callable[[int, J], R], number: int, job: J) -> tuple[str, int, Any]:
    """What to tell of a job: its result, or its error with where it came from."""
    try:
        return ("done", number, work(number, job))
    except ConnectionError:
        raise  # of the pipe, at a tick
    except Exception as error:  # noqa: BLE001 - whatever it is, the parent shows it
        error.add_note(traceback.format_exc())
        return ("error", number, error)
