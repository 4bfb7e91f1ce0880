import subprocess
import sys
from importlib import import_module

import pytest


@pytest.mark.parametrize("package", ["rami.business", "rami.information"])
def test_every_listed_name_loads(package: str) -> None:
    module = import_module(package)
    assert all(getattr(module, name).__name__ == name for name in module.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        module.nothing  # noqa: B018


def test_declarations_load_no_arrays() -> None:
    code = (
        "import sys, rami.business.tariffs, adapters.sources.csv.configuration, "
        "adapters.sources.synthetic.configuration; sys.exit('numpy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
