"""Files appear whole, or the one before stays."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from rami.asset.topology import SiteTopology
from rami.core.errors import RunError
from services.report import timeseries, write_report, write_results, write_timeseries, write_timings
from services.report.whole_file import whole_file, write_whole
from services.study.outcome import StudyOutcome


@pytest.mark.parametrize("stop", [ValueError, KeyboardInterrupt])
def test_an_error_half_way_keeps_the_file_before(tmp_path: Path, stop: type[BaseException]) -> None:
    target = tmp_path / "report.html"
    write_whole(target, "before")
    with pytest.raises(stop), whole_file(target) as file:
        file.write(b"half")
        raise stop
    assert target.read_text() == "before"
    assert [p.name for p in tmp_path.iterdir()] == ["report.html"]


def test_a_full_disc_is_told_with_file_and_reason(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"a\.json.*No space left"), whole_file(tmp_path / "a.json"):
        raise OSError(28, "No space left on device")
    assert not list(tmp_path.iterdir())


def test_every_writer_names_what_it_cannot_write(
    small: SiteTopology, small_study: StudyOutcome, tmp_path: Path
) -> None:
    lost = tmp_path / "missing"
    with pytest.raises(RunError, match=r"missing/r\.html: cannot be written: No such file"):
        write_report(small_study, small, lost / "r.html")
    with pytest.raises(RunError, match=r"missing/t\.csv\.gz: cannot"):
        write_timeseries(small_study, small, lost / "t.csv.gz")
    for write in (write_results, write_timings):
        with pytest.raises(RunError, match=r"missing/r\.json: cannot"):
            write(small_study, lost / "r.json")


def test_a_table_that_fails_half_way_leaves_the_old_one(
    small: SiteTopology, small_study: StudyOutcome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "t.csv.gz"
    write_timeseries(small_study, small, target)
    before = gzip.decompress(target.read_bytes())

    def full(start: str, times: list[str], table: np.ndarray) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(timeseries, "_lines", full)
    with pytest.raises(RunError, match="No space left"):
        write_timeseries(small_study, small, target)
    assert gzip.decompress(target.read_bytes()) == before
    assert [p.name for p in tmp_path.iterdir()] == ["t.csv.gz"]
