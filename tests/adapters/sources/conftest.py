"""Writing small files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.sources.csv.configuration import CsvConfiguration
from rami.information.table.source import TableSource

Write = Callable[..., TableSource]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """`write(text, **options)`: a source of one file with this text."""

    def written(text: str, bytes_as: str = "utf-8", **options: object) -> TableSource:
        (tmp_path / "data.csv").write_bytes(text.encode(bytes_as))
        settings = CsvConfiguration.model_validate(
            {"files": [{"file": "data.csv", **options} if options else "data.csv"]}
        )
        source = settings.open(tmp_path, {})
        assert isinstance(source, TableSource)
        return source

    return written
