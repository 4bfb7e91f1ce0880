"""Files that only their owner may read: written whole or not at all, wider modes refused."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from rami.core.errors import ConfigurationError, Problem, RunError


def private_folder(folder: Path) -> Path:
    """The folder, made with mode 0700 where it is missing. Raises ConfigurationError when others
    may read it, RunError when it cannot be made."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise RunError(f"{folder}: cannot be made: {error.strerror}") from None
    _refuse_wide(folder, 0o700)
    return folder


def read_private(file: Path) -> bytes:
    """Its content. Raises ConfigurationError when others may read it or it is a link."""
    _refuse_wide(file, 0o600)
    return file.read_bytes()


def opened_private(file: Path) -> BinaryIO:
    """Opened for reading; raises as `read_private`."""
    _refuse_wide(file, 0o600)
    return file.open("rb")


def write_private(file: Path, content: bytes) -> None:
    """Replace a file in one step, durably, mode 0600. Raises RunError when it cannot."""
    private_folder(file.parent)
    write_whole(file, content)


def write_whole(file: Path, content: bytes) -> None:
    """The same in a folder that others may look into. Raises RunError when it cannot."""
    fresh = file.with_name(f"{file.name}.new")
    try:
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        fresh.replace(file)
        sync_folder(file.parent)
    except OSError as error:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)
        raise RunError(f"{file}: cannot be written: {error.strerror}") from None


def shred(file: Path) -> None:
    """Overwrite and remove; what a file system keeps elsewhere (copies, flash) is beyond us.

    Raises RunError when it cannot.
    """
    try:
        if file.exists():
            with file.open("r+b") as out:
                out.write(b"\0" * file.stat().st_size)
                out.flush()
                os.fsync(out.fileno())
            file.unlink()
            sync_folder(file.parent)
    except OSError as error:
        raise RunError(f"{file}: cannot be overwritten: {error.strerror}") from None


def sync_folder(folder: Path) -> None:
    """Make names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _refuse_wide(path: Path, mode: int) -> None:
    found = path.lstat()
    mode_found = stat.S_IMODE(found.st_mode)
    if stat.S_ISLNK(found.st_mode):
        what, hint = "is a link", "what is private needs a place of its own"
    elif mode_found & 0o077:
        what = f"others may read it: mode {mode_found:04o}, wanted {mode:04o}"
        hint = f"chmod {mode:o} {path}"
    else:
        return
    raise ConfigurationError([Problem(str(path), what, hint)])
