"""Tables on the terminal and on the page."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console

from rami.asset.topology import SiteTopology
from services.report import print_table
from services.report.page.bills import bills
from services.report.page.closure import closure
from services.report.page.markup import number, table
from services.report.page.plans import plans
from services.report.page.relative import relative
from services.report.page.tracking import tracking
from services.report.page.tuning import tuning
from services.report.paper import printed
from services.study.outcome import StudyOutcome
from tests.services.report.outcomes import study


def printed_lines(outcome: StudyOutcome, width: int = 100) -> list[str]:
    out = StringIO()
    print_table(outcome, Console(file=out, width=width))
    return out.getvalue().splitlines()


def test_terminal_table_fits_and_holds_both_bases_and_the_paper(small_study: StudyOutcome) -> None:
    lines = printed_lines(small_study)
    assert max(map(len, lines)) <= 100
    text = "\n".join(lines)
    for word in (
        "winter",
        "marginal",
        "average",
        "30,000",
        "are of 14-day runs",
        "2 seasons, 2 days",
    ):
        assert word in text
    assert "19,386" not in text
    assert "not in this study: seasons spring, fall" in text


def test_terminal_shows_the_paper_beside_runs_of_its_length(small_study: StudyOutcome) -> None:
    long = replace(small_study, provenance={**small_study.provenance, "duration_s": 14 * 86400.0})
    lines = printed_lines(long)
    assert max(map(len, lines)) <= 100
    text = " ".join(lines)
    for word in ("19,386", "another site, real loads, 14 days", "not comparable in"):
        assert word in text


def test_one_season_of_a_day_is_said_in_the_singular(small: SiteTopology) -> None:
    assert "(1 season, 1 day)" in printed_lines(study(small, ("winter",), days=1))[0]


def test_a_pipe_gets_the_whole_table(small_study: StudyOutcome) -> None:
    assert printed_lines(small_study, width=80) == printed_lines(small_study)


def test_terminal_table_of_an_empty_study(small: SiteTopology) -> None:
    assert any("seasons winter, spring" in line for line in printed_lines(study(small, ())))


def test_the_paper_as_printed() -> None:
    winter, fall = printed("winter"), printed("fall")
    assert winter is not None and fall is not None
    assert winter["scope1_t"] == {"iess": -128.7, "dhs": 170.4, "total": 42.1}
    assert fall["scope2_t"]["dhs"] == 72.1
    assert printed("monsoon") is None


def test_closure_marks_what_does_not_close(small_study: StudyOutcome) -> None:
    season = small_study.seasons["winter"]
    broken = replace(season.runs["marginal"], closure={"energy_rel": 2e-6, "money_eur": 0.005})
    runs = {**season.runs, "marginal": broken}
    seen = closure(replace(small_study, seasons={"winter": replace(season, runs=runs)}))
    assert seen.count('class="bad"') == 1
    assert '<span class="bad">2.0e-06</span>' in seen


def test_tracking_marks_missed_goals_and_lists_causes(small_study: StudyOutcome) -> None:
    run = small_study.seasons["winter"].runs["marginal"]
    assert run.tracking is not None
    seen = tracking(run)
    assert "not met" not in seen
    assert "valve at its limit" in seen
    late = replace(run.tracking, days_within=20, rms_temperature={"a.b": 2.5}, both_ways=1)
    assert tracking(replace(run, tracking=late)).count("not met") == 3
    assert tracking(small_study.seasons["winter"].runs["baseline"]) == ""


def test_plans_count_rungs_and_notes_and_ignore_unknown_gaps(small_study: StudyOutcome) -> None:
    run = small_study.seasons["winter"].runs["marginal"]
    seen = plans(replace(run, plan_gaps_eur=(0.5, float("nan"), 0.1)))
    assert "13 × milp, 1 × lp" in seen
    assert "at most 0.50 EUR, mean 0.30 EUR" in seen
    assert "(2 times)" in seen


def test_tuning_flattens_to_one_row_per_loop(small_study: StudyOutcome) -> None:
    seen = tuning(small_study)
    assert "exchange_house.loop_a" in seen and "T_u_s" in seen
    assert tuning(replace(small_study, tuning={})) == ""


@pytest.mark.parametrize(
    ("value", "decimals", "signed", "shown"),
    [
        (-1234.5, 1, False, "−1,234.5"),
        (12.0, 0, True, "+12"),
        (-0.04, 1, True, "0.0"),
        (None, 0, False, "–"),
        (float("nan"), 0, False, "–"),
    ],
)
def test_numbers(value: float | None, decimals: int, signed: bool, shown: str) -> None:
    assert number(value, decimals, signed) == shown


def test_columns_of_numbers_stand_right() -> None:
    seen = table("c", ["name", "kW"], [["a<b", "1,200"]])
    assert '<th scope="col" class="n">kW</th>' in seen
    assert "<td>a&lt;b</td>" in seen


def test_relative_figures_name_a_baseline_near_zero(small_study: StudyOutcome) -> None:
    seen = relative(small_study)
    assert "+4.1 %" in seen and "−25.0 %" in seen
    assert seen.count("near zero") == 2 * 2 * 2 + 1  # seasons, modes, cells; caption


def test_accounts_show_stations_and_borders(small_study: StudyOutcome) -> None:
    seen = bills(small_study.seasons["winter"])
    assert "hts drawn town.grid" in seen and "t CO2e" in seen
    assert "hts.border" in seen and "difference of the two meters, kWh" in seen
    assert "−180,000" in seen
