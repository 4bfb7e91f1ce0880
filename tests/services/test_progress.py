from __future__ import annotations

import io

import pytest

from services.progress import reported, silent


def test_plain_lines_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with reported() as report:
        for share in (0.0, 0.1, 0.3, 0.3, 0.55, 1.0, 1.0):
            report("winter", share)
        report("model", 1.0)
    assert capsys.readouterr().err.splitlines() == [
        "winter: 0 %",
        "winter: 25 %",
        "winter: 50 %",
        "winter: done",
        "model: done",
    ]


def test_bars_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    shown = Terminal()
    monkeypatch.setattr("sys.stderr", shown)
    with reported() as report:
        report("winter", 0.5)
        report("winter", 1.0)
    assert "winter" in shown.getvalue()
    assert "100 %" in shown.getvalue()


def test_nobody_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    silent("winter", 0.5)
    assert capsys.readouterr() == ("", "")
