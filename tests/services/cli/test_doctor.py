from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from rami.core.errors import RunError
from services.cli import doctor
from tests.services.cli.conftest import Rami


def _found(capsys: pytest.CaptureFixture[str]) -> dict[str, dict[str, object]]:
    return {row["what"]: row for row in json.loads(capsys.readouterr().out)}


def test_this_machine_is_well(capsys: pytest.CaptureFixture[str]) -> None:
    doctor.doctor(json=True)
    found = _found(capsys)
    assert found["C compiler"]["well"] is True
    assert found["package adapters"]["well"] is True
    assert "numpy" in found


def test_a_table_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    doctor.doctor(json=False)
    lines = capsys.readouterr().out.splitlines()
    assert any(line.split()[:2] == ["ok", "python"] for line in lines)


def test_no_compiler(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", "no-such-compiler")
    with pytest.raises(RunError, match="not well: C compiler"):
        doctor.doctor(json=True)
    assert "no-such-compiler" in str(_found(capsys)["C compiler"]["mend"])


def test_a_compiler_that_fails(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CC", "false")
    with pytest.raises(RunError, match="C compiler"):
        doctor.doctor(json=False)
    assert "BAD" in capsys.readouterr().out


def test_a_strangers_package_in_front_of_ours(rami: Rami, tmp_path: Path) -> None:
    stranger = tmp_path / "front" / "adapters"
    stranger.mkdir(parents=True)
    (stranger / "__init__.py").write_text("")
    done = rami("doctor", "--json", PYTHONPATH=str(stranger.parent))
    assert done.returncode == 1
    rows = {row["what"]: row for row in json.loads(done.stdout)}
    assert rows["package adapters"]["well"] is False
    assert str(stranger) in rows["package adapters"]["found"]
    assert rows["package models"]["well"] is True
    assert "Traceback" not in done.stderr


def test_a_strangers_package_beside_ours(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    claimed = {"services": ["rami-twins", "someone-else"]}
    monkeypatch.setattr(doctor.metadata, "packages_distributions", lambda: claimed)
    with pytest.raises(RunError, match="package services"):
        doctor.doctor(json=True)
    assert "someone-else" in str(_found(capsys)["package services"]["found"])


def test_packages_outside_their_bounds(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    needs = ["numpy>=99,<100", "no-such-package>=1", "pytest>=1; extra == 'test'", "rich<16,>=13.7"]
    monkeypatch.setattr(doctor.metadata, "requires", lambda name: needs)
    with pytest.raises(RunError, match="numpy, no-such-package"):
        doctor.doctor(json=True)
    found = _found(capsys)
    assert found["no-such-package"]["found"] == "missing"
    assert found["rich"]["well"] is True
    assert "pytest" not in found


def test_no_room_and_no_way_to_write(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "file"
    file.write_text("")
    monkeypatch.setenv("RAMI_CACHE", str(file / "below"))
    monkeypatch.setattr(doctor, "DISK_MIN", 1e18)
    with pytest.raises(RunError, match="FMU cache, disk of the cache, disk here"):
        doctor.doctor(json=True)
    assert "RAMI_CACHE" in str(_found(capsys)["FMU cache"]["mend"])


def test_an_old_python(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "PYTHON_MIN", (sys.version_info[0] + 1, 0))
    with pytest.raises(RunError, match="python"):
        doctor.doctor(json=True)
