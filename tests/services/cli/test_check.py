from __future__ import annotations

import json
from pathlib import Path

import pytest

from rami.core.errors import ConfigurationError
from services.cli.check import check, print_schema
from services.cli.site import reference_site, shortest


def test_what_was_found(reference_site_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    check(reference_site_file, json=False)
    lines = capsys.readouterr().out.splitlines()
    assert any(line.split()[:4] == ["hts", "hts", "simulate", "fmu"] for line in lines)
    assert any(line.split() == ["iess.cn", "hts.hp"] for line in lines)


def test_what_was_found_as_json(
    reference_site_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    check(reference_site_file, json=True)
    report = json.loads(capsys.readouterr().out)
    assert report["ok"] is True
    assert report["warnings"] == []
    assert len(report["hash"]) == 64
    assert report["twins"]["hts"]["components"]["hp"] == "heat_pump"
    assert {"border": "hts.hp_border", "network": "iess.cn"} in report["couplings"]


def test_warnings_do_not_fail(
    tmp_path: Path, reference_site_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "site.yaml"
    text = reference_site_file.read_text(encoding="utf-8")
    file.write_text(text.replace("hnht: {flow: 115 degC", "hnht: {flow: 110 degC"))
    check(file, json=False)
    assert capsys.readouterr().err.startswith(f"warning: {file}:")


def test_the_schema_is_one_that_editors_understand(capsys: pytest.CaptureFixture[str]) -> None:
    print_schema()
    schema = json.loads(capsys.readouterr().out)
    assert schema["$schema"].startswith("https://json-schema.org/")
    assert set(schema["required"]) >= {"version", "site", "clock", "twins", "data", "business"}
    assert schema["additionalProperties"] is False
    kinds = schema["$defs"]["TwinDeclaration"]["properties"]["components"]["patternProperties"]
    (one_of,) = kinds.values()
    assert one_of["discriminator"]["propertyName"] == "kind"
    assert "heat_exchanger" in one_of["discriminator"]["mapping"]


def test_the_reference_site_is_at_hand() -> None:
    assert reference_site().is_file()


def test_files_below_the_working_folder_are_shown_short(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert shortest(tmp_path / "a" / "b.yaml") == Path("a/b.yaml")
    assert shortest(Path("/elsewhere/b.yaml")) == Path("/elsewhere/b.yaml")
    with pytest.raises(ConfigurationError):
        check(Path("nowhere.yaml"), json=False)
