"""Whether all plants of a run are only played; in doubt they are not."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.assemble.played import only_played
from tests.services.told_status import telling
from twins.site import load_site
from twins.site.site import Site


def _site(folder: Path, declaration: dict[str, Any], plant: dict[str, Any]) -> Site:
    (folder / "iess.csv").write_text("point,table,address,type\n")
    backends = {"model": {"kind": "fmu"}, "plant": plant}
    declaration["twins"]["iess"]["backends"] = backends
    file = folder / "site.yaml"
    file.write_text(yaml.safe_dump(declaration), encoding="utf-8")
    return load_site(file)


@pytest.fixture
def site(tmp_path: Path, reference_site_declaration: dict[str, Any]) -> Callable[[str], Site]:
    """`site(host)`: with a Modbus plant at port 1502 there."""

    def made(host: str) -> Site:
        plant = {"kind": "modbus", "host": host, "port": 1502, "registers": "iess.csv"}
        return _site(tmp_path, reference_site_declaration, {**plant, "optional": ["*"]})

    return made


SERVES = ["opc.tcp://127.0.0.1:4840/rami/iess", "127.0.0.1:1502"]


@pytest.mark.parametrize(
    ("host", "told", "played"),
    [
        ("127.0.0.1", {"speed": None, "serves": SERVES}, True),
        ("localhost", {"speed": None, "serves": SERVES}, True),
        ("192.0.2.7", {"speed": None, "serves": SERVES}, False),
        ("127.0.0.1", {"speed": 1.0, "serves": SERVES}, False),
        ("127.0.0.1", {"speed": None, "serves": ["127.0.0.1:1503"]}, False),
        ("127.0.0.1", {"speed": None, "serves": []}, False),
        ("127.0.0.1", {}, False),
    ],
)
def test_an_emulator_must_serve_the_very_port(
    site: Callable[[str], Site], host: str, told: Any, played: bool
) -> None:
    with telling(**told) as control:
        assert only_played(site(host), {"iess": control}, ()) is played


def test_without_word_of_an_emulator_it_is_a_plant(site: Callable[[str], Site]) -> None:
    made = site("127.0.0.1")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        silent = taken.getsockname()[1]
    assert not only_played(made, {}, ())
    assert not only_played(made, {"iess": silent}, ())
    assert only_played(made, {}, ("iess",))
