"""What `rami study` and `rami run` hand on, and what they refuse before any work is done."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rami.core.errors import ConfigurationError
from services.cli import run as run_command
from services.cli import study as study_command
from services.cli.study import study

OPTIONS: dict[str, Any] = {
    "seasons": None,
    "days": None,
    "data": None,
    "prices": None,
    "step": None,
    "json": True,
}


def _study(file: Path, out: Path, **options: Any) -> None:
    study(file, out, **{**OPTIONS, **options})


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"seasons": "wintr"}, "no season 'wintr'; hint: did you mean 'winter'?"),
        ({"seasons": " , "}, "names no season"),
        ({"step": "60"}, "--step: 60 needs a unit"),
        ({"step": "-60 s"}, "wanted more than 0 s"),
        ({"step": "1e999 s"}, "--step: wanted at most 1 d, got 1e999 s"),
        ({"days": 99_999_999}, "--days: wanted at most 3660, got 99999999"),
        ({"data": Path("nowhere")}, "--data: no folder 'nowhere'"),
        ({"prices": Path("nowhere.csv")}, "--prices: no file 'nowhere.csv'"),
    ],
)
def test_options_that_cannot_be(
    options: dict[str, Any], words: str, reference_site_file: Path, tmp_path: Path
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        _study(reference_site_file, tmp_path, **options)
    assert words in str(caught.value)


def test_a_site_without_study(reference_site_file: Path, tmp_path: Path) -> None:
    file = tmp_path / "site.yaml"
    text = reference_site_file.read_text(encoding="utf-8")
    file.write_text(text[: text.index("study:")], encoding="utf-8")
    with pytest.raises(ConfigurationError, match="key 'study' is missing"):
        _study(file, tmp_path)


def test_what_the_study_is_given(
    reference_site_file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    given: dict[str, Any] = {}

    def run_study(site: Any, out: Path, report: Any, **options: Any) -> None:
        given.update(options, site=site.name)
        report("winter", 1.0)
        (out / "results.json").write_text('{"seasons": {}}\n')

    monkeypatch.setattr("services.study.run.run_study", run_study)
    _study(reference_site_file, tmp_path, seasons="summer,winter", days=2, step="1 min")
    assert given == {
        "site": "reference",
        "seasons": ("winter", "summer"),
        "days": 2,
        "data": None,
        "prices": None,
        "step_s": 60.0,
    }
    assert json.loads(capsys.readouterr().out) == {"seasons": {}}


def test_what_a_run_prints(
    reference_site_file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    figures = {"benefit_EUR": 1234.5678, "plans": 14, "lost_kWh": float("nan")}
    monkeypatch.setattr("services.run.run_site", lambda site, out, report: figures)
    run_command.run(reference_site_file, tmp_path, json=True)
    told = json.loads(capsys.readouterr().out)
    assert told == {"benefit_EUR": 1234.5678, "plans": 14, "lost_kWh": None}
    run_command.run(reference_site_file, tmp_path, json=False)
    assert "1,234.57" in capsys.readouterr().out
    assert study_command.study is study


def test_warnings_come_before_the_work(
    reference_site_file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def run_study(site: Any, out: Path, report: Any, **options: Any) -> None:
        (out / "results.json").write_text("{}\n")

    monkeypatch.setattr("services.run.run_site", lambda site, out, report: {})
    monkeypatch.setattr("services.study.run.run_study", run_study)
    file = tmp_path / "site.yaml"
    text = reference_site_file.read_text(encoding="utf-8")
    file.write_text(text.replace("hnht: {flow: 115 degC", "hnht: {flow: 110 degC"))
    run_command.run(file, tmp_path, json=True)
    told = capsys.readouterr()
    assert told.err.startswith(f"warning: {file}:")
    assert json.loads(told.out) == {}
    _study(file, tmp_path)
    told = capsys.readouterr()
    assert told.err.startswith(f"warning: {file}:")
    assert json.loads(told.out) == {}
