"""Verification of an audit: the first row that was edited, removed, put in, moved or cut off."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from rami.core.errors import DataError, Problem
from rami.core.hash_chain import START
from rami.integration.audit.rows import read
from rami.integration.audit.segments import all_files, full_files, head_file, read_head

#: findings that are told; one change may break several rows
MOST = 20


@dataclass(frozen=True)
class Finding:
    """What is wrong, with the row it is about: file, line (from 1), sequence where known."""

    file: str
    line: int
    sequence: int | None
    what: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.what}"


@dataclass(frozen=True)
class Verified:
    """Rows read, digest of the last one, and findings, the first of which is the first break."""

    rows: int
    head: str
    findings: tuple[Finding, ...]


@dataclass
class _Chain:
    """The walk along the rows; goes on behind a break with the row found there."""

    places: dict[int, str]
    sequence: int = 0
    digest: str = START
    rows: int = 0
    findings: list[Finding] = field(default_factory=list)
    unsure: bool = False

    def follow(self, file: Path, line: int, row: dict[str, object]) -> None:
        sequence, wanted = int(str(row["sequence"])), self.sequence + 1
        if sequence != wanted:
            what = self._out_of_order(sequence, wanted)
            self.findings.append(Finding(file.name, line, min(sequence, wanted), what))
        elif row["previous"] != self.digest and not self.unsure:
            before = "the chain's start" if wanted == 1 else f"row {wanted - 1} as it stands here"
            what = (
                f"row {sequence} does not follow {before}: one of the two was edited and its "
                f"digest made anew, or stems from another audit"
            )
            self.findings.append(Finding(file.name, line, sequence, what))
        self.sequence, self.digest, self.unsure = sequence, str(row["digest"]), False
        self.rows += 1

    def skip(self, file: Path, line: int, why: str) -> None:
        self.sequence += 1
        self.unsure = True
        what = f"row {self.sequence} was edited: {why}"
        self.findings.append(Finding(file.name, line, self.sequence, what))

    def _out_of_order(self, sequence: int, wanted: int) -> str:
        if sequence < wanted:
            return f"row {sequence} stands here again: put in or moved here, wanted row {wanted}"
        gone = f"row {wanted}" if sequence == wanted + 1 else f"rows {wanted} to {sequence - 1}"
        if wanted in self.places:
            return f"{gone} moved to {self.places[wanted]}: row {sequence} stands in its place"
        return f"{gone} missing before row {sequence}: deleted"


def verify(file: Path, head: str | None = None) -> Verified:
    """Check every row of an audit and its end against the head file.

    With `head` (of a checkpoint) the row of that digest must be there too, which shows rows cut
    off at the end even where somebody mended the head file. Raises DataError where there is no
    audit.
    """
    files = all_files(file)
    anchor = read_head(file)
    if not files and anchor is None:
        raise DataError([Problem(str(file), "no audit here", "name its file, e.g. audit.jsonl")])
    chain = _Chain({})
    seen: dict[int, str] = {0: START}
    anchored = head is None or head == START
    for path, line, content in _lines(files):
        if content is None:
            chain.findings.append(
                Finding(path.name, line, None, "the last line is torn: it was never acknowledged")
            )
            continue
        try:
            row = read(content)
        except ValueError as error:
            chain.skip(path, line, _reason(error))
            continue
        if int(str(row["sequence"])) > chain.sequence + 1 and not chain.places:
            chain.places = _places(files)
        chain.follow(path, line, row)
        anchored = anchored or row["digest"] == head
        if anchor and chain.sequence == anchor.sequence:
            seen[chain.sequence] = chain.digest
    findings = [*_gaps(file), *chain.findings]
    findings += _end(file, chain, seen, len(chain.findings))
    if not anchored:
        what = f"no row has the digest {head}: rows were cut off at the end, or replaced"
        findings.append(Finding(file.name, 0, None, what))
    return Verified(chain.rows, chain.digest, tuple(findings[:MOST]))


def _end(file: Path, chain: _Chain, seen: dict[int, str], broken: int) -> Iterator[Finding]:
    anchor = read_head(file)
    name = head_file(file).name
    if anchor is None:
        what = "is missing or unreadable: rows cut off at the end would not show"
        yield Finding(name, 0, None, what)
    elif chain.sequence < anchor.sequence:
        first = chain.sequence + 1
        gone = f"row {first}" if first == anchor.sequence else f"rows {first} to {anchor.sequence}"
        yield Finding(file.name, 0, first, f"{gone} cut off at the end, by {name}")
    elif not broken and seen.get(anchor.sequence) != anchor.digest:
        yield Finding(file.name, 0, anchor.sequence, f"row {anchor.sequence} is not that of {name}")


def _gaps(file: Path) -> Iterator[Finding]:
    numbers = [number for number, _ in full_files(file)]
    for number in sorted(set(range(1, max(numbers, default=0))) - set(numbers)):
        yield Finding(f"{file.stem}.{number:06d}{file.suffix}", 0, None, "the file is missing")


def _lines(files: list[Path]) -> Iterator[tuple[Path, int, bytes | None]]:
    """File, line and content; None for what stands behind the last end of a line."""
    for path in files:
        with path.open("rb") as opened:
            for number, line in enumerate(opened, 1):
                yield path, number, line[:-1] if line.endswith(b"\n") else None


def _places(files: list[Path]) -> dict[int, str]:
    """Where each whole row stands, to tell a moved row from a deleted one."""
    found = {}
    for path, number, content in _lines(files):
        try:
            row = read(content or b"")
        except ValueError:
            continue
        found[int(str(row["sequence"]))] = f"{path.name}:{number}"
    return found


def _reason(error: ValueError) -> str:
    own = str(error)
    return own if own.startswith(("is not", "its content")) else "is not a row of an audit"
