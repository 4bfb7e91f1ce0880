"""What DuckDB and the file system raise, in words of our own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from errno import EDQUOT, EFBIG, ENOSPC
from pathlib import Path

import duckdb

from rami.core.errors import RunError

_FULL = (ENOSPC, EDQUOT, EFBIG)
_FULL_WORDS = ("No space left", "File too large", "quota exceeded", "out of disk space")


def full(folder: Path) -> RunError:
    """The disk has no room."""
    return RunError(
        f"{folder}: the disk is full; nothing of this call was kept, everything before it is; "
        "free space and call again"
    )


def damaged(file: Path, what: str) -> RunError:
    """A file of the store is not what the store wrote."""
    return RunError(f"{file}: damaged: {what}; restore the folder from a backup")


@contextmanager
def told(folder: Path) -> Iterator[None]:
    """Translate to RunError: a full disk, a damaged file, other trouble below."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise full(folder) from None
        if isinstance(error, FileNotFoundError):
            raise damaged(Path(str(error.filename)), "the file is missing") from None
        raise RunError(f"{folder}: {error.strerror or error}") from None
    except duckdb.Error as error:
        raise _told(folder, error) from None
    except RuntimeError as error:
        _stop(error)
        raise


@contextmanager
def exchanged(file: Path) -> Iterator[None]:
    """The same for a file of somebody else, which is no part of a store."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise RunError(f"{file}: the disk is full; nothing was written") from None
        raise RunError(f"{file}: {error.strerror or error}") from None
    except duckdb.Error as error:
        raise _told(file, error) from None
    except RuntimeError as error:
        _stop(error)
        raise


def _stop(error: RuntimeError) -> None:
    """Ctrl-C while a query runs is an error of DuckDB's own."""
    if str(error) == "Query interrupted":
        raise KeyboardInterrupt from None


def _told(folder: Path, error: duckdb.Error) -> RunError:
    line = str(error).strip().splitlines()[0]
    if any(word.lower() in str(error).lower() for word in _FULL_WORDS):
        return full(folder)
    if isinstance(error, duckdb.OutOfMemoryException):
        return RunError(f"{folder}: DuckDB ran out of its memory limit: {line}")
    return RunError(f"{folder}: DuckDB cannot read it: {line}")
