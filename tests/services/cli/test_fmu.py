from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from rami.core.errors import ModelError, RunError
from services.cli.fmu import build


def test_fmus_of_every_twin(
    reference_site_file: Path,
    fmu_cache: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("RAMI_CACHE", str(fmu_cache))
    build(reference_site_file, tmp_path / "out", json=True)
    told = capsys.readouterr()
    fmus = json.loads(told.out)
    assert list(fmus) == ["hts", "iess", "dhs"]
    for name, fmu in fmus.items():
        assert fmu == str(tmp_path / "out" / f"{name}.fmu")
        assert "modelDescription.xml" in zipfile.ZipFile(fmu).namelist()
    assert "hts: done" in told.err
    build(reference_site_file, None, json=False)
    assert "hts" in capsys.readouterr().out


def test_a_folder_that_cannot_be_written(
    reference_site_file: Path, fmu_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAMI_CACHE", str(fmu_cache))
    (tmp_path / "file").write_text("")
    with pytest.raises(RunError, match="cannot write"):
        build(reference_site_file, tmp_path / "file" / "out", json=True)


def test_water_without_a_pump_is_told_at_its_line(
    reference_site_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAMI_CACHE", str(tmp_path / "cache"))
    links = (
        "    links:\n"
        "      - {from: circuit_return.at, to: hp.condenser_in}\n"
        "      - {from: hp.condenser_out, to: circuit_preheated.at}\n"
        "      - {from: hp_border.take, to: hp.evaporator_in}\n"
        "      - {from: hp.evaporator_out, to: hp_border.give}\n"
    )
    border = (
        "      hp_border: {kind: border, network: iess.cn, taken_from: return, "
        "start_taken: 32 degC, start_given: 25 degC}\n"
    )
    text = reference_site_file.read_text(encoding="utf-8")
    text = text.replace("    networks:\n      # flow", f"{links}    networks:\n      # flow")
    text = text.replace("      hp:\n", f"{border}      hp:\n")
    file = tmp_path / "site.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ModelError, match=r"a pump is missing") as caught:
        build(file, None, json=True)
    assert str(caught.value).startswith(f"{file}:")
