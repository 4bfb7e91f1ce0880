"""The report on the quality of signals: quality.html and quality.json."""

from __future__ import annotations

import json
from pathlib import Path

from rami.core.errors import RunError
from rami.information.quality.report import QualityReport
from services.report.quality.page import document
from services.report.whole_file import write_whole

__all__ = ["write_quality"]


def write_quality(report: QualityReport, folder: Path) -> tuple[Path, Path]:
    """Both files; equal reports give equal bytes. Raises RunError where they cannot be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunError(f"{folder}: cannot be made: {error.strerror or error}") from error
    plain = report.plain()
    page, data = folder / "quality.html", folder / "quality.json"
    write_whole(data, json.dumps(plain, indent=1, ensure_ascii=False, sort_keys=False) + "\n")
    write_whole(page, document(report, plain))
    return page, data
