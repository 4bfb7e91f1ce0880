"""A SaQC configuration of the user's own, run beside the rules."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from adapters.quality.saqc.frames import marks, package, table
from rami.core.quality import Qualities
from rami.information.quality.column import Column


class Configured:
    """A file as `saqc --config` takes it: `varname; test`, one test in a line."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def marks(self, columns: Mapping[str, Column]) -> Mapping[str, Qualities]:
        """Marks for the rows of every signal. Raises ConfigurationError: no package, a test
        that SaQC does not know, a signal that is not there."""
        with package(str(self._file)) as saqc:
            checked = saqc.fromConfig(str(self._file), table(dict(columns)))
            return {name: marks(checked, name, column) for name, column in columns.items()}
