"""Many trials, several runs at a time: they mostly wait."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from threading import Lock

from tests.services.runtime.trials import controllers
from tests.services.runtime.trials.declared import STEP_S
from tests.services.runtime.trials.kinds import CONTROLLER, IN_A_RIG, twin
from tests.services.runtime.trials.outcome import Outcome
from tests.services.runtime.trials.rig import Rig, rig

#: runs in a row that do not even begin
_FAILED = 3


class Trials:
    """`each` trials of every one of `kinds`, in `rigs` runs at a time below `folder`.

    A trial that goes wrong is an outcome; its run is kept in its folder, and another one begun.
    """

    def __init__(
        self, kinds: Iterable[str], each: int, folder: Path, say: Callable[[str], object]
    ) -> None:
        kinds = list(kinds)
        self._folder, self._say, self._turn = folder, say, Lock()
        self._jobs = deque((k, n) for n in range(each) for k in kinds if k in IN_A_RIG)
        self._controllers = each if CONTROLLER in kinds else 0
        self._all = each * len(kinds)
        self._numbers = count(1)
        self._ended = False
        self.outcomes: list[Outcome] = []

    def run(self, rigs: int) -> list[Outcome]:
        """Have them done; what came of them so far when somebody interrupts."""
        with ThreadPoolExecutor(2 * rigs) as pool:
            begun = [pool.submit(self._rigs) for _ in range(rigs if self._jobs else 0)]
            begun += [
                pool.submit(
                    self._kill_controllers,
                    self._controllers * (k + 1) // rigs - self._controllers * k // rigs,
                )
                for k in range(rigs if self._controllers else 0)
            ]
            try:
                for one in begun:
                    one.result()
            except KeyboardInterrupt:
                self._ended = True
        return self.outcomes

    def _next(self) -> tuple[str, int] | None:
        with self._turn:
            return self._jobs.popleft() if self._jobs and not self._ended else None

    def _note(self, outcome: Outcome) -> None:
        with self._turn:
            self.outcomes.append(outcome)
            self._say(f"{len(self.outcomes)}/{self._all} run {outcome.rig} {outcome}")

    def _rigs(self) -> None:
        """Run after run until nothing is left; one is enough unless something goes wrong."""
        failed = 0
        while failed < _FAILED and (job := self._next()) is not None:
            number = next(self._numbers)
            try:
                with rig(self._folder / f"run{number}") as found:
                    failed = 0
                    while job is not None and self._trial(found, number, *job):
                        job = self._next()
            except (AssertionError, OSError, RuntimeError) as error:
                failed += 1
                self._note(Outcome("run", "", rig=number, wrong=_told(error)))

    def _trial(self, found: Rig, number: int, kind: str, of_kind: int) -> bool:
        """Do one; whether the run can go on."""
        time.sleep(found.draw.uniform(0.0, 2.0 * STEP_S))
        who, took, wrong = twin(kind, of_kind), {}, ""
        try:
            took = IN_A_RIG[kind](found, who)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the outcome
            wrong = _told(error)
        lives = found.run.process.poll() is None
        taken = (found.run.memory_mb(), found.run.handles()) if lives else (0.0, 0)
        self._note(Outcome(kind, who, took, number, *taken, wrong))
        return lives and not wrong

    def _kill_controllers(self, left: int) -> None:
        while left > 0 and not self._ended:
            number = next(self._numbers)
            folder = self._folder / f"controller{number}"
            try:
                for one in controllers.killed(left, folder, lambda: not self._ended):
                    self._note(one)
                    left -= 1
                return
            except Exception as error:  # noqa: BLE001 - whatever it is, it is the outcome
                self._note(Outcome(CONTROLLER, "hts", wrong=_told(error)))
                left -= 1


def _told(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:500]
