"""The command `rami` as a user calls it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Rami = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def rami(tmp_path: Path) -> Rami:
    """Runs the command in an empty folder."""

    def run(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "services.cli", *map(str, arguments)],
            cwd=tmp_path,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@pytest.fixture
def broken_site(tmp_path: Path, reference_site_file: Path) -> Path:
    """A site file with two faults."""
    text = reference_site_file.read_text(encoding="utf-8")
    text = text.replace("storage: hs\n", "storage: hss\n").replace("seed: 2019", "seeds: 2019")
    file = tmp_path / "broken.yaml"
    file.write_text(text, encoding="utf-8")
    return file
