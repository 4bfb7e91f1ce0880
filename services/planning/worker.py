"""The planner's own process: a strategy controller, compiled once, that works off jobs.

It ends with its parent, however that ends: a thread reads the pipe, and sees it close even
while the solver runs.
"""

from __future__ import annotations

import multiprocessing
import os
import queue
import signal
import threading
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from rami.core.errors import RamiError, RunError
from services.planning.job import PlanJob, plan

#: what a worker says: (word, ticket, content)
READY, BEGUN, DONE, FAILED = "ready", "begun", "done", "failed"


@dataclass(frozen=True)
class Planning:
    """Which controller: the site's own with some settings changed, for plans of `steps`.

    `site_hash`: of the file that the run has; with it no process plans for a changed one.
    """

    site_file: Path
    steps: int
    changes: Mapping[str, Any] = field(default_factory=dict)
    site_hash: str = ""


def serve(planning: Planning, pipe: Connection, nice: int) -> None:
    """Work off jobs until the pipe is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if "fork" in multiprocessing.get_all_start_methods():
        # pyomo makes a lock at import; one of this kind is not left behind by a killed process
        multiprocessing.set_start_method("fork", force=True)
    if hasattr(os, "nice"):
        os.nice(nice)
    jobs: queue.SimpleQueue[tuple[int, PlanJob]] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(pipe, jobs), name="planner-pipe", daemon=True).start()
    try:
        from services import assemble
        from twins.site.loading import load_site

        site = load_site(planning.site_file)
        if planning.site_hash not in ("", site.hash):
            raise RunError(f"{site.file} was changed since the run began; put the old one back")
        controller = assemble.strategy(site, **planning.changes)
        controller.compiled(planning.steps)
        pipe.send((READY, 0, None))
        while True:
            ticket, job = jobs.get()
            pipe.send((BEGUN, ticket, None))
            try:
                pipe.send((DONE, ticket, plan(controller, job)))
            except RamiError as error:
                pipe.send((FAILED, ticket, error))
    except (BrokenPipeError, ConnectionError):
        return  # the parent has gone
    except RamiError as error:
        pipe.send((FAILED, 0, error))
    except Exception as error:  # noqa: BLE001 - whatever it is, the parent tells it
        told = "".join(traceback.format_exception_only(error)).strip()
        pipe.send((FAILED, 0, RunError(f"the planner's process failed: {told}")))


def _listen(pipe: Connection, jobs: queue.SimpleQueue[tuple[int, PlanJob]]) -> None:
    try:
        while True:
            jobs.put(pipe.recv())
    except (EOFError, OSError):
        os._exit(0)
