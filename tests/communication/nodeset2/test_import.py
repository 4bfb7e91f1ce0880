"""The files are taken by other stacks as they are, and nothing is lost on the way."""

from __future__ import annotations

import asyncio
import logging
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rami.communication.information_model import NodeSet, Told, site_model
from rami.communication.nodeset2 import nodeset2
from tests.communication.nodeset2.read_back import ReadBack, differences
from tests.communication.sites import (
    all_types,
    reference_model,
    reference_site,
    small_site,
    with_solar_field,
)

Files = Callable[..., list[Path]]


@pytest.fixture
def written(tmp_path: Path) -> Files:
    """Documents as files, in their order."""

    def write(*documents: str) -> list[Path]:
        paths = [tmp_path / f"{i}.NodeSet2.xml" for i in range(len(documents))]
        for path, text in zip(paths, documents, strict=True):
            path.write_text(text, encoding="utf-8")
        return paths

    return write


async def _imported(files: list[Path], wanted: NodeSet) -> NodeSet:
    from asyncua import Server

    server = Server()
    await server.init()
    for file in files:
        await server.import_xml(file)
    return ReadBack(server, await server.get_namespace_array(), wanted).nodes()


def test_export_import_export_is_a_fixed_point(
    peer: Callable[[str], Any], written: Files, caplog: pytest.LogCaptureFixture
) -> None:
    peer("asyncua")
    site = with_solar_field(small_site())
    told = Told(simulated_by={"hts": "fmu"}, plants=["hts"], figures={"kpi.cost": "EUR"})
    model, types = site_model(site, told).nodes, all_types()
    files = written(nodeset2(types), nodeset2(model, types.namespaces))
    both = types.joined(model)
    with caplog.at_level(logging.WARNING):
        found = asyncio.run(_imported(files, both))
    assert not [r.getMessage() for r in caplog.records if r.name.startswith("asyncua")]
    assert differences(found, both) == []
    assert nodeset2(found) == nodeset2(both)


@pytest.fixture
def node_opcua() -> Path:
    """The folder of an installed node-opcua."""
    folder = os.environ.get("NODE_OPCUA")
    if not folder:
        pytest.skip("NODE_OPCUA names no folder with node-opcua-server")
    return Path(folder)


def test_node_opcua_takes_them(node_opcua: Path, written: Files) -> None:
    model, types = reference_model().nodes, all_types()
    files = written(nodeset2(types), nodeset2(model, types.namespaces))
    script = Path(__file__).with_name("import.js")
    ran = subprocess.run(
        ["node", str(script), str(node_opcua), *map(str, files)],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ran.returncode == 0, ran.stderr
    assert "hts.hs.T_1 1 AnalogUnitRangeType CEL" in ran.stdout


def test_they_follow_the_schema(
    node_opcua: Path, peer: Callable[[str], Any], written: Files
) -> None:
    etree = peer("lxml.etree")
    schema = node_opcua / "node_modules/node-opcua-nodesets/nodesets/UANodeSet.xsd"
    checked = etree.XMLSchema(etree.parse(str(schema)))
    site = site_model(with_solar_field(reference_site())).nodes
    for text in (nodeset2(all_types()), nodeset2(site, all_types().namespaces)):
        (file,) = written(text)
        checked.assertValid(etree.parse(str(file)))
