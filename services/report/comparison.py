"""The study's main table as rows of numbers: changes against the baseline, planned, realised."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from services.report.paper import LABEL, comparable, printed
from services.study.outcome import MODES, Mode, StudyOutcome

PLANNED: tuple[Mode, ...] = ("marginal", "forecast", "average", "ems")
BASIS = {
    "marginal": "marginal cost",
    "forecast": "marginal cost on forecasts",
    "average": "average cost (the paper's method)",
    "ems": "the costs of the energy management system",
    LABEL: LABEL,
}

#: quantity of `delta`, its heading and unit, decimals shown
QUANTITIES = (
    ("scope1_t", "Δ scope 1", "t", 1),
    ("scope2_t", "Δ scope 2", "t", 1),
    ("benefit_eur", "benefit", "EUR", 0),
)


@dataclass(frozen=True)
class Row:
    """One line of the table: `cells[quantity, owner]`, and the benefit its plans promised."""

    season: str
    basis: str
    cells: Mapping[tuple[str, str], float | None]
    planned_eur: float | None


def owners(outcome: StudyOutcome) -> tuple[str, ...]:
    """Owners in the order of the figures, without the total."""
    seen: dict[str, None] = {}
    for season in outcome.seasons.values():
        for block in season.figures.values():
            for per_owner in block.get("delta", {}).values():
                seen.update(dict.fromkeys(per_owner))
    return tuple(owner for owner in seen if owner != "total")


def shown_owner(name: str | None) -> str:
    """An owner's name in headings: short ones are abbreviations."""
    if name == "total":
        return "Σ"
    return "" if name is None else name.upper() if len(name) <= 4 else name


def station_owner(outcome: StudyOutcome) -> str | None:
    """Who the station is credited to: what the provenance says, else the first owner."""
    named = outcome.provenance.get("station_owner")
    return str(named) if named else next(iter(owners(outcome)), None)


def planned_eur(block: Mapping[str, Any], owner: str | None) -> float | None:
    """The benefit the executed plans promised an owner, EUR."""
    value = block.get("planned_eur", {}).get(owner)
    return None if value is None else float(value)


def realised_eur(block: Mapping[str, Any], owner: str | None) -> float | None:
    """The benefit an owner had by the meters, EUR."""
    value = block.get("delta", {}).get("benefit_eur", {}).get(owner)
    return None if value is None else float(value)


def rows(outcome: StudyOutcome) -> Iterator[Row]:
    """Per season: the runs there are, then the paper's row where it has that season and length."""
    columns = [(q, o) for q, *_ in QUANTITIES for o in (*owners(outcome), "total")]
    owner = station_owner(outcome)
    for name, season in outcome.seasons.items():
        for mode in PLANNED:
            if mode in season.figures:
                block = season.figures[mode]
                cells = _cells(block.get("delta", {}), columns)
                yield Row(name, mode, cells, planned_eur(block, owner))
        paper = printed(name) if comparable(outcome.provenance) else None
        if paper is not None:
            yield Row(name, LABEL, _cells(paper, columns), None)


def _cells(
    delta: Mapping[str, Mapping[str, float | None]], columns: list[tuple[str, str]]
) -> dict[tuple[str, str], float | None]:
    return {(q, o): delta.get(q, {}).get(o) for q, o in columns}


def span(outcome: StudyOutcome) -> str:
    """How long each season was, `14 days each` or `1 day`; empty without a run."""
    days = {
        f"{run.means.grid.duration_s / 86400:g}"
        for season in outcome.seasons.values()
        for run in season.runs.values()
    }
    if not days:
        return ""
    word = "day" if days == {"1"} else "days"
    each = " each" if len(outcome.seasons) > 1 else ""
    return f"{' or '.join(sorted(days))} {word}{each}"


def missing(outcome: StudyOutcome) -> tuple[str, ...]:
    """What a full study would have and this one has not, in words."""
    unfinished = _unfinished(outcome)
    what = f"season{'s' * (len(unfinished) != 1)} {', '.join(unfinished)}"
    said = [f"{what} (stopped or not asked for)"] if unfinished else []
    for name, season in outcome.seasons.items():
        lacking = [m for m in MODES if m not in season.runs]
        if lacking:
            said.append(f"run {', '.join(lacking)} of {name}")
    return tuple(said)


def _unfinished(outcome: StudyOutcome) -> list[str]:
    declared = outcome.provenance.get("seasons_declared", ())
    return [s for s in declared if s not in outcome.seasons]
