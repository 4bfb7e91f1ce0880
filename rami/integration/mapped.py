"""What reading a map gave: its entries, all that is wrong, what is worth a look."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from rami.core.errors import ConfigurationError, Problem
from rami.integration.point_map import PointRow

T = TypeVar("T")


@dataclass
class Mapped(Generic[T]):
    """Entries of a map, one for each point that has one."""

    entries: list[T] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)

    def tell(self, row: PointRow, wrong: Sequence[str]) -> None:
        """What is wrong with a row."""
        self.problems += [Problem(row.where, f"{row.point.name}: {what}") for what in wrong]

    def whole(self) -> list[T]:
        """The entries; ConfigurationError with every problem."""
        if self.problems:
            raise ConfigurationError(self.problems)
        return self.entries


def looked_over(read: Callable[[], Mapped[T]]) -> tuple[list[Problem], list[Problem]]:
    """What is wrong with a map, and what is worth a look; also when it cannot be read."""
    try:
        found = read()
    except ConfigurationError as error:
        return list(error.problems), []
    return found.problems, found.notes
