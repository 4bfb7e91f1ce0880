"""A stranger's service in a clean environment, against the wheel as it is built here."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from services.platform.skeleton import written


def test_the_example_is_what_the_command_writes(repository: Path) -> None:
    folder = repository / "examples" / "service-template"
    for place, text in written("usual_load").items():
        assert (folder / place).read_text(encoding="utf-8") == text


def test_the_examples_own_test_passes(repository: Path) -> None:
    folder = repository / "examples" / "service-template"
    command = [sys.executable, "-B", "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    environment = os.environ | {"PYTHONPATH": str(folder)}
    ran = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout


@pytest.mark.soak
def test_it_replaces_the_heat_load_forecast_in_a_clean_environment(
    repository: Path, tmp_path: Path, peer: Callable[[str], Any]
) -> None:
    for tool in ("build", "hatchling"):
        peer(tool)
    wheels, venv = tmp_path / "wheels", tmp_path / "venv"
    for project in (repository, repository / "examples" / "service-template"):
        _run("build", "--wheel", "--no-isolation", "--outdir", str(wheels), str(project))
    _run("venv", "--without-pip", str(venv))
    _run("pip", "--python", str(venv / "bin" / "python"), "install", "-q", "--no-index",
         "--no-deps", *map(str, wheels.iterdir()))  # fmt: skip
    # what both depend on is taken from here; the editable install is not, its .pth is not read
    environment = os.environ | {"PYTHONPATH": sysconfig.get_path("purelib")}
    script = repository / "tests" / "house" / "try_service.sh"
    ran = subprocess.run(
        [script, venv / "bin", tmp_path / "elsewhere"],
        env=environment,
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "kind: usual_load: ok" in ran.stdout


def _run(module: str, *words: str) -> None:
    ran = subprocess.run([sys.executable, "-m", module, *words], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
