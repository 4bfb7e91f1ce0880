from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from rami.core.errors import (
    ConfigurationError,
    InfeasibleError,
    Interrupted,
    ModelError,
    RamiError,
    UnreachableError,
)
from services.cli import ending
from tests.services.cli.conftest import Rami


def test_a_site_in_order(rami: Rami, reference_site_file: Path) -> None:
    done = rami("check", reference_site_file)
    assert done.returncode == 0
    assert "is in order" in done.stdout
    assert done.stderr == ""


def test_without_a_site_the_reference_site_is_taken(rami: Rami) -> None:
    done = rami("check", "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["site"] == "reference"


def test_faults_go_to_stderr_with_code_2(rami: Rami, broken_site: Path) -> None:
    done = rami("check", broken_site)
    assert done.returncode == 2
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert len(lines) == 3
    assert lines[0].startswith(f"{broken_site}:")
    assert lines[-1] == "2 problems"


def test_faults_as_json(rami: Rami, broken_site: Path) -> None:
    done = rami("check", broken_site, "--json")
    assert done.returncode == 2
    report = json.loads(done.stdout)
    assert report["ok"] is False
    first = report["problems"][0]
    assert first["file"] == str(broken_site)
    assert first["path"] == "twins.hts.components.ih.storage"
    assert "storage: hss" in broken_site.read_text().splitlines()[first["line"] - 1]
    assert "hs" in first["hint"]


@pytest.mark.parametrize("command", ["check", "show", "run", "study"])
def test_no_file(command: str, rami: Rami) -> None:
    done = rami(command, "nowhere.yaml")
    assert done.returncode == 2
    assert done.stderr.splitlines() == ["nowhere.yaml: cannot be read: No such file or directory"]


@pytest.mark.parametrize(
    "arguments", [["chek"], ["check", "--jsn"], ["check", "a", "b"], ["study", "--days", "0"]]
)
def test_wrong_use(arguments: list[str], rami: Rami) -> None:
    done = rami(*arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stderr


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (ConfigurationError("a is wrong"), 2, "a is wrong"),
        (ModelError("hts: no pump"), 1, "rami: hts: no pump"),
        (UnreachableError("no answer"), 3, "rami: no answer"),
        (InfeasibleError("no plan"), 4, "rami: no plan"),
        (Interrupted("2 of 4 seasons are kept"), 130, "rami: 2 of 4 seasons are kept"),
        (KeyboardInterrupt(), 130, "stopped"),
        (
            ZeroDivisionError("division\nby zero"),
            1,
            "unexpected error: ZeroDivisionError: division",
        ),
    ],
)
def test_every_error_ends_in_one_line(
    error: BaseException, code: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught, ending.orderly():
        raise error
    assert caught.value.code == code
    told = capsys.readouterr().err
    assert words in told
    assert len(told.splitlines()) == 1
    if isinstance(error, RamiError):
        assert error.exit_code == code


def test_debug_shows_where_an_unexpected_error_came_from() -> None:
    ending.show_tracebacks(True)
    try:
        with pytest.raises(ZeroDivisionError), ending.orderly():
            raise ZeroDivisionError
    finally:
        ending.show_tracebacks(False)


def test_debug_may_stand_anywhere(rami: Rami) -> None:
    assert rami("version", "--debug").stdout == rami("--debug", "version").stdout


_STUCK = """
import os, signal
from services.cli import ending

@ending.handled
def command():
    os.kill(os.getpid(), signal.SIGINT)
    signal.pause()

command()
"""


def test_ctrl_c_ends_with_130() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _STUCK], capture_output=True, text=True, check=False
    )
    assert done.returncode == 130
    assert done.stderr == "stopped\n"


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        command = [sys.executable, "-m", "services.cli", "show"]
        done = subprocess.run(
            command, stdout=writing, stderr=subprocess.PIPE, cwd=tmp_path, check=False
        )
    finally:
        os.close(writing)
    assert done.returncode == 141
    assert done.stderr == b""
