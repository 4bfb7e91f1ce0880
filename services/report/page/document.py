"""report.html: one file with everything in it, plotly.js included, that asks no network."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

from rami.asset.topology import SiteTopology
from services.report.charts.figure import Figure
from services.report.comparison import BASIS, PLANNED
from services.report.page.changes import changes
from services.report.page.check import check
from services.report.page.closure import closure
from services.report.page.external import external
from services.report.page.head import head
from services.report.page.markup import Markup, joined, tag
from services.report.page.planned import planned_and_realised, waterfalls
from services.report.page.season import season_part
from services.report.page.tuning import tuning
from services.report.whole_file import write_whole
from services.study.outcome import StudyOutcome

#: a browser that reads this loads nothing from anywhere, whatever a script asks for
_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
    "img-src data: blob:; form-action 'none'"
)


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
            check(outcome),
            *(part.html for part in parts),
            external(outcome),
            closure(outcome),
            tuning(outcome),
        ]
    )
    here = files("services.report.page")
    style, script = (here.joinpath(f"report.{end}").read_text("utf-8") for end in ("css", "js"))
    return "\n".join(
        [
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark">',
            tag("title", f"{outcome.site}: study of the heat transfer station"),
            f"<style>\n{style}</style>\n</head>\n<body>\n<main>",
            body,
            "<noscript><p>The figures need JavaScript; the tables do not.</p></noscript>\n</main>",
            f'<script type="application/json" id="figures">{_data(drawn)}</script>',
            f"<script>{_plotly()}</script>",
            f"<script>\n{script}</script>\n</body>\n</html>\n",
        ]
    )


def _navigation(outcome: StudyOutcome) -> Markup:
    """Links to the sections, and the choice of whose runs are shown."""
    checked = any("check" in b for s in outcome.seasons.values() for b in s.figures.values())
    targets = [
        *("changes", "planned", *(["check"] if checked else [])),
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


def _data(drawn: dict[str, Figure]) -> str:
    content = {name: {"data": f.traces, "layout": f.layout} for name, f in drawn.items()}
    return json.dumps(content, separators=(",", ":"), ensure_ascii=False).replace("</", "<\\/")


def _plotly() -> str:
    """The library's own file, from the installed package."""
    from plotly.offline import get_plotlyjs

    return str(get_plotlyjs())
