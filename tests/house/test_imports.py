"""Reading a site file loads no solver, no symbolic algebra, no protocol stack."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

_HEAVY = {
    "adapters.assets.fmu.backend",
    "asyncua",
    "fmpy",
    "highspy",
    "models.kernel",
    "networkx",
    "numpy",
    "plotly",
    "pyomo",
    "scipy",
    "sympy",
}
_LOADED = """
import sys
from services.cli import main
sys.argv = ["rami", *sys.argv[1:]]
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
print("LOADED", *sorted(sys.modules))
"""


@pytest.mark.parametrize("command", ["--help", "check"])
def test_light_commands_load_nothing_heavy(command: str, reference_site_file: Path) -> None:
    site = [str(reference_site_file)] if command == "check" else []
    ran = subprocess.run(
        [sys.executable, "-c", _LOADED, command, *site], capture_output=True, text=True, check=True
    )
    loaded = ran.stdout.splitlines()[-1].split()
    assert loaded[0] == "LOADED"
    assert "services.cli" in loaded
    assert not set(loaded) & _HEAVY
