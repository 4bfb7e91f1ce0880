"""Files that are there whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from rami.core.errors import RunError


@contextmanager
def whole_file(path: Path) -> Iterator[IO[bytes]]:
    """A binary file to write, which takes the name `path` when the block ends without an error.

    Until then it stands beside its target under a temporary name; after an error that file is
    removed and what `path` held before is kept. Raises RunError naming file and reason where the
    system refuses.
    """
    # the process in the name: two studies that write into one folder do not mix their bytes
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        try:
            with beside.open("wb") as file:
                yield file
            beside.replace(path)
        except BaseException:
            _remove(beside)
            raise
    except OSError as error:
        raise RunError(
            f"{path}: cannot be written: {error.strerror or error}; "
            "hint: wanted a folder that may be written to, with room left"
        ) from error


def write_whole(path: Path, text: str) -> None:
    """A text as UTF-8, whole or not at all. Raises RunError as `whole_file` does."""
    with whole_file(path) as file:
        file.write(text.encode())


def _remove(file: Path) -> None:
    try:
        file.unlink(missing_ok=True)
    except OSError:
        return  # the error that led here is the one to be told
