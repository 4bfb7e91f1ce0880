"""Keeps one worker alive: started anew after trouble, put back, within a number of times."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from shutil import rmtree
from typing import Any

from adapters.assets.fmu.worker.probe import begin, proven
from adapters.assets.fmu.worker.process import Failed, Process
from adapters.assets.fmu.worker.protocol import Ask, Shared, Spec
from adapters.assets.fmu.worker.trouble import Budget, Counts, Limits, OnTrouble
from rami.core.errors import ModelError


class Keeper:
    """The worker of one FMU, whichever process that is now.

    `saves` tells whether the FMU has proven that it can save its state.
    """

    def __init__(self, spec: Spec, limits: Limits, on_trouble: OnTrouble) -> None:
        self.spec, self.limits, self.on_trouble = spec, limits, on_trouble
        self.counts = Counts()
        self._budget = Budget(limits)
        self.shared = Shared(len(spec.inputs), len(spec.outputs))
        self._process: Process | None = None
        self.saves = False

    @property
    def pid(self) -> int | None:
        """Of the present process."""
        return self._process.pid if self._process is not None else None

    def start(self) -> None:
        """Load the FMU at its start; finds out whether it can save. ModelError."""
        spec, why = self.spec, ""
        try:
            if spec.interface.snapshots:
                self._process, why = proven(spec, self.shared, self.limits, self._fresh)
                self.saves = self._process is not None
            if self._process is None:
                self.spec = replace(spec, interface=replace(spec.interface, snapshots=False))
                self._process = self._fresh()
                begin(self._process, self.spec, self.shared, self.limits)
        except Failed as failed:
            raise ModelError(f"{spec.name}: {_words('loading the FMU', failed)}") from None
        if why:
            text = f"{spec.name}: the FMU says that it can save its state, but {why}; not believed"
            self._tell(text, kind="probe", why=why)

    def _fresh(self) -> Process:
        return Process(self.spec, self.shared)

    def ask(self, what: Ask, number: float = 0.0, slot: int = 255) -> None:
        """Have something done; Failed."""
        if self._process is None:
            raise Failed("ended", "is not running")
        self._process.ask(what, number, slot, self.limits.step_s)

    def recover(self, failed: Failed, doing: str, put_back: Callable[[Process], str]) -> None:
        """Start anew and `put_back`, which says what it did; ModelError beyond the limit."""
        first, name, limits = failed, self.spec.name, self.limits
        while True:
            if self._process is not None:
                self._process.kill()
            self._process = None
            if not self._budget.take():
                raise ModelError(
                    f"{name}: {_words(doing, failed)}; more than {limits.restarts} restarts "
                    f"within {limits.within_s:g} s"
                )
            self.counts.restarts += 1
            try:
                self._process = self._fresh()
                done = put_back(self._process)
                break
            except Failed as again:
                failed = again
        if not self.saves:
            self.counts.states_lost += 1
        text = f"{name}: {_words(doing, first)}; started anew, {done}"
        self._tell(
            text, kind=first.kind, doing=doing, why=str(first), said=first.said, put_back=done
        )

    def _tell(self, text: str, **details: Any) -> None:
        told = {"twin": self.spec.name, **details}
        told |= {"restarts": self.counts.restarts, "states_lost": self.counts.states_lost}
        self.on_trouble(text, told)

    def end(self) -> None:
        """End the worker and remove what was unpacked."""
        process, self._process = self._process, None
        try:
            if process is not None:
                process.end()
        finally:
            self.shared.close()
            rmtree(self.spec.folder, ignore_errors=True)


def _words(doing: str, failed: Failed) -> str:
    who = "" if failed.kind == "refused" else "the FMU "
    said = f" (it printed: {failed.said})" if failed.said else ""
    return f"{doing}: {who}{failed}{said}"
