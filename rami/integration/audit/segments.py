"""The files of one audit: `audit.jsonl` is written, `audit.000001.jsonl` and so on are full.

`audit.head` names the last row, `audit.lock` is held by the process that writes.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_DIGITS = 6


@dataclass(frozen=True)
class Head:
    """The last row by number and digest."""

    sequence: int
    digest: str


def full_files(file: Path) -> list[tuple[int, Path]]:
    """The full files of an audit by number, in order."""
    found = []
    for path in file.parent.glob(f"{file.stem}.*{file.suffix}"):
        number = path.name[len(file.stem) + 1 : -len(file.suffix) or None]
        if len(number) >= _DIGITS and number.isdigit():
            found.append((int(number), path))
    return sorted(found)


def next_full(file: Path) -> Path:
    """Where the present file goes when it is full."""
    full = full_files(file)
    number = full[-1][0] + 1 if full else 1
    return file.with_name(f"{file.stem}.{number:0{_DIGITS}d}{file.suffix}")


def all_files(file: Path) -> list[Path]:
    """Every file with rows, in order; the present one last."""
    return [path for _, path in full_files(file)] + ([file] if file.exists() else [])


def head_file(file: Path) -> Path:
    """The file that names the last row."""
    return file.with_name(f"{file.stem}.head")


def read_head(file: Path) -> Head | None:
    """The last row as the head file names it; None where there is none, or it is unreadable."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        told = json.loads(head_file(file).read_bytes())
        return Head(int(told["sequence"]), str(told["digest"]))
    return None


def write_head(file: Path, head: Head) -> None:
    """Name the last row, in one step; OSError.

    Not made durable: after a power failure it may name an earlier row, which is no contradiction.
    """
    fresh = file.with_name(f"{file.stem}.head.new")
    fresh.write_bytes(json.dumps({"sequence": head.sequence, "digest": head.digest}).encode())
    fresh.replace(head_file(file))
