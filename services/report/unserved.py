"""Consumers that did not get the heat or cold they wanted: their runs are no fair comparison."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from services.report.comparison import PLANNED
from services.study.outcome import Mode, StudyOutcome

CONSEQUENCE = "costs and benefits are not comparable"


@dataclass(frozen=True)
class Unserved:
    """A consumer of a run, MWh wanted and served; shares of what it wanted, None if unknown."""

    season: str
    mode: Mode
    consumer: str
    wanted: float
    served: float
    missing: float
    missing_in_baseline: float | None

    def __str__(self) -> str:
        baseline = self.missing_in_baseline
        beside = "" if baseline is None else f", {100 * baseline:.1f} % in the baseline"
        return (
            f"{self.season} {self.mode}: {self.consumer} got {self.served:,.1f} of "
            f"{self.wanted:,.1f} MWh ({100 * self.missing:.1f} % missing{beside}): {CONSEQUENCE}"
        )


def unserved(outcome: StudyOutcome) -> Iterator[Unserved]:
    """What the figures list as `unserved`, by season and cost basis."""
    for name, season in outcome.seasons.items():
        for mode in PLANNED:
            for consumer, found in season.figures.get(mode, {}).get("unserved", {}).items():
                yield Unserved(
                    name,
                    mode,
                    consumer,
                    found["wanted_MWh"],
                    found["served_MWh"],
                    found["missing_share"],
                    found.get("baseline_missing_share"),
                )
