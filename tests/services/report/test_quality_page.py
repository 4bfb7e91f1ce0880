"""quality.html: asks no network, says units and sources, copes with nothing and with much."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from rami.core.errors import RunError
from rami.core.signal import Rows
from rami.core.timegrid import NS, instant
from rami.information.quality.assess import assess
from rami.information.quality.relation import Balance, Relation
from rami.information.quality.report import QualityReport
from rami.information.quality.rules import effective_rules
from rami.information.quality.subject import Subject
from services.report.quality import write_quality
from services.report.quality.detail import DRAWN, detail
from services.report.quality.page import SHOWN, document
from tests.services.report.test_document import figures_of, without_plotly


def _report(
    signals: int = 3, days: int = 4, relations: list[Relation] | None = None
) -> QualityReport:
    rng = np.random.default_rng(1)
    start = instant("2019-01-14T00:00Z")
    count = 96 * days
    parts = []
    for i in range(signals):
        values = 50 + 10 * np.sin(np.arange(count) / 15.3) + rng.normal(0, 0.1, count)
        values[40 + i] = 900.0
        values[60 : 60 + i] = np.nan
        parts.append(values)
    names = tuple(f"a.x{i}.P<b>" if i == 0 else f"a.x{i}.P" for i in range(signals))
    rows = Rows(
        names,
        np.repeat(np.arange(signals, dtype=np.int32), count),
        np.tile(start + 900 * NS * np.arange(count), signals),
        np.concatenate(parts),
        np.zeros(signals * count, np.uint32),
    )
    rules, _ = effective_rules([Subject(n, "power") for n in names], None)
    sources = dict.fromkeys(names, "meter & logger")
    found = assess(rows, rules, relations or [], sources=sources)
    return QualityReport.of("file <x>", found, {"data": "file <x>"})


def test_nothing_is_loaded_from_outside_and_nothing_is_markup() -> None:
    report = _report()
    page = without_plotly(document(report, report.plain()))
    for asked in ("http:", "https:", "//cdn", "src=", "<link", "@import", "url("):
        assert asked not in page, asked
    body = page.partition('<script type="application/json"')[0]
    assert "<b>" not in body and "file &lt;x&gt;" in body


def test_every_figure_has_its_place_and_only_faulty_signals_are_drawn() -> None:
    report = _report(SHOWN + 3)
    page = document(report, report.plain())
    places = re.findall(r'data-figure="([^"]+)"', page)
    assert sorted(places) == sorted(figures_of(page))
    assert len(places) == 1 + SHOWN
    shown = figures_of(page)["overview"]["data"][0]
    assert len(shown["y"]) == SHOWN + 3 and len(shown["x"]) == 4


def test_plotly_accepts_every_figure() -> None:
    import plotly.graph_objects as go

    report = _report()
    for name, drawn in figures_of(document(report, report.plain())).items():
        go.Figure(drawn["data"], drawn["layout"]), name


def test_findings_are_told_and_verdicts_listed() -> None:
    balance = Balance("a: balance", {"a.x1.P": 1.0, "a.x2.P": -0.1}, {}, 0.01, 0.1, 3600.0)
    report = _report(3, relations=[balance])
    page = document(report, report.plain())
    assert "a: balance" in page and "violated" in page and "a.x1.P, a.x2.P disagree" in page
    assert "1 cross-checks 1 are violated" in page


def test_long_series_keep_their_extremes() -> None:
    report = _report(1, 60)
    (one,) = report.assessment.signals.values()
    drawn = detail(one, 1)
    assert "extremes" in drawn.caption and "kW" in drawn.caption
    assert len(drawn.traces[0]["x"]) <= 2 * DRAWN


def test_a_report_without_signals_is_a_page(tmp_path: Path) -> None:
    empty = QualityReport.of("nothing", assess(Rows.none(), []), {})
    page, data = write_quality(empty, tmp_path / "out")
    assert page.is_file() and data.is_file()


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(RunError, match="taken"):
        write_quality(_report(), tmp_path / "taken")
