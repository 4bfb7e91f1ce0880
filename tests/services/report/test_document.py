"""The page as a whole: asks no network, same bytes, copes with what is missing."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rami.asset.topology import SiteTopology
from services.report import write_report
from services.report.page.changes import verdict
from services.report.page.document import document
from services.study.outcome import Mode, StudyOutcome
from tests.services.report.outcomes import study

UNITS = ("kW", "kWh", "MWh", "EUR", "kEUR", "°C", "CO2e", "UTC")


def without_plotly(page: str) -> str:
    from plotly.offline import get_plotlyjs

    assert page.count(get_plotlyjs()) == 1
    return page.replace(get_plotlyjs(), "")


def figures_of(page: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="figures">(.*?)</script>', page, re.S)
    assert found
    figures: dict[str, Any] = json.loads(found[1])
    return figures


@pytest.fixture(scope="module")
def page(small: SiteTopology, small_study: StudyOutcome) -> str:
    return document(small_study, small)


def test_nothing_is_loaded_from_outside(page: str) -> None:
    own = without_plotly(page)
    assert "default-src 'none'" in own
    for asked in ("http:", "https:", "//cdn", "src=", "<link", "@import", "url("):
        assert asked not in own, asked


def test_same_outcome_same_bytes(
    small: SiteTopology, small_study: StudyOutcome, tmp_path: Path
) -> None:
    for name in ("one.html", "two.html"):
        write_report(small_study, small, tmp_path / name)
    assert (tmp_path / "one.html").read_bytes() == (tmp_path / "two.html").read_bytes()


def test_every_figure_has_its_place_once(page: str) -> None:
    places = re.findall(r'data-figure="([^"]+)"', page)
    assert sorted(places) == sorted(figures_of(page))


def test_every_axis_of_numbers_names_a_unit(page: str) -> None:
    for name, figure in figures_of(page).items():
        axes = {k: v for k, v in figure["layout"].items() if re.match(r"[xy]axis", k)}
        titles = [a["title"]["text"] for a in axes.values() if "title" in a]
        assert titles, name
        for title in titles:
            assert any(re.search(rf"\b{re.escape(u)}|{u}$", title) for u in UNITS), (name, title)
        bare = [k for k, a in axes.items() if "title" not in a]
        assert all(k.startswith("y") for k in bare), (name, bare)


def test_every_figure_says_unit_and_origin(page: str) -> None:
    captions = re.findall(r"<figcaption>(.*?)</figcaption>", page, re.S)
    assert len(captions) == len(figures_of(page))
    for caption in captions:
        assert re.search(r"simulated|meters of the executed run", caption), caption
        assert re.search(r"\b(kW|kWh|MWh|EUR|t CO2e)\b|°C", caption), caption


def test_plotly_accepts_every_figure(page: str, reference: SiteTopology) -> None:
    import plotly.graph_objects as go

    whole = document(study(reference, ("winter",), days=1), reference)
    for figures in (figures_of(page), figures_of(whole)):
        for figure in figures.values():
            go.Figure(data=figure["data"], layout=figure["layout"])


def test_names_come_from_the_site(page: str) -> None:
    own = without_plotly(page)
    assert "waste_heat (from works.steam_condensate)" in own
    for foreign in ("hnht", "hnlt", "hex_", "hts."):
        assert foreign not in own.replace("hts.border", ""), foreign


def test_head_says_what_the_plans_know_and_that_data_are_synthetic(page: str) -> None:
    assert "Plans know loads and prices perfectly: no forecast error" in page
    assert "SYNTHETIC DATA" in page
    assert "<dd>SYNTHETIC seed 2019: price_da, temp_air</dd>" in page
    assert "annual average" in page
    assert "0f3a9c11d2" in page


def test_the_paper_stands_beside_runs_of_its_length_only(
    page: str, small: SiteTopology, small_study: StudyOutcome
) -> None:
    assert "The paper&#x27;s figures are of 14-day runs and are shown beside such runs only" in page
    assert "another site, real loads, 14 days" in page
    assert "19,386" not in page and "lost its sign" not in page
    long = replace(small_study, provenance={**small_study.provenance, "duration_s": 1209600.0})
    whole = document(long, small)
    assert "paper (another site, real loads, 14 days)" in whole
    assert "another site, real loads, 14 days: not comparable in magnitude" in whole
    assert "19,386" in whole and "42.1 t" in whole and "lost its sign" in whole
    assert "shown beside such runs only" not in whole


def test_losing_money_is_said_plainly(page: str) -> None:
    assert "It lost money in winter (−1,268\u00a0EUR), summer (−1,268\u00a0EUR)." in page
    assert "DHS lost money" not in page


def test_every_owners_loss_is_said(small_study: StudyOutcome) -> None:
    winter = small_study.seasons["winter"]
    block = winter.figures["average"]
    gains = {**block["delta"]["benefit_eur"], "dhs": -320.4}
    losing = {**block, "delta": {**block["delta"], "benefit_eur": gains}}
    figures = {**winter.figures, "average": losing}
    seasons = {**small_study.seasons, "winter": replace(winter, figures=figures)}
    marginal, average = verdict(replace(small_study, seasons=seasons))
    assert average.endswith(" DHS lost money in winter (−320\u00a0EUR).")
    assert "lost money" not in marginal


@pytest.mark.parametrize(
    ("seasons", "modes", "said"),
    [
        (("winter",), ("baseline", "average", "marginal"), "seasons spring, summer, fall (stopped"),
        (("winter",), ("baseline", "average"), "run marginal of winter"),
        (("fall",), ("baseline",), "run average, marginal of fall"),
        ((), ("baseline",), "seasons winter, spring, summer, fall"),
    ],
)
def test_what_is_missing_is_said(
    small: SiteTopology, seasons: tuple[str, ...], modes: tuple[Mode, ...], said: str
) -> None:
    page = document(study(small, seasons, modes, days=1), small)
    assert said in page
    assert sorted(re.findall(r'data-figure="([^"]+)"', page)) == sorted(figures_of(page))


def test_texts_are_escaped(small: SiteTopology, small_study: StudyOutcome) -> None:
    page = document(replace(small_study, site="</script><b>x"), small)
    assert "</script><b>x" not in page
    assert "&lt;/script&gt;&lt;b&gt;x" in page


def test_series_are_grouped_by_origin(small: SiteTopology, small_study: StudyOutcome) -> None:
    sources = {
        "winter.a": "w.csv, column a_kW",
        "winter.b": "w.csv, column b_kW",
        "summer.a": "s.csv, column a_kW",
        "summer.b": "s.csv, column b_kW",
        **{f"{s}.c": "made, seed 1" for s in ("winter", "summer")},
        **{f"{s}.d": "made, seed 1, profile of 3 kW" for s in ("winter", "summer")},
    }
    page = document(replace(small_study, provenance={"data_sources": sources}), small)
    lines = re.findall("<dd>(.*?)</dd>", page)
    assert lines == [
        "winter: w.csv: a, b",
        "summer: s.csv: a, b",
        "made, seed 1: c, d (profile of 3 kW)",
    ]


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(10.0, "10 s"), (60.0, "60 s"), (900.0, "15 min"), (90.0, "90 s"), (1209600.0, "14 d")],
)
def test_spans_are_said_in_units_of_people(
    small: SiteTopology, small_study: StudyOutcome, seconds: float, said: str
) -> None:
    page = document(replace(small_study, provenance={"plan_step_s": seconds}), small)
    assert f"<dt>plan step</dt>\n<dd>{said}</dd>" in page
