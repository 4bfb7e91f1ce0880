"""Every change of an audit is found, and the first row it is about is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rami.core.audit import AuditEntry
from rami.core.errors import DataError
from rami.core.hash_chain import canonical, linked
from rami.integration.audit import AuditFile, verify
from rami.integration.audit.segments import head_file
from tests.integration.bench import HandClock


def entry(number: int, who: str = "technical:pid") -> AuditEntry:
    return AuditEntry(number, who, "hts.hp.u", 0.1 * number, 0.5, 0.5, "", "written")


def filled(folder: Path, rows: int = 9, who: str = "technical:pid", size: int = 1 << 20) -> Path:
    """An audit of `rows` rows besides the first one, which says that it was opened."""
    file = folder / "audit.jsonl"
    with AuditFile(file, HandClock(), size) as audit:
        for number in range(rows):
            audit.record((entry(number, who),))
    return file


def lines(file: Path) -> list[bytes]:
    return file.read_bytes().splitlines(keepends=True)


def rehashed(line: bytes, **changes: object) -> bytes:
    row = json.loads(line)
    row.update(changes)
    sequence, previous = row.pop("sequence"), row.pop("previous")
    row.pop("digest")
    return canonical(linked(row, previous, sequence)) + b"\n"


def test_an_intact_audit_verifies(tmp_path: Path) -> None:
    found = verify(filled(tmp_path))
    assert (found.rows, found.findings) == (10, ())


def test_nothing_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no audit here"):
        verify(tmp_path / "audit.jsonl")


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_any_flipped_bit_is_found_in_its_row(
    tmp_path_factory: pytest.TempPathFactory, at: int, bit: int
) -> None:
    file = filled(tmp_path_factory.mktemp("audit"), 4)
    content = bytearray(file.read_bytes())
    at %= len(content)
    row = content[:at].count(b"\n") + 1
    content[at] ^= 1 << bit
    file.write_bytes(content)
    first = verify(file).findings[0]
    assert first.line == row or (content.endswith(b"\n") is False and first.line >= row)


@pytest.mark.parametrize(
    ("change", "line", "said"),
    [
        ("edit", 4, "row 4 was edited: its content does not give its digest"),
        ("spaces", 4, "row 4 was edited: is not written as audits are"),
        ("edit and rehash", 5, "row 5 does not follow row 4 as it stands here"),
        ("delete one", 4, "row 4 missing before row 5: deleted"),
        ("delete two", 4, "rows 4 to 5 missing before row 6: deleted"),
        ("delete the first", 1, "row 1 missing before row 2: deleted"),
        ("insert a copy", 5, "row 4 stands here again"),
        ("insert a forgery", 5, "row 4 stands here again"),
        ("swap", 4, "row 4 moved to audit.jsonl:5: row 5 stands in its place"),
        ("cut off one", 0, "row 10 cut off at the end"),
        ("cut off three", 0, "rows 8 to 10 cut off at the end"),
        ("tear", 10, "the last line is torn"),
        ("rehash all", 0, "row 10 is not that of audit.head"),
        ("splice", 6, "row 6 does not follow row 5 as it stands here"),
    ],
)
def test_each_change_is_named(tmp_path: Path, change: str, line: int, said: str) -> None:
    file = filled(tmp_path)
    rows = lines(file)
    third = rehashed(rows[3], why="nothing to see")
    if change == "edit":
        rows[3] = rows[3].replace(b'"wanted":0.5', b'"wanted":0.6')
    elif change == "spaces":
        rows[3] = rows[3].replace(b'"why":""', b'"why": ""')
    elif change == "edit and rehash":
        rows[3] = third
    elif change == "delete one":
        del rows[3]
    elif change == "delete two":
        del rows[3:5]
    elif change == "delete the first":
        del rows[0]
    elif change == "insert a copy":
        rows.insert(4, rows[3])
    elif change == "insert a forgery":
        rows.insert(3, third)
    elif change == "swap":
        rows[3], rows[4] = rows[4], rows[3]
    elif change == "cut off one":
        del rows[-1:]
    elif change == "cut off three":
        del rows[-3:]
    elif change == "tear":
        rows[-1] = rows[-1][:-20]
    elif change == "rehash all":
        previous = json.loads(rows[2])["digest"]
        for at in range(3, 10):
            row = json.loads(rows[at])
            fields = {k: v for k, v in row.items() if k not in ("sequence", "previous", "digest")}
            new = linked(fields | {"why": "forged"}, previous, at + 1)
            rows[at], previous = canonical(new) + b"\n", str(new["digest"])
    elif change == "splice":
        (tmp_path / "other").mkdir()
        rows[5:] = lines(filled(tmp_path / "other", 9, "manual:Meyer"))[5:]
    file.write_bytes(b"".join(rows))
    findings = verify(file).findings
    assert said in findings[0].what, [str(f) for f in findings]
    assert findings[0].line == line


def test_cut_off_with_a_mended_head_shows_against_a_checkpoint(tmp_path: Path) -> None:
    file = filled(tmp_path)
    head = verify(file).head
    rows = lines(file)[:-2]
    file.write_bytes(b"".join(rows))
    last = json.loads(rows[-1])
    head_file(file).write_text(json.dumps({k: last[k] for k in ("sequence", "digest")}))
    assert verify(file).findings == ()
    (finding,) = verify(file, head).findings
    assert "cut off at the end" in finding.what


def test_a_checkpoint_of_before_is_found_in_a_longer_audit(tmp_path: Path) -> None:
    file = filled(tmp_path)
    head = verify(file).head
    with AuditFile(file, HandClock()) as audit:
        audit.record((entry(99),))
    assert verify(file, head).findings == ()


def test_a_missing_head_is_told(tmp_path: Path) -> None:
    file = filled(tmp_path)
    head_file(file).unlink()
    assert "missing or unreadable" in verify(file).findings[0].what


def test_full_files_belong_to_the_chain(tmp_path: Path) -> None:
    file = filled(tmp_path, 40, size=3000)
    full = sorted(p.name for p in tmp_path.glob("audit.0*.jsonl"))
    assert full[:2] == ["audit.000001.jsonl", "audit.000002.jsonl"]
    assert (verify(file).rows, verify(file).findings) == (41, ())
    with AuditFile(file, HandClock(), 3000) as audit:
        audit.record((entry(99),))
    assert (verify(file).rows, verify(file).findings) == (43, ())
    (tmp_path / "audit.000002.jsonl").unlink()
    said = [str(f) for f in verify(file).findings]
    assert said[0] == "audit.000002.jsonl: the file is missing"
    assert "deleted" in said[1]


def test_files_in_another_order_are_found(tmp_path: Path) -> None:
    file = filled(tmp_path, 40, size=3000)
    one, two = tmp_path / "audit.000001.jsonl", tmp_path / "audit.000002.jsonl"
    first, second = one.read_bytes(), two.read_bytes()
    one.write_bytes(second)
    two.write_bytes(first)
    assert "moved to audit.000002.jsonl:1" in verify(file).findings[0].what
