"""The study's main table (form of the paper's Table 1) and what it says in plain words."""

from __future__ import annotations

from services.report.comparison import (
    BASIS,
    PLANNED,
    QUANTITIES,
    Row,
    missing,
    owners,
    planned_eur,
    realised_eur,
    rows,
    shown_owner,
    station_owner,
)
from services.report.page.markup import Markup, captioned, joined, number, tag
from services.report.page.relative import relative
from services.report.page.unserved import shortfall
from services.report.paper import CITATION, LABEL, NOT_SHOWN, SITE, SLIPS, WARNING, comparable
from services.study.outcome import Mode, StudyOutcome


def changes(outcome: StudyOutcome) -> Markup:
    """Section with the table, its notes, and the verdict per cost basis."""
    return tag(
        "section",
        tag("h2", "Changes against the baseline"),
        joined(tag("p", sentence, class_="verdict") for sentence in verdict(outcome)),
        shortfall(outcome),
        *_missing(outcome),
        _table(outcome),
        relative(outcome),
        tag("p", _paper(outcome), class_="note"),
        id="changes",
    )


def _paper(outcome: StudyOutcome) -> str:
    if not comparable(outcome.provenance):
        return f"{NOT_SHOWN[:1].upper()}{NOT_SHOWN[1:]} ({CITATION}; {SITE})."
    return f"Rows marked {LABEL}: {CITATION}; {WARNING}. {SLIPS}"


def verdict(outcome: StudyOutcome) -> list[str]:
    """Per cost basis: promised, realised, and where it lost money; where other owners lost."""
    owner = station_owner(outcome)
    others = [o for o in owners(outcome) if o != owner]
    said = []
    for mode in PLANNED:
        promised = realised = 0.0
        for season in outcome.seasons.values():
            block = season.figures.get(mode, {})
            gain = realised_eur(block, owner)
            if gain is None:
                continue
            promised += planned_eur(block, owner) or 0.0
            realised += gain
        if promised or realised:
            count = len(outcome.seasons)
            said.append(
                f"Planned by {BASIS[mode]}, the station promised {shown_owner(owner)} "
                f"{number(promised)}\u00a0EUR and realised {number(realised)}\u00a0EUR over "
                f"{count} season{'s' * (count != 1)}."
                + _lost(outcome, mode, owner, "It")
                + "".join(_lost(outcome, mode, o, shown_owner(o)) for o in others)
            )
    return said


def _lost(outcome: StudyOutcome, mode: Mode, owner: str | None, who: str) -> str:
    gains = {
        name: realised_eur(s.figures.get(mode, {}), owner) for name, s in outcome.seasons.items()
    }
    lost = [
        f"{name} ({number(g)}\u00a0EUR)" for name, g in gains.items() if g is not None and g < 0
    ]
    return f" {who} lost money in {', '.join(lost)}." if lost else ""


def _missing(outcome: StudyOutcome) -> list[Markup]:
    said = "; ".join(missing(outcome))
    return [tag("p", f"Not in this study: {said}.", class_="warning")] if said else []


def _table(outcome: StudyOutcome) -> Markup:
    who = (*owners(outcome), "total")
    top = [tag("th", "season", rowspan="2"), tag("th", "plan by", rowspan="2")]
    top += [tag("th", f"{h}, {u}", colspan=str(len(who))) for _, h, u, _ in QUANTITIES]
    top.append(tag("th", "planned, EUR", class_="n"))
    second = [tag("th", shown_owner(o)) for _ in QUANTITIES for o in who]
    second.append(tag("th", shown_owner(station_owner(outcome))))
    body: list[Markup] = []
    before = ""
    for row in rows(outcome):
        body.append(_row(row, who, row.season != before))
        before = row.season
    content = tag(
        "table",
        tag("thead", tag("tr", *top), tag("tr", *second)),
        tag("tbody", *body),
        class_="changes",
    )
    return captioned(
        "Optimised minus baseline, from the meters of the executed runs; a positive benefit is a "
        "gain. Plans by average cost are the paper's method. Last column: what the plans promised.",
        content,
    )


def _row(row: Row, who: tuple[str, ...], first: bool) -> Markup:
    cells = [
        tag("td", number(row.cells[q, o], d), class_="n") for q, _, _, d in QUANTITIES for o in who
    ]
    kind = ("first " if first else "") + row.basis
    return tag(
        "tr",
        tag("th", row.season if first else "", scope="row"),
        tag("td", f"{LABEL} ({SITE})" if row.basis == LABEL else row.basis),
        *cells,
        tag("td", number(row.planned_eur), class_="n"),
        class_=kind,
    )
