"""What one asking brought: deliveries by series, and what was refused."""

from __future__ import annotations

from dataclasses import dataclass, field

from rami.core.errors import Problem
from rami.information.external.delivery import Delivery


@dataclass
class Fetched:
    """Deliveries and problems by series; `notes` are on whole documents that were passed over."""

    found: dict[str, list[Delivery]] = field(default_factory=dict)
    refused: dict[str, list[Problem]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def add(self, name: str, delivery: Delivery) -> None:
        """One more delivery of a series."""
        self.found.setdefault(name, []).append(delivery)

    def refuse(self, name: str, problem: Problem) -> None:
        """A delivery of a series that cannot be used."""
        self.refused.setdefault(name, []).append(problem)

    def take(self, other: Fetched) -> None:
        """All of another asking, after this one's."""
        for name, deliveries in other.found.items():
            self.found.setdefault(name, []).extend(deliveries)
        for name, problems in other.refused.items():
            self.refused.setdefault(name, []).extend(problems)
        self.notes += other.notes
