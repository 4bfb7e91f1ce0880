"""The services of a site beside a run that nobody looks at: `rami run`."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rami.core.event import EventKind, Severity
from services.assemble.attached import AtLoop, at_loop
from services.cli.output import note, printable
from services.platform.clock import SetClock

if TYPE_CHECKING:
    from services.study.season_run import SeasonRun
    from services.study.told import Told
    from twins.site.site import Site


class RunServices:
    """Implements `Beside`; the run waits for the services, so that results are the same twice."""

    def __init__(self, made: AtLoop) -> None:
        self._made = made
        self.told: Told = made.told

    def joined(self, run: SeasonRun) -> Callable[[], None]:
        """As in Beside; connects."""
        services = self._made.made(run)
        self._made.attached.open()
        return services.step

    def counts(self) -> dict[str, int]:
        """Faults by service."""
        services = self._made.services
        return services.counts() if services is not None else {}


@contextmanager
def services_beside(site: Site, folder: Path, start_ns: int) -> Iterator[RunServices | None]:
    """As declared; None where none are. `folder` of an earlier run is made anew; what happens to
    services is noted."""
    if site.declaration.services:
        shutil.rmtree(folder, ignore_errors=True)
    made = at_loop(site, SetClock(start_ns), folder, _noted, waits=True)
    if made is None:
        yield None
        return
    try:
        yield RunServices(made)
    finally:
        made.attached.close()


def _noted(kind: EventKind, source: str, severity: Severity, text: str, **details: object) -> None:
    note(printable(text))
