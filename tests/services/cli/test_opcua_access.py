"""`rami users` and `rami certs`."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

# the commands are tried as functions: no process for each
from typer.testing import CliRunner

from services.cli.application import app
from services.opcua.security.users import Users


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    monkeypatch.chdir(tmp_path)

    def command(*words: str) -> tuple[int, str, str]:
        result = CliRunner().invoke(app, list(words))
        return result.exit_code, result.stdout, result.stderr

    return command


def test_users(run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("WORD", "correct horse battery")
    assert run("users", "add", "anna", "--role", "operator", "--password-env", "WORD")[0] == 0
    assert json.loads(run("users", "list", "--json")[1]) == [{"name": "anna", "role": "operator"}]
    file = tmp_path / "users.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "correct horse" not in file.read_text()
    assert Users(file).admitted("anna", "correct horse battery") is not None
    code, _, told = run("users", "remove", "ana")
    assert (code, "did you mean 'anna'?" in told) == (2, True)
    assert run("users", "add", "bert", "--role", "boss", "--password-env", "WORD")[0] == 2
    assert run("users", "add", "bert")[0] == 2
    assert run("users", "remove", "anna")[0] == 0
    assert json.loads(run("users", "list", "--json")[1]) == []


def test_a_users_file_that_was_edited(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    wrong = {"users": {"anna": {"role": "boss", "password": "plain"}, "b b": {}}}
    (tmp_path / "users.json").write_text(json.dumps(wrong))
    code, _, told = run("users", "list")
    assert code == 2
    assert "users.anna: role 'boss'" in told
    assert "users.anna: `password` is no digest" in told
    assert "'b b' is no user name" in told


def test_certificates(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    assert run("certs", "new", "scada", "--uri", "urn:plant:scada", "--trust")[0] == 0
    (row,) = json.loads(run("certs", "list", "--json")[1])
    assert (row["folder"], row["application"]) == ("trusted", "urn:plant:scada")
    assert stat.S_IMODE((tmp_path / "scada.pem").stat().st_mode) == 0o600
    assert run("certs", "new", "scada")[0] == 2
    start = row["thumbprint"][:8]
    assert run("certs", "reject", start)[0] == 0
    assert json.loads(run("certs", "show", start, "--json")[1])["folder"] == "rejected"
    assert run("certs", "trust", "scada.der")[0] == 0
    told = json.loads(run("certs", "show", start, "--json")[1])
    assert (told["folder"], told["faults"], told["key_bits"]) == ("trusted", [], 2048)
    assert run("certs", "trust", "0000")[0] == 2
    (tmp_path / "no.der").write_text("no certificate")
    assert run("certs", "trust", "no.der")[0] == 2
