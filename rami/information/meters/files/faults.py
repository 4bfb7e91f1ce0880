"""What is wrong with lines of files: file and line, never what stands there."""

from __future__ import annotations

from pathlib import Path

from rami.core.errors import DataError, Problem

#: faults that are listed singly; the rest is counted
LISTED = 10


class Faults:
    """Faults of all files together."""

    def __init__(self) -> None:
        self.count = 0
        self._kept: list[Problem] = []

    def add(self, file: Path, line: int | None, what: str) -> None:
        """One fault; `line` counts from 1, None for the file as a whole."""
        self.count += 1
        if len(self._kept) < LISTED:
            self._kept.append(Problem(f"{file}:{line}" if line else str(file), what))

    def raise_any(self, hint: str) -> None:
        """Raises DataError when there were any."""
        if not self.count:
            return
        more = [Problem("", f"{self.count - LISTED} more")] if self.count > LISTED else []
        raise DataError([*self._kept, *more, Problem("", f"{self.count} faults", hint)])
