"""Which run a command means."""

from __future__ import annotations

from pathlib import Path

from rami.core.errors import UnreachableError
from services.control.address import SOCKET_FILE, served_by
from services.control.journal import EVENTS_FILE

#: below the current folder
RUNS = Path("runs")


def running(run: Path | None) -> Path:
    """The folder of the run that is named by folder, control socket or site; without a name the
    newest one that runs. Raises UnreachableError where there is none."""
    if run is not None:
        return _named(run)
    for folder in _newest(SOCKET_FILE):
        if served_by(folder / SOCKET_FILE) is not None:
            return folder
    raise UnreachableError(f"nobody runs below {RUNS.resolve()}; name the folder of a run")


def kept(run: Path | None) -> Path:
    """As `running`; without a name, and where nobody runs, the newest run with events."""
    if run is not None:
        return _named(run)
    try:
        return running(None)
    except UnreachableError:
        for folder in _newest(EVENTS_FILE):
            return folder
        raise


def _named(run: Path) -> Path:
    for folder in (run, RUNS / run):
        if folder.is_dir():
            return folder
    if run.name == SOCKET_FILE:
        return run.parent
    raise UnreachableError(f"nobody runs at {run}: no such folder")


def _newest(file: str) -> list[Path]:
    found = [*Path().glob(file), *RUNS.glob(f"*/{file}"), *RUNS.glob(f"*/*/{file}")]
    return [path.parent for path in sorted(found, key=_written, reverse=True)]


def _written(path: Path) -> float:
    try:
        return path.lstat().st_mtime
    except OSError:
        return 0.0
