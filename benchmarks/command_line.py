"""CPU time of the console script against bare imports of the libraries it cannot do without."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.row import Row, in_turns

_BARE = "import yaml, pydantic, typer"
_SITE = Path(__file__).parents[1] / "examples" / "reference" / "site.yaml"


def _child_cpu(command: list[str]) -> float:
    """User and system seconds of one child process."""
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        raise subprocess.CalledProcessError(child.returncode, command)
    return usage.ru_utime + usage.ru_stime


def rows(quick: bool = False) -> Iterator[Row]:
    """`rami --help` (goal: 2 times the bare imports) and `rami check` (4 times)."""
    rami = str(Path(sys.executable).with_name("rami"))
    bare = [sys.executable, "-c", _BARE]
    for name, command, goal in (
        ("rami --help", [rami, "--help"], 2.0),
        ("rami check", [rami, "check", str(_SITE)], 4.0),
    ):
        measured = in_turns(
            lambda command=command: _child_cpu(command),  # type: ignore[misc]
            lambda: _child_cpu(bare),
            5 if quick else 25,
            scale=1e3,
        )
        yield measured.at_most(f"CPU of `{name}`", "ms", f'python -c "{_BARE}"', goal)
