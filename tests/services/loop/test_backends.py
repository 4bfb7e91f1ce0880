"""Another word behind a twin, the same run: native equations, and an FMU taken from a file."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.services.conftest import Ready, ReadySite

HOURS = 2


@pytest.fixture(scope="module")
def usual(reference: ReadySite) -> Any:
    return reference.run("marginal", HOURS).evaluation


def test_native_equations_give_the_same_run(
    usual: Any, reference_site_declaration: dict[str, Any], ready: Ready, tmp_path: Path
) -> None:
    reference_site_declaration["twins"]["dhs"]["backends"]["model"] = {"kind": "native"}
    native = ready(reference_site_declaration, tmp_path).run("marginal", HOURS).evaluation
    assert native.closure.holds, native.closure.broken()
    for path in ("dhs.dhs_flow.T", "dhs.chp.P_th", "hts.hex_dhs_in.P"):
        assert np.allclose(native.means[path], usual.means[path], rtol=1e-6, atol=1e-6), path


def test_an_fmu_from_a_file_stands_behind_a_twin(
    usual: Any,
    reference: ReadySite,
    reference_site_declaration: dict[str, Any],
    ready: Ready,
    tmp_path: Path,
) -> None:
    shutil.copy(reference.fmus["iess"], tmp_path / "plant.fmu")
    model = {"kind": "fmu", "path": "plant.fmu"}
    reference_site_declaration["twins"]["iess"]["backends"]["model"] = model
    made = ready(reference_site_declaration, tmp_path)
    assert "iess" not in made.fmus
    foreign = made.run("marginal", HOURS).evaluation
    for path in ("iess.hnht_flow.T", "iess.chp.P_th", "hts.hex_hnht.P"):
        assert np.array_equal(foreign.means[path], usual.means[path]), path
