"""The head of the report: what this is, of which site, from which data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from services.report.comparison import span
from services.report.page.markup import Markup, joined, tag
from services.study.outcome import StudyOutcome

FORESIGHT = (
    "Plans know loads and prices perfectly in this version: no forecast error is in any figure."
)
_WORDS = {
    "site_hash": "hash of the site declaration",
    "grid_factor_variant": "variant of the grid factor",
    "station_owner": "station credited to",
    "heat_transfer": "purchased heat in scope 2",
    "data_files_sha256": "SHA-256 of data files",
}
#: said elsewhere on the page
_ELSEWHERE = ("site", "seasons", "seasons_declared", "foresight", "synthetic_loads")
_UNITS = ("kg_per_kWh", "s")


def head(outcome: StudyOutcome) -> Markup:
    """Title, what is compared, and where everything comes from."""
    runs = sum(len(s.runs) for s in outcome.seasons.values())
    seasons = ", ".join(outcome.seasons) or "none"
    return tag(
        "header",
        tag("p", "rami-twins study", class_="kicker"),
        tag("h1", f"Heat transfer station at {outcome.site}"),
        tag(
            "p",
            f"Seasons: {seasons}{f' ({span(outcome)})' if runs else ''}; closed-loop runs on "
            f"simulated plants: {runs}. A baseline stands against runs that follow plans made by "
            "marginal cost and by average cost. All money, energy and emissions come from the "
            "meters of the executed runs. ",
            tag("strong", FORESIGHT),
            class_="lead",
        ),
        _origin(outcome),
        tag("dl", *_provenance(outcome.provenance)),
    )


def _origin(outcome: StudyOutcome) -> Markup:
    synthetic = outcome.provenance.get("synthetic_loads")
    if synthetic is True:
        said = "SYNTHETIC DATA: loads, weather and prices come from a seeded generator."
    elif synthetic:
        said = f"Loads, weather and prices: {synthetic}."
    else:
        return Markup("")
    return tag("p", said, class_="origin")


def _provenance(provenance: Mapping[str, object]) -> Iterator[Markup]:
    for name, value in provenance.items():
        if name in _ELSEWHERE or value is None or value == {}:
            continue
        unit = next((u for u in _UNITS if name.endswith(f"_{u}")), "")
        word = _WORDS.get(name, name.removesuffix(f"_{unit}").replace("_", " "))
        said = f"{_said(value)} {unit.replace('_per_', '/')}".rstrip()
        if isinstance(value, Mapping) and name == "data_sources":
            said = _grouped(value)
        yield joined([tag("dt", word), tag("dd", said)])


def _said(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{k} {_said(v)}" for k, v in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(_said(v) for v in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _grouped(sources: Mapping[str, object]) -> str:
    """Series by origin; a series whose origin is the same in all seasons is named once."""
    origins: dict[str, dict[str, None]] = {}
    for path, origin in sources.items():
        series = path.rpartition(".")[2]
        everywhere = {str(o) for p, o in sources.items() if p.rpartition(".")[2] == series}
        name = series if len(everywhere) == 1 else path
        origins.setdefault(str(origin), {})[name] = None
    return "; ".join(f"{', '.join(names)}: {origin}" for origin, names in origins.items())
