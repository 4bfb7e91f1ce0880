"""The head of the report: what this is, of which site, from which data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from services.report.page.markup import Markup, joined, tag
from services.study.outcome import StudyOutcome

FORESIGHT = (
    "Plans know loads and prices perfectly in this version: no forecast error is in any figure."
)
_WORDS = {
    "site_hash": "hash of the site declaration",
    "data": "data",
    "data_sources": "data sources",
    "seed": "seed",
    "versions": "versions",
    "grid_factor": "grid emission factor",
    "grid_factor_variant": "grid emission factor",
    "station_owner": "station credited to",
    "seasons_declared": "seasons declared",
}


def head(outcome: StudyOutcome) -> Markup:
    """Title, what is compared, and where everything comes from."""
    runs = sum(len(s.runs) for s in outcome.seasons.values())
    return tag(
        "header",
        tag("p", "rami-twins study", class_="kicker"),
        tag("h1", f"Heat transfer station at {outcome.site}"),
        tag(
            "p",
            f"Seasons: {', '.join(outcome.seasons) or 'none'}; closed-loop runs on simulated "
            f"plants: {runs}. A baseline without exchange against runs that follow plans made by "
            "marginal cost and by average cost. All money, energy and emissions come from the "
            "meters of the executed runs. ",
            tag("strong", FORESIGHT),
            class_="lead",
        ),
        tag("dl", *_provenance(outcome.provenance)),
    )


def _provenance(provenance: Mapping[str, object]) -> list[Markup]:
    return [
        joined([tag("dt", _WORDS.get(name, name.replace("_", " "))), tag("dd", _said(value))])
        for name, value in provenance.items()
    ]


def _said(value: object) -> str:
    if isinstance(value, Mapping):
        if len(set(map(str, value.values()))) == 1 and len(value) > 1:
            return f"{next(iter(value.values()))} ({', '.join(map(str, value))})"
        return "; ".join(f"{k}: {_said(v)}" for k, v in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(_said(v) for v in value)
    return str(value)
