"""The file of an audit: durable, alone, resumed, rotated, and honest about what it cannot do."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from rami.core.audit import Audit, AuditEntry
from rami.core.errors import RunError
from rami.integration.audit import AuditFile, last_latch, verify
from rami.integration.audit.segments import head_file
from tests.integration.audit.test_verify import entry, filled, lines
from tests.integration.bench import HandClock

_WRITER = """
import sys
from pathlib import Path
from rami.core.audit import AuditEntry
from rami.integration.audit import AuditFile
audit = AuditFile(Path(sys.argv[1]), lambda: 0, 20_000)
number = 0
while True:
    batch = [AuditEntry(number, "w", "hts.u", None, 1.0, 1.0, "x" * (number % 300), "written")
             for _ in range(1 + number % 40)]
    audit.record(tuple(batch))
    number += len(batch)
    print(audit.head(), flush=True)
"""


def test_it_is_an_audit(tmp_path: Path) -> None:
    with AuditFile(tmp_path / "audit.jsonl", HandClock()) as audit:
        assert isinstance(audit, Audit)
        before = audit.head()
        audit.record((entry(1),))
        assert audit.head() != before
        assert json.loads(lines(audit.file)[-1])["digest"] == audit.head()


def test_a_batch_costs_one_fsync(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with AuditFile(tmp_path / "audit.jsonl", HandClock()) as audit:
        calls: list[int] = []
        monkeypatch.setattr(os, "fsync", calls.append)
        audit.record(tuple(entry(i) for i in range(30)))
        assert len(calls) == 1
        audit.record(())
        assert len(calls) == 1


def test_batches_of_played_plants_are_synced_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "audit.jsonl"
    with AuditFile(file, HandClock(), 4_000, together=10) as audit:
        calls: list[int] = []
        monkeypatch.setattr(os, "fsync", calls.append)
        for i in range(8):
            audit.record((entry(i),))
        assert not calls, "the row of the opening was the first of ten"
        assert len(lines(file)) == 9, "yet each is written at once"
        audit.record((entry(8),))
        assert len(calls) == 1
        for i in range(9, 15):
            audit.record((entry(i),))
    assert len(calls) > 1 and not verify(file).findings
    with AuditFile(file, HandClock()) as audit:
        assert not audit.told, "the head named the last row"


def test_with_batches_synced_together_a_full_disk_is_found_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with AuditFile(tmp_path / "audit.jsonl", HandClock(), together=3) as audit:
        with monkeypatch.context() as patch:
            patch.setattr(os, "write", full)
            with pytest.raises(RunError, match="No space left on device"):
                audit.record((entry(1),))
        audit.record((entry(1),))
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", full)
            for _ in range(2):  # until the disk takes it
                with pytest.raises(RunError, match="No space left on device"):
                    audit.record((entry(2),))
        audit.record((entry(2),))
    assert (verify(audit.file).rows, verify(audit.file).findings) == (3, ())


def test_values_that_json_does_not_know_are_kept_as_text(tmp_path: Path) -> None:
    file = tmp_path / "audit.jsonl"
    with AuditFile(file, HandClock()) as audit:
        for value in (float("nan"), float("inf"), float("-inf"), 1e308):
            audit.record((AuditEntry(0, "w", "hts.\ud800ü", None, value, None, "", "refused"),))
    assert verify(file).findings == ()
    assert [json.loads(row)["wanted"] for row in lines(file)[1:]] == ["nan", "inf", "-inf", 1e308]


def test_only_one_process_writes(tmp_path: Path) -> None:
    with (
        AuditFile(tmp_path / "audit.jsonl", HandClock()),
        pytest.raises(RunError, match="another process writes this audit"),
    ):
        AuditFile(tmp_path / "audit.jsonl", HandClock())
    AuditFile(tmp_path / "audit.jsonl", HandClock()).close()


def test_a_torn_line_is_put_aside_and_told(tmp_path: Path) -> None:
    file = filled(tmp_path)
    with file.open("ab") as opened:
        opened.write(b'{"at_ns":12,"who":"tech')
    with AuditFile(file, HandClock()) as audit:
        assert audit.told == ("a torn line of 23 bytes at the end was put into audit.torn-001",)
    assert (tmp_path / "audit.torn-001").read_bytes() == b'{"at_ns":12,"who":"tech'
    assert "audit.torn-001" in json.loads(lines(file)[-1])["why"]
    assert verify(file).findings == ()


@pytest.mark.parametrize("change", ["edit", "cut", "empty", "remove", "foreign"])
def test_a_tampered_audit_is_not_gone_on_with(tmp_path: Path, change: str) -> None:
    file = filled(tmp_path)
    rows = lines(file)
    if change == "edit":
        file.write_bytes(b"".join(rows[:-1]) + rows[-1].replace(b"0.5", b"0.6"))
    elif change == "cut":
        file.write_bytes(b"".join(rows[:-1]))
    elif change == "empty":
        file.write_bytes(b"")
    elif change == "remove":
        file.unlink()
    else:
        file.write_bytes(b"hello\n")
    with pytest.raises(RunError, match="changed or cut off"):
        AuditFile(file, HandClock())


@pytest.mark.parametrize("change", ["append", "truncate", "remove", "replace"])
def test_a_file_changed_while_it_is_open_is_noticed(tmp_path: Path, change: str) -> None:
    file = tmp_path / "audit.jsonl"
    with AuditFile(file, HandClock()) as audit:
        if change == "append":
            with file.open("ab") as opened:
                opened.write(b"x\n")
        elif change == "truncate":
            os.truncate(file, 10)
        elif change == "remove":
            file.unlink()
        else:
            content = file.read_bytes()
            file.unlink()
            file.write_bytes(content)
        head = audit.head()
        with pytest.raises(RunError, match="audit"):
            audit.record((entry(1),))
        assert audit.head() == head


@pytest.mark.parametrize("call", ["write", "fsync"])
def test_what_fails_leaves_no_part_of_a_batch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    file = tmp_path / "audit.jsonl"
    with AuditFile(file, HandClock()) as audit:
        audit.record((entry(1),))
        before, real = file.read_bytes(), os.write

        def full(handle: int, content: bytes = b"") -> int:
            if call == "write" and len(content) > 50:
                return real(handle, content[:50])
            raise OSError(errno.ENOSPC, "No space left on device")

        with monkeypatch.context() as patch:
            patch.setattr(os, call, full)
            with pytest.raises(RunError, match="No space left on device"):
                audit.record((entry(2), entry(3)))
        assert file.read_bytes() == before
        audit.record((entry(2), entry(3)))
    assert (verify(file).rows, verify(file).findings) == (4, ())


def test_a_really_full_disk(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="No space left on device"):
        _on_full_device(tmp_path)


def _on_full_device(folder: Path) -> None:
    file = folder / "audit.jsonl"
    with AuditFile(file, HandClock()) as audit:
        # the descriptor of the file now leads to a device that is always full
        full = os.open("/dev/full", os.O_WRONLY)
        kept = os.dup(audit._handle)
        os.dup2(full, audit._handle)
        audit._unchanged = lambda: None  # type: ignore[method-assign]
        try:
            audit.record((entry(1),))
        finally:
            os.dup2(kept, audit._handle)
            os.close(kept)
            os.close(full)


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RunError, match="the audit cannot be written"):
        AuditFile(tmp_path / "file" / "audit.jsonl", HandClock())


def test_a_head_that_lags_behind_is_no_contradiction(tmp_path: Path) -> None:
    file = filled(tmp_path, 3)
    head = head_file(file).read_bytes()
    with AuditFile(file, HandClock()) as audit:
        audit.record((entry(9),))
    head_file(file).write_bytes(head)
    assert verify(file).findings == ()
    AuditFile(file, HandClock()).close()
    assert verify(file).findings == ()


@pytest.mark.parametrize("after", [3, 17, 40])
def test_killed_while_writing_the_chain_goes_on(tmp_path: Path, after: int) -> None:
    file = tmp_path / "audit.jsonl"
    heads: list[str] = []
    for _ in range(3):
        with subprocess.Popen(
            [sys.executable, "-c", _WRITER, str(file)], stdout=subprocess.PIPE, text=True
        ) as writer:
            assert writer.stdout is not None
            for _ in range(after):
                heads.append(writer.stdout.readline().strip())
            writer.kill()
        assert all(heads)
    AuditFile(file, HandClock()).close()
    # every batch that was acknowledged is there, and the chain has no break
    for head in (heads[0], heads[len(heads) // 2], heads[-1]):
        assert verify(file, head).findings == ()


def test_the_last_emergency_stop_is_found_over_full_files(tmp_path: Path) -> None:
    file = tmp_path / "audit.jsonl"
    assert last_latch(file, "hts") is None
    with AuditFile(file, HandClock(), 2000) as audit:
        audit.record((AuditEntry(1, "Meyer", "hts", None, None, None, "steam", "stopped"),))
        for number in range(30):
            audit.record((entry(number),))
        audit.record((AuditEntry(2, "Meyer", "dhs", None, None, None, "steam", "stopped"),))
        audit.record((AuditEntry(3, "Meyer", "dhs", None, None, None, "gone", "released"),))
    found = last_latch(file, "hts")
    assert found is not None
    assert (found.outcome, found.why) == ("stopped", "steam")
    other = last_latch(file, "dhs")
    assert other is not None
    assert other.outcome == "released"
