"""report.html: the page of a study."""

from __future__ import annotations

from pathlib import Path

from rami.asset.topology import SiteTopology
from services.report.comparison import BASIS, PLANNED
from services.report.page.changes import changes
from services.report.page.check import check
from services.report.page.closure import closure
from services.report.page.external import external
from services.report.page.foresight import foresight_section
from services.report.page.head import head
from services.report.page.markup import Markup, joined, tag
from services.report.page.planned import planned_and_realised, waterfalls
from services.report.page.season import season_part
from services.report.page.shell import page
from services.report.page.tuning import tuning
from services.report.whole_file import write_whole
from services.study.outcome import StudyOutcome


def write_report(outcome: StudyOutcome, site: SiteTopology, path: Path) -> None:
    """The study's report as one HTML file; equal outcomes give equal bytes.

    Raises RunError where it cannot be written.
    """
    write_whole(path, document(outcome, site))


def document(outcome: StudyOutcome, site: SiteTopology) -> str:
    """The whole page."""
    falls = waterfalls(outcome)
    parts = [season_part(season, site) for season in outcome.seasons.values()]
    drawn = {f.name: f for f in falls}
    for part in parts:
        drawn.update(part.figures)
    body = joined(
        [
            head(outcome),
            _navigation(outcome),
            changes(outcome),
            planned_and_realised(outcome, falls),
            foresight_section(outcome),
            check(outcome),
            *(part.html for part in parts),
            external(outcome),
            closure(outcome),
            tuning(outcome),
        ]
    )
    return page(f"{outcome.site}: study of the heat transfer station", body, drawn)


def _navigation(outcome: StudyOutcome) -> Markup:
    """Links to the sections, and the choice of whose runs are shown."""
    forecast = any("forecast" in s.runs for s in outcome.seasons.values())
    checked = any("check" in b for s in outcome.seasons.values() for b in s.figures.values())
    targets = [
        *(
            "changes",
            "planned",
            *(["foresight"] if forecast else []),
            *(["check"] if checked else []),
        ),
        *outcome.seasons,
        *(["external"] if outcome.provenance.get("external") else []),
        *("closure", "tuning"),
    ]
    links = [tag("a", name, href=f"#{name}") for name in targets]
    modes = [m for m in PLANNED if any(m in s.runs for s in outcome.seasons.values())]
    choices = [
        Markup(
            f'<label><input type="radio" name="mode" id="show-{mode}"'
            f"{' checked' if mode == modes[0] else ''}>{BASIS[mode]}</label>"
        )
        for mode in modes
    ]
    shown = tag("span", "Runs shown: ", *choices, class_="choice") if len(modes) > 1 else Markup()
    return tag("nav", tag("span", *links, class_="links"), shown)
