"""Consumers that went short are named where the comparison is shown."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console

from services.report import print_table
from services.report.page.changes import changes
from services.study.outcome import StudyOutcome

SAID = (
    "winter marginal: iess.buildings got 94.7 of 106.2 MWh (10.8 % missing): "
    "costs and benefits are not comparable"
)


def short(outcome: StudyOutcome, **more: float) -> StudyOutcome:
    """The study with a consumer of winter's marginal run that lacks heat."""
    winter = outcome.seasons["winter"]
    found = {"wanted_MWh": 106.2, "served_MWh": 94.7, "missing_share": 0.1083, **more}
    block = {**winter.figures["marginal"], "unserved": {"iess.buildings": found}}
    figures = {**winter.figures, "marginal": block}
    return replace(outcome, seasons={**outcome.seasons, "winter": replace(winter, figures=figures)})


def terminal(outcome: StudyOutcome) -> str:
    out = StringIO()
    print_table(outcome, Console(file=out, width=160))
    return out.getvalue()


def test_the_terminal_names_the_consumer_once(small_study: StudyOutcome) -> None:
    assert terminal(short(small_study)).count(SAID) == 1


@pytest.mark.parametrize("share", [0.0, 0.25])
def test_the_baselines_share_stands_beside(small_study: StudyOutcome, share: float) -> None:
    found = short(small_study, baseline_missing_share=share)
    assert f"(10.8 % missing, {100 * share:.1f} % in the baseline)" in terminal(found)
    assert f'<td class="n">{100 * share:.1f} %</td>' in changes(found)


def test_the_page_warns_before_the_table_of_changes(small_study: StudyOutcome) -> None:
    page = changes(short(small_study))
    warning = page.index("Consumers went short")
    assert warning < page.index('<td>iess.buildings</td><td class="n">106.2</td>')
    assert page.index("iess.buildings") < page.index("Optimised minus baseline")
    assert '<td class="n">94.7</td><td class="n">10.8 %</td><td class="n">–</td>' in page


def test_nothing_is_said_where_all_were_served(small_study: StudyOutcome) -> None:
    assert "went short" not in changes(small_study)
    assert "missing)" not in terminal(small_study)
