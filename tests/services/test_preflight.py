"""What `rami serve` looks at before it takes its time."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest
import yaml

from rami.core import packages
from rami.core.errors import ConfigurationError, UnreachableError
from services import assemble
from services.control import ControlServer
from services.serve import ServeOptions, serve_site
from tests.services.control.small_site import published
from tests.services.told_status import telling
from twins.site import load_site
from twins.site.site import Site


@pytest.fixture(autouse=True)
def nothing_is_built(monkeypatch: pytest.MonkeyPatch) -> None:
    def built(*_: object, **__: object) -> dict[str, Path]:
        raise AssertionError("models were built first")

    monkeypatch.setattr(assemble, "build_fmus", built)


@pytest.fixture
def site(tmp_path: Path, reference_site_declaration: dict[str, Any]) -> Site:
    """With a plant behind Modbus, a store in PostgreSQL, a broker."""
    declaration = reference_site_declaration
    (tmp_path / "iess.csv").write_text("point,table,address,type\n")
    plant = {"kind": "modbus", "host": "127.0.0.1", "registers": "iess.csv", "optional": ["*"]}
    declaration["twins"]["iess"]["backends"] = {"model": {"kind": "fmu"}, "plant": plant}
    declaration["historian"] = {"kind": "postgres", "service": "dbname=nowhere"}
    declaration["bus"] = {"kind": "mqtt"}
    file = tmp_path / "site.yaml"
    file.write_text(yaml.safe_dump(declaration), encoding="utf-8")
    return load_site(file)


def _serve(site: Site, out: Path, **options: Any) -> str:
    with pytest.raises((ConfigurationError, UnreachableError)) as told:
        serve_site(site, out, ServeOptions(**options), lambda *_: None)
    return str(told.value)


def test_missing_packages_are_named_all_at_once(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packages, "find_spec", lambda _: None)
    told = _serve(site, tmp_path / "run", rehearsals={"htx": 1, "hts": 2})
    for extra, where in (
        ("modbus", "twins.iess.backends.plant"), ("postgres", "historian"), ("mqtt", "bus"),
    ):  # fmt: skip
        assert f"pip install 'rami-twins[{extra}]'" in told and where in told
    assert "no twin 'htx'" in told and "hts has no plant" in told
    assert not (tmp_path / "run").exists()


def test_an_emulator_that_does_not_answer(site: Site, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    told = _serve(site, tmp_path / "run", rehearsals={"iess": port})
    assert f"--rehearse iess: no emulator at control port {port}" in told
    assert "start `rami emulate` first" in told


def test_an_emulator_of_another_twin(site: Site, tmp_path: Path) -> None:
    with telling(twin="dhs") as port:
        told = _serve(site, tmp_path / "run", rehearsals={"iess": port})
    assert f"the emulator at {port} plays dhs, not iess" in told


def test_a_folder_where_a_run_goes_on(site: Site, tmp_path: Path) -> None:
    out = tmp_path / "run"
    out.mkdir()
    with ControlServer(published(out), out):
        for resume in (False, True):
            told = _serve(site, out, resume=resume)
            assert "a run goes on there already (process " in told and "\n" not in told
