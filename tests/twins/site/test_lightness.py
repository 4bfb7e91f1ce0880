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


def test_further_sources_load_none_either(reference_site_file: Path, tmp_path: Path) -> None:
    sources = {
        "files": "kind: ems_files, folder: f}, gives: [price_da]",
        "http": 'kind: ems_http, url: "https://e"}, gives: [temp_air]',
        "opcua": "kind: ems_opcua, url: opc.tcp://e, nodes: {P_el_factory: "
        "{node: i=1, unit: kW}}}, gives: [P_el_factory]",
    }
    entries = "".join(f"  {name}: {{source: {{{said}}}\n" for name, said in sources.items())
    file = tmp_path / "site.yaml"
    file.write_text(f"{reference_site_file.read_text('utf-8')}\nexternal:\n{entries}", "utf-8")
    program = f"import sys\nfrom twins.site import load_site; load_site({str(file)!r})"
    assert _loaded(f"{program}\nassert 'httpx' not in sys.modules") == ""


def test_checking_one_on_the_command_line_loads_none_either(reference_site_file: Path) -> None:
    code = (
        "from services.cli.check import check\nfrom pathlib import Path\n"
        f"check(Path({str(reference_site_file)!r}), False)"
    )
    assert _loaded(code) == ""


def test_the_command_line_itself_loads_no_work(reference_site_file: Path) -> None:
    code = "import services.cli\nassert 'pydantic' not in sys.modules and 'yaml' not in sys.modules"
    assert _loaded(code) == ""
