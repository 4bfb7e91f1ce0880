from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HEAVY = (
    "numpy", "scipy", "networkx", "sympy", "pyomo", "highspy", "fmpy", "plotly", "asyncua", "rich",
)  # fmt: skip


def _loaded(code: str) -> str:
    program = f"import sys\n{code}\nprint(' '.join(m for m in {HEAVY!r} if m in sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()[-1]


def test_reading_a_site_loads_no_heavy_library(reference_site_file: Path) -> None:
    code = f"from twins.site import load_site; load_site({str(reference_site_file)!r})"
    assert _loaded(code) == ""


def test_checking_one_on_the_command_line_loads_none_either(reference_site_file: Path) -> None:
    code = (
        "from services.cli.check import check\nfrom pathlib import Path\n"
        f"check(Path({str(reference_site_file)!r}), False)"
    )
    assert _loaded(code) == ""


def test_the_command_line_itself_loads_no_work(reference_site_file: Path) -> None:
    code = "import services.cli\nassert 'pydantic' not in sys.modules and 'yaml' not in sys.modules"
    assert _loaded(code) == ""
