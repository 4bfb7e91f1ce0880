"""Files that are on disk when a call returns, replaced whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """Names made, renamed or removed in a folder are on disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_file(file: Path) -> None:
    """Content of a file that somebody else wrote is on disk."""
    handle = os.open(file, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_new(file: Path, content: bytes) -> None:
    """A file that nobody looks at yet."""
    with file.open("wb") as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())


def replace(file: Path, content: bytes) -> None:
    """Either the old content or the new, at any moment."""
    fresh = file.with_name(f"{file.name}.new")
    write_new(fresh, content)
    fresh.replace(file)
    sync_folder(file.parent)
