"""Runs jobs on all cores in processes of their own, with progress and a clean stop.

Workers ignore Ctrl-C; the parent ends them by closing the pool, and what is finished is kept.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from typing import TYPE_CHECKING, Any, TypeVar

from rami.core.errors import RunError

if TYPE_CHECKING:
    from multiprocessing.queues import SimpleQueue

J = TypeVar("J")
R = TypeVar("R")

#: how a worker says how far it is: (job number, share done)
Tick = Callable[[int, float], None]

_ticks: SimpleQueue[tuple[int, float] | None] | None = None


def _enter(ticks: SimpleQueue[tuple[int, float] | None]) -> None:
    global _ticks
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _ticks = ticks


def tick(job: int, share: float) -> None:
    """Called in a worker: job `job` has done `share` (0 to 1) of its work."""
    if _ticks is not None:
        _ticks.put((job, share))


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
    context: Any = multiprocessing.get_context("spawn")
    ticks = context.SimpleQueue()
    listener = threading.Thread(target=_listen, args=(ticks, on_tick), daemon=True)
    listener.start()
    count = max(1, min(workers or cores(), len(jobs)))
    pool = ProcessPoolExecutor(count, mp_context=context, initializer=_enter, initargs=(ticks,))
    try:
        futures: dict[Future[R], int] = {
            pool.submit(work, number, job): number for number, job in enumerate(jobs)
        }
        for future in as_completed(futures):
            yield futures[future], future.result()
    except BrokenProcessPool as error:
        raise RunError(
            "a worker process of the study ended unexpectedly (out of memory, or killed); "
            "run again with fewer seasons or days"
        ) from error
    except BaseException:
        _end(pool)
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
        ticks.put(None)
        listener.join(timeout=5)


def _end(pool: ProcessPoolExecutor) -> None:
    """End the workers at once; only processes of this pool."""
    for process in list((pool._processes or {}).values()):
        process.terminate()


def _listen(ticks: SimpleQueue[tuple[int, float] | None], on_tick: Tick) -> None:
    while (told := ticks.get()) is not None:
        on_tick(*told)
