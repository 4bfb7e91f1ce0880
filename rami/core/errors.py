"""The one exception tree, and the exit code that each branch ends a command with.

RamiError                   1  anything of ours
+-- ConfigurationError      2  a file the user wrote: all its problems at once
|   +-- DataError           2  a data file: gaps, units, times, numbers
+-- RunError                1  a run that could not go on
|   +-- ModelError          1  an FMU that cannot be built, loaded or stepped
|   +-- ControlError        1  a controller that cannot be set up
+-- UnreachableError        3  something outside that does not answer
+-- InfeasibleError         4  a plan without solution and without fallback
+-- Interrupted           130  the user stopped the work (Ctrl-C); what is finished is kept
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: where, what, and how to mend it.

    `where` reads `file:line:column: path` as far as it is known.
    """

    where: str
    what: str
    hint: str = ""

    def __str__(self) -> str:
        text = f"{self.where}: {self.what}" if self.where else self.what
        return f"{text}; hint: {self.hint}" if self.hint else text


class RamiError(Exception):
    """Base of every error of ours; `exit_code` is what a command ends with."""

    exit_code = 1


class ConfigurationError(RamiError):
    """A file the user wrote has problems; carries every one of them."""

    exit_code = 2

    def __init__(self, problems: Iterable[Problem] | str) -> None:
        listed = [Problem("", problems)] if isinstance(problems, str) else list(problems)
        self.problems: Sequence[Problem] = tuple(listed)
        super().__init__("\n".join(str(p) for p in self.problems))


class DataError(ConfigurationError):
    """A data file cannot be used as it stands."""


class RunError(RamiError):
    """A run could not go on."""


class ModelError(RunError):
    """A model cannot be assembled, built, loaded or stepped."""


class ControlError(RunError):
    """A controller cannot be set up for this plant."""


class UnreachableError(RamiError):
    """Something outside does not answer."""

    exit_code = 3


class InfeasibleError(RamiError):
    """A plan has no solution and no fallback is left."""

    exit_code = 4


class Interrupted(RamiError):
    """The user stopped the work; what is finished is kept."""

    exit_code = 130
