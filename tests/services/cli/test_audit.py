"""`rami audit`: rows and findings for people and machines."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rami.core.audit import AuditEntry
from rami.integration.audit import AuditFile, verify
from services.cli import app

START = 1_547_424_000_000_000_000


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "audit.jsonl"
    with AuditFile(path, lambda: START) as audit:
        audit.record(
            (
                AuditEntry(START, "technical:pid", "hts.hp.u", 0.1, 0.5, 0.5, "", "written"),
                AuditEntry(START, "external:\x1b[31m", "hts.hp.u", None, float("nan"), None,
                           "not finite: nan", "refused", 7, START + 1),
            )
        )  # fmt: skip
    return path


def run(*words: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, ["audit", *words])
    return done.exit_code, done.stdout, done.stderr


def test_rows_are_shown(file: Path) -> None:
    code, out, _ = run("show", str(file))
    assert code == 0
    assert "technical:pid" in out
    assert "\x1b" not in out
    assert "2019-01-14T00:00:00Z" in out
    code, out, _ = run("show", str(file), "--outcome", "refused", "--json")
    (row,) = json.loads(out)
    assert (row["wanted"], row["times"]) == ("nan", 7)
    assert len(json.loads(run("show", str(file), "--last", "1", "--json")[1])) == 1
    assert len(json.loads(run("show", str(file), "--last", "0", "--json")[1])) == 3


def test_the_folder_of_a_run_stands_for_its_audit(file: Path) -> None:
    assert run("verify", str(file.parent)) == run("verify", str(file))
    assert run("show", str(file.parent)) == run("show", str(file))


def test_an_intact_audit_ends_with_0_and_tells_its_head(file: Path) -> None:
    code, out, _ = run("verify", str(file), "--json")
    assert code == 0
    assert json.loads(out) == {"rows": 3, "head": verify(file).head, "findings": []}
    assert run("verify", str(file), "--head", verify(file).head)[0] == 0


def test_a_changed_one_ends_with_1_and_names_the_row(file: Path) -> None:
    file.write_bytes(file.read_bytes().replace(b'"wanted":0.5', b'"wanted":0.6'))
    code, out, err = run("verify", str(file), "--json")
    assert code == 1
    assert json.loads(out)["findings"][0]["sequence"] == 2
    assert "audit.jsonl:2: row 2 was edited" in err
    assert "1 rows cannot be read" in run("show", str(file))[2]


def test_no_audit_ends_with_2(tmp_path: Path) -> None:
    for command in ("verify", "show"):
        code, _, err = run(command, str(tmp_path / "nothing.jsonl"))
        assert code == 2
        assert "no audit here" in err
