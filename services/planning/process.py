"""A planner whose solver runs in a process of its own, beside the loop."""

from __future__ import annotations

import multiprocessing
from collections import deque
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from time import monotonic
from types import TracebackType
from typing import Any

from rami.core.errors import RamiError, RunError
from services.planning.job import PlanJob, Planned
from services.planning.planner import Answered, Trouble
from services.planning.worker import BEGUN, DONE, FAILED, READY, Planning, serve

#: a process that has not loaded its site by then hangs, s
START_S = 300.0
#: how long an answer is waited for between two looks at the process, s
_LOOK_S = 0.2
#: a job that ends its process this often is given up
TRIES = 2


@dataclass
class _Asked:
    ticket: int
    job: PlanJob
    begun_s: float | None = None
    tries: int = 0


class ProcessPlanner:
    """`Planner` in a process of its own; jobs go there one at a time.

    A job that takes longer than `deadline_s` is given up, its process killed and another
    started: `Trouble`. (The strategy's own `deadline` gives the best plan so far before that.)
    A process that ends by itself or by others is replaced and its job tried once more; one
    that does not start is `Trouble`, and tried again with the next job. `nice` lowers its
    priority. The same job gives the same plan as in this process.
    """

    def __init__(self, planning: Planning, deadline_s: float = 300.0, nice: int = 10) -> None:
        self.planning, self.deadline_s, self.nice = planning, deadline_s, nice
        #: processes that had to be replaced
        self.restarts = 0
        self._asked: deque[_Asked] = deque()
        self._answers: deque[Answered | Trouble] = deque()
        self._ticket = 0
        self._closed, self._failed_starts, self._down = False, 0, False
        self._start()

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process: BaseProcess = context.Process(
            target=serve,
            args=(self.planning, theirs, self.nice),
            name="rami-planner",
            daemon=True,
        )
        self._process.start()
        theirs.close()
        self._ready = self._sent = self._down = False
        self._started_s = monotonic()

    @property
    def pid(self) -> int:
        """Number of the present process."""
        assert self._process.pid is not None
        return self._process.pid

    @property
    def ready(self) -> bool:
        """Whether the present process has compiled its plan's model."""
        self._look()
        return self._ready

    def ask(self, job: PlanJob) -> int:
        """Take a job; its ticket."""
        if self._closed:
            raise RunError("this planner is closed")
        self._ticket += 1
        self._asked.append(_Asked(self._ticket, job))
        if self._down:
            self._replace()
        self._look()
        return self._ticket

    def poll(self) -> Answered | Trouble | None:
        """The next answer, None while there is none. Does not wait."""
        self._look()
        return self._answers.popleft() if self._answers else None

    def planned(self, job: PlanJob) -> Planned:
        """Ask and wait. Raises RamiError where there is no schedule."""
        ticket = self.ask(job)
        while (answer := self.poll()) is None or answer.ticket != ticket:
            if not self._down:
                self._pipe.poll(_LOOK_S)
        if isinstance(answer, Trouble):
            raise answer.error
        return answer.planned

    def close(self) -> None:
        """End the process."""
        self._closed = True
        self._pipe.close()
        self._process.kill()
        self._process.join()

    def __enter__(self) -> ProcessPlanner:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _look(self) -> None:
        """Take in what was told, replace a process that is gone, then go on."""
        if self._closed or self._down:
            return
        try:
            while not self._down and self._pipe.poll():
                self._take(*self._pipe.recv())
        except (EOFError, OSError):
            self._gone()
        else:
            self._go_on()

    def _go_on(self) -> None:
        """End a process that hangs, send the next job."""
        if self._down:
            return
        now, current = monotonic(), self._asked[0] if self._asked else None
        if not self._ready:
            if now - self._started_s > START_S:
                self._give_up(f"it was not ready within {START_S:g} s")
        elif current is not None and self._sent:
            if current.begun_s is not None and now - current.begun_s > self.deadline_s:
                self._give_up(f"no plan within {self.deadline_s:g} s")
        elif current is not None:
            try:
                self._pipe.send((current.ticket, current.job))
                self._sent, current.begun_s = True, now
                current.tries += 1
            except OSError:
                self._gone()

    def _take(self, word: str, ticket: int, content: Any) -> None:
        current = self._asked[0] if self._asked else None
        if word == READY:
            self._ready, self._failed_starts = True, 0
        elif word == FAILED and ticket == 0:
            self._does_not_start(content)  # it cannot even load the site
        elif current is None or ticket != current.ticket:
            return
        elif word == BEGUN:
            current.begun_s = monotonic()
        elif word == DONE:
            self._answer(Answered(ticket, content))
        else:
            self._answer(Trouble(ticket, current.job.interval, content))

    def _answer(self, answer: Answered | Trouble) -> None:
        self._asked.popleft()
        self._sent = False
        self._answers.append(answer)

    def _trouble(self, error: RamiError) -> None:
        current = self._asked[0]
        self._answer(Trouble(current.ticket, current.job.interval, error))

    def _give_up(self, why: str) -> None:
        """The process hangs: end it, tell of its job, start another."""
        self._process.kill()
        self._process.join()
        if self._asked:
            self._trouble(RunError(f"the planner was ended: {why}"))
        self._replace()

    def _gone(self) -> None:
        """The process has ended by itself, or somebody ended it."""
        self._process.join()
        code = self._process.exitcode
        self._failed_starts += not self._ready
        if self._failed_starts > TRIES:
            self._does_not_start(RunError(f"the planner's process does not start (exit {code})"))
            return
        if self._asked and self._asked[0].tries >= TRIES:
            self._trouble(
                RunError(f"the planner's process ended {TRIES} times with this plan (exit {code})")
            )
        self._replace()

    def _does_not_start(self, error: RamiError) -> None:
        """The next job tries again."""
        self._process.kill()
        self._process.join()
        self._down, self._failed_starts = True, 0
        while self._asked:
            self._trouble(error)

    def _replace(self) -> None:
        self._pipe.close()
        self.restarts += 1
        self._start()
