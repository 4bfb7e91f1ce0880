"""`rami check` reads the maps of plants, without loading a protocol stack."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from rami.core.errors import ConfigurationError
from twins.site import load_site


def _site(folder: Path, declared: dict[str, Any], rows: str, **more: Any) -> Path:
    (folder / "hts.csv").write_text(rows, encoding="utf-8")
    plant = {"kind": "opcua", "endpoint": "opc.tcp://plc:4840", "nodes": "hts.csv", **more}
    declared["twins"]["hts"]["backends"] = {"plant": plant}
    file = folder / "site.yaml"
    file.write_text(json.dumps(declared, default=lambda v: v.isoformat()), encoding="utf-8")
    return file


def test_all_that_is_wrong_in_a_map_is_told_with_its_lines(
    tmp_path: Path, reference_site_declaration: dict[str, Any]
) -> None:
    rows = "point,node,unit\nhp.u,nsu=urn:p;s=u,kW\nhp.P_ell,nsu=urn:p;s=P,kW\nih.u,nowhere,1\n"
    file = _site(tmp_path, reference_site_declaration, rows, optional=["*"])
    with pytest.raises(ConfigurationError) as caught:
        load_site(file)
    told = [str(problem) for problem in caught.value.problems]
    assert len(told) == 3
    assert all(line.startswith(f"{tmp_path}/hts.csv:") for line in told)
    assert f"{tmp_path}/hts.csv:3: the twin has no point 'hp.P_ell'" in told[0]


def test_points_without_a_node_are_told(
    tmp_path: Path, reference_site_declaration: dict[str, Any]
) -> None:
    rows = "point,node,unit\nhp.u,nsu=urn:p;s=u,1\n"
    file = _site(tmp_path, reference_site_declaration, rows)
    with pytest.raises(ConfigurationError, match="points are not in a node map: hex_hnht"):
        load_site(file)
    site = load_site(_site(tmp_path, reference_site_declaration, rows, optional=["*"]))
    assert [w for w in site.warnings if "optional points are not in a node map" in str(w)]


def test_a_plant_is_no_model(tmp_path: Path, reference_site_declaration: dict[str, Any]) -> None:
    file = _site(tmp_path, reference_site_declaration, "point,node\n", optional=["*"])
    backends = reference_site_declaration["twins"]["hts"]["backends"]
    backends["model"] = backends.pop("plant")
    file.write_text(
        json.dumps(reference_site_declaration, default=lambda v: v.isoformat()), encoding="utf-8"
    )
    with pytest.raises(ConfigurationError, match="opcua"):
        load_site(file)


def test_checking_a_map_loads_no_protocol_stack(
    tmp_path: Path, reference_site_declaration: dict[str, Any]
) -> None:
    rows = "point,node,unit\nhp.u,nsu=urn:p;s=u,1\n"
    file = _site(tmp_path, reference_site_declaration, rows, optional=["*"])
    code = (
        "import sys; from twins.site import load_site; load_site(sys.argv[1]); "
        "print({'asyncua', 'numpy', 'cryptography'} & set(sys.modules))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, str(file)], capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == "set()"
