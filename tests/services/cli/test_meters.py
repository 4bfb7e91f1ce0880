"""`rami meters` from files to releases: no number of a meter anywhere, in no guise."""

from __future__ import annotations

import base64
import gzip
import json
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import Result
from typer.testing import CliRunner

from services.cli import app

COUNT = 40
NUMBERS = [f"00{60123457 + 1009 * i}" for i in range(COUNT)]


def _declare(folder: Path, declaration: dict[str, Any], **changes: Any) -> Path:
    declaration["historian"] = {"kind": "duckdb", "folder": "history"}
    declaration["meters"] = {
        "homes": {
            "purpose": "billing and network planning",
            "legal_basis": "contract, GDPR Art. 6(1)(b)",
            "retention": "365 d",
            "registers": {
                "energy": {"quantity": "energy", "unit": "kWh"},
                "volume": {"quantity": "volume", "unit": "m3"},
            },
            "files": {"zone": "Europe/Copenhagen"},
            "groups": ["branch"],
            "recipients": {
                "city": {"purpose": "heat plan"},
                "planning": {"purpose": "pipe sizes", "gets": "rows", "inside": True},
            },
            "keep": {"by": "branch"},
            **changes,
        }
    }
    site = folder / "site.yaml"
    site.write_text(json.dumps(declaration, default=lambda at: at.isoformat()), encoding="utf-8")
    return site


def _readings(folder: Path, month: int = 1, hours: int = 30) -> Path:
    lines = ["meter_id;time;energy;volume"]
    for h in range(hours):
        stamp = f"2019-{month:02d}-{14 + h // 24} {h % 24:02d}:00"
        lines += [f"{n};{stamp};{5000 + i + 2.5 * h:.1f};{i + h}" for i, n in enumerate(NUMBERS)]
    file = folder / "in" / f"m{month}.csv.gz"
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(gzip.compress("\n".join(lines).encode()))
    return file


def _customers(folder: Path) -> Path:
    rows = [f"{n};{'north' if i < 24 else 'south'}" for i, n in enumerate(NUMBERS)]
    file = folder / "in" / "customers.csv"
    file.parent.mkdir(exist_ok=True)
    file.write_text("\n".join(["meter_id;branch", *rows]))
    return file


@pytest.fixture
def site(tmp_path: Path, reference_site_declaration: dict[str, Any]) -> Path:
    return _declare(tmp_path, reference_site_declaration)


def guises(number: str) -> Iterator[bytes]:
    """How a number may hide in bytes."""
    bare = number.lstrip("0")
    for text in (bare, bare[::-1], number):
        yield from (text.encode(), text.encode("utf-16-le"), text.encode("utf-16-be"))
        yield text.encode().hex().encode()
        for shift in range(3):
            # base64 of any text that holds it, whatever stands before
            inner = base64.b64encode(b"\0" * shift + text.encode())[shift + (shift > 0) :]
            yield inner[: len(inner) // 4 * 4 - 4].rstrip(b"=")
    value = int(bare)
    for size in (4, 8):
        yield value.to_bytes(size, "little") if size == 8 else value.to_bytes(4, "little")
        yield value.to_bytes(size, "big")
    yield f"{value:x}".encode()


def contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    """All files but those the utility wrote; Parquet as stored and as read, archives unpacked."""
    for file in sorted(folder.rglob("*")):
        if file.is_file() and "in" not in file.relative_to(folder).parts[:1]:
            data = file.read_bytes()
            yield file.name, data
            if file.suffix == ".parquet":
                rows = duckdb.execute(f"select * from read_parquet('{file}')").fetchall()
                yield f"{file.name} read", repr(rows).encode()
                meta = duckdb.execute(f"select * from parquet_metadata('{file}')").fetchall()
                yield f"{file.name} statistics", repr(meta).encode()
            elif file.suffix == ".npz":
                import zipfile

                with zipfile.ZipFile(file) as packed:
                    for name in packed.namelist():
                        yield f"{file.name} {name}", packed.read(name)


def scan(folder: Path, *said: str) -> None:
    parts = [*contents(folder), *(("output", text.encode()) for text in said)]
    assert len(parts) > 8
    looked_for = {g for number in NUMBERS for g in guises(number)}
    # four bytes meet by chance in compressed files; eight do not
    looked_for = {g for g in looked_for if len(g) >= 6}
    for name, data in parts:
        found = [g for g in looked_for if g in data]
        assert not found, (name, found[:3])


def test_the_scan_finds_what_is_there(tmp_path: Path) -> None:
    for i in range(9):
        (tmp_path / f"{i}.txt").write_text("nothing")
    number = NUMBERS[3]
    for text in (
        number.encode(), number.encode("utf-16"), base64.b64encode(b"ab" + number.encode()),
        base64.b64encode(b"abc;" + number.encode() + b";"), number.encode().hex().encode(),
        int(number).to_bytes(8, "little"),
    ):  # fmt: skip
        (tmp_path / "found").write_bytes(b"..." + text + b"...")
        with pytest.raises(AssertionError):
            scan(tmp_path)


def test_no_number_anywhere(site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RAMI_OPERATOR", "anna")
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))

    def call(*words: object, code: int = 0, stdin: str | None = None) -> str:
        done = CliRunner().invoke(app, ["meters", *map(str, words)], input=stdin)
        assert done.exit_code == code, done.output
        said.extend((done.stdout, done.stderr))
        return done.stdout

    call("ingest", site, "homes", _readings(tmp_path), code=2)
    assert "keys" in json.loads(call("keys", site, "homes", "--json"))["file"]
    call("keys", site, "homes", code=2)
    call("ingest", site, "homes", _readings(tmp_path), "--customers", _customers(tmp_path))
    broken = tmp_path / "in" / "broken.csv"
    broken.write_text(
        f"meter_id;time;energy;volume\n{NUMBERS[0]};x;1;2\n{NUMBERS[1]};2019-01-20 00:00;"
        f"{NUMBERS[2]}x;1\n{NUMBERS[3]}\n"
    )
    call("ingest", site, "homes", broken, code=2)
    assert "broken.csv:2" in said[-1]
    out = tmp_path / "city.csv"
    words = ("aggregate", site, "homes", "--by", "branch", "--step", "1h", "--recipient", "city")
    told = json.loads(call(*words, "--out", out, "--json"))
    assert told["released"] > 0
    assert out.read_text().count("north") > 20
    call(*words[:-1], "nobody", "--out", out, code=2)
    call("aggregate", site, "homes", "--step", "2h", "--recipient", "city", "--out", out, code=1)
    rows = tmp_path / "rows.csv"
    shared = call("share", site, "homes", "--recipient", "planning", "--out", rows, "--json")
    assert json.loads(shared)["rows"] == len(rows.read_text().splitlines()) - 1
    call("share", site, "homes", "--recipient", "city", "--out", rows, code=1)
    subject = tmp_path / "subject.json"
    call("export-subject", site, "homes", "--id-from", "-", "--out", subject, stdin=NUMBERS[5])
    call("erase", site, "homes", "--id-from", "-", stdin="12345", code=2)
    held_as = json.loads(subject.read_text())["registers"]["energy"]["signal"].split(".")[2]
    subject.unlink()
    assert any(held_as.encode() in data for _, data in contents(tmp_path))
    receipt = json.loads(call("erase", site, "homes", "--id-from", "-", stdin=f"{NUMBERS[5]}\n"))
    # the erased one is in nothing that is kept, though others were given rows
    gone = receipt["tell"]["planning"].encode()
    assert gone in rows.read_bytes()
    rows.unlink()
    for name, data in contents(tmp_path):
        assert gone not in data, name
        assert held_as.encode() not in data, name
    rotated = json.loads(call("rotate", site, "homes", "--json"))
    assert rotated == {"dataset": "homes", "epoch": rotated["epoch"]}
    assert json.loads(call("resume", site, "homes", "--json")) == {"action": None, "receipt": None}
    call("log", site, "--json")
    scan(tmp_path, *said)
    [proof] = json.loads(call("purge", site, "--json"))
    assert (proof["rows_left"], proof["customers"]) == (0, COUNT - 1)
    call("log", site, "--verify")
    scan(tmp_path, *said)
    log = tmp_path / "meter-records" / "homes" / "access.jsonl"
    log.write_bytes(log.read_bytes().replace(b"anna", b"otto", 1))
    call("log", site, "--verify", code=1)


def test_numbers_of_any_shape_and_files_that_stop_half_way(site: Path, tmp_path: Path) -> None:
    """Blanks and umlauts inside; what is in when a file cannot be read is told."""

    def call(*words: object, code: int = 0, stdin: str | None = None) -> Result:
        done = CliRunner().invoke(app, ["meters", *map(str, words)], input=stdin)
        assert done.exit_code == code, done.output
        assert not any(number in done.output for number in numbers)
        return done

    numbers = [f"Zähler AB {4711 + 37 * i}" for i in range(12)]
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    rows = [f"{n};2019-01-14 {h:02d}:00;{h};1" for h in range(4) for n in numbers]
    good.write_text("\n".join(["meter_id;time;energy;volume", *rows]), encoding="latin-1")
    bad.write_text("meter_id;time;heat\n1;2;3\n")
    call("keys", site, "homes")
    call("ingest", site, "homes", good)
    stopped = call("ingest", site, "homes", good, bad, code=2).stderr
    assert "0 new rows are in" in stopped
    one = f" {numbers[3]}\r\n"
    out = tmp_path / "one.json"
    call("export-subject", site, "homes", "--id-from", "-", "--out", out, stdin=one)
    call("export-subject", site, "homes", "--id-from", "-", "--out", out, stdin=one * 2, code=2)
    call("erase", site, "homes", "--id-from", "-", stdin=one)
    call("erase", site, "homes", "--id-from", "-", stdin=one, code=2)
    call("share", site, "homes", "--recipient", "planning", "--out", tmp_path, code=1)
    assert not list(tmp_path.parent.glob("*.new"))
    call("aggregate", site, "homes", "--recipient", "city", "--out", site / "x" / "y", code=1)
    outcomes = [row["outcome"] for row in json.loads(call("log", site, "--json").stdout)]
    assert "stopped: a file cannot be read" in outcomes


@pytest.mark.parametrize("action", ["purge", "rotate"])
def test_killed_it_is_finished_by_resume(site: Path, tmp_path: Path, action: str) -> None:
    def call(*words: object, code: int = 0) -> Result:
        done = CliRunner().invoke(app, ["meters", *map(str, words)])
        assert done.exit_code == code, done.output
        return done

    call("keys", site, "homes")
    files = [_readings(tmp_path, month) for month in (1, 2)]
    call("ingest", site, "homes", *files, "--customers", _customers(tmp_path))
    words = [sys.executable, "-m", "services.cli", "meters", action, str(site), "homes"]
    intent = tmp_path / "meter-keys" / "homes.intent"
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        while running.poll() is None and not intent.exists():
            time.sleep(0.001)
        running.send_signal(signal.SIGKILL)
    pending = intent.exists()
    if pending:
        out = tmp_path / "x.csv"
        refused = call("aggregate", site, "homes", "--recipient", "city", "--out", out, code=1)
        assert "rami meters resume" in refused.stderr
    finished = call("resume", site, "homes")
    assert not pending or f"finished: {action}" in finished.stdout
    call("log", site, "--verify")
    rows = json.loads(call("log", site, "--json").stdout)
    assert [r["outcome"] for r in rows if r["action"] == action] == ["done"]


def test_other_commands_do_not_see_single_customers(site: Path, tmp_path: Path) -> None:
    def call(*words: object) -> Result:
        return CliRunner().invoke(app, list(map(str, words)))

    assert call("meters", "keys", site, "homes").exit_code == 0
    assert call("meters", "ingest", site, "homes", _readings(tmp_path)).exit_code == 0
    out = tmp_path / "out.csv"
    for words in (
        ("data", "export", site, "--signals", "*", "--out", out),
        ("data", "last", site, "*"),
        ("data", "quality", site, "--out", tmp_path / "report"),
        ("learn", "patterns", site, "--signal", "*"),
    ):
        done = call(*words)
        assert "meters.homes." not in done.output, words
        assert "No such option" not in done.output, words
    assert not out.exists()
    for file in (tmp_path / "report").rglob("*"):
        assert file.is_dir() or b"meters.homes." not in file.read_bytes()


def test_a_hint_lists_no_thousand_pseudonyms() -> None:
    from rami.core.wording import LISTED, did_you_mean

    names = [f"meters.homes.{i:032d}.energy" for i in range(LISTED + 1)]
    assert "meters.homes" not in did_you_mean("x", names)
    assert names[0] in did_you_mean("x", names[:-1])
