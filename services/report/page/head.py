"""The head of the report: what this is, of which site, from which data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from services.report.comparison import span
from services.report.page.markup import Markup, joined, tag
from services.study.outcome import StudyOutcome

PERFECT = "Plans know loads and prices perfectly: no forecast error is in any figure."
BOTH = (
    "Plans know loads and prices perfectly, but for the runs on forecasts: what that costs has a "
    "section of its own."
)
_WORDS = {
    "site_hash": "hash of the site declaration",
    "grid_factor_variant": "variant of the grid factor",
    "station_owner": "station credited to",
    "heat_transfer": "purchased heat in scope 2",
    "data_files_sha256": "SHA-256 of data files",
}
#: said elsewhere on the page
_ELSEWHERE = (
    *("site", "seasons", "seasons_declared", "foresight", "synthetic_loads"),
    "external",
)
_UNITS = ("kg_per_kWh", "s")


def head(outcome: StudyOutcome) -> Markup:
    """Title, what is compared, and where everything comes from."""
    runs = sum(len(s.runs) for s in outcome.seasons.values())
    forecast = any("forecast" in s.runs for s in outcome.seasons.values())
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
            tag("strong", BOTH if forecast else PERFECT),
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
        if unit == "s" and isinstance(value, int | float):
            said = span_said(value)
        if isinstance(value, Mapping) and name == "data_sources":
            yield joined([tag("dt", word), *(tag("dd", line) for line in _grouped(value))])
            continue
        yield joined([tag("dt", word), tag("dd", said)])


def span_said(seconds: float) -> str:
    """A span in the largest unit that gives a whole number: `60 s`, `15 min`, `14 d`."""
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds > 60 and seconds % length == 0:
            return f"{seconds / length:g} {unit}"
    return f"{seconds:g} s"


def _said(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{k} {_said(v)}" for k, v in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(_said(v) for v in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _grouped(sources: Mapping[str, object]) -> list[str]:
    """One line per origin with its series and, where it does not serve all seasons, their names.

    A file is one origin whatever its columns; an origin that another one continues after a
    comma is the same, and the rest describes the series.
    """
    seasons = {path.rpartition(".")[0] for path in sources}
    origins = {str(said).partition(", column ")[0] for said in sources.values()}
    series: dict[str, dict[str, None]] = {}
    served: dict[str, dict[str, None]] = {}
    for path, said in sources.items():
        season, _, name = path.rpartition(".")
        whole = str(said).partition(", column ")[0]
        origin = min((o for o in origins if f"{whole}, ".startswith(f"{o}, ")), key=len)
        detail = whole[len(origin) + 2 :]
        series.setdefault(origin, {})[f"{name} ({detail})" if detail else name] = None
        served.setdefault(origin, {})[season] = None
    return [
        (
            origin
            if len(served[origin]) == len(seasons)
            else f"{', '.join(served[origin])}: {origin}"
        )
        + f": {', '.join(names)}"
        for origin, names in series.items()
    ]
