"""`rami opcua export`: types, a site, both."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from services.cli import app

TYPES, SITE = "urn:rami-twins:types", "urn:rami-twins:site:reference"


@pytest.mark.parametrize(
    ("options", "spaces"),
    [
        ([], [TYPES, SITE]),
        (["--types"], [TYPES]),
        (["--instances"], [SITE]),
    ],
)
def test_what_is_written(
    options: list[str], spaces: list[str], reference_site_file: Path, tmp_path: Path
) -> None:
    file = tmp_path / "new" / "model.xml"
    words = ["opcua", "export", str(reference_site_file), *options, "--out", str(file), "--json"]
    ran = CliRunner().invoke(app, words)
    assert ran.exit_code == 0, ran.output
    told = json.loads(ran.stdout)
    assert list(told["namespaces"]) == spaces
    text = file.read_bytes()
    assert text.count(b"\n  <UA") == told["nodes"]


def test_the_same_bytes_each_time(tmp_path: Path, reference_site_file: Path) -> None:
    files = [tmp_path / "a.xml", tmp_path / "b.xml"]
    for file in files:
        words = ["opcua", "export", str(reference_site_file), "--instances", "--out", str(file)]
        assert CliRunner().invoke(app, words).exit_code == 0
    assert files[0].read_bytes() == files[1].read_bytes()


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    out = tmp_path / "file" / "model.xml"
    ran = CliRunner().invoke(app, ["opcua", "export", "--types", "--out", str(out)])
    assert ran.exit_code == 1
    assert "cannot write" in ran.stderr
