"""A site file's text, and why some files have none."""

from __future__ import annotations

from pathlib import Path

from rami.core.errors import Problem
from twins.site.node import Mark

#: no site file comes near it; a larger one is something else
LARGEST_FILE = 2_000_000


class Unreadable(Exception):
    """The text is no YAML mapping of sane size; carries the one problem."""

    def __init__(self, what: str, hint: str = "", mark: Mark | None = None) -> None:
        self.what, self.hint, self.mark = what, hint, mark
        super().__init__(what)

    def problem(self, file: str) -> Problem:
        """With its place in a file."""
        return Problem(f"{file}:{self.mark}" if self.mark else file, self.what, self.hint)


def read_text(file: Path) -> str:
    """The file's text. Raises Unreadable."""
    try:
        if file.is_dir():
            raise Unreadable("is a directory; wanted a site file", f"try {file / 'site.yaml'}")
        if file.stat().st_size > LARGEST_FILE:
            raise Unreadable(f"is larger than {LARGEST_FILE // 1_000_000} MB; wanted a site file")
        raw = file.read_bytes()
    except OSError as error:
        raise Unreadable(f"cannot be read: {error.strerror or error}") from None
    except ValueError as error:  # a NUL in the file's name
        raise Unreadable(f"cannot be read: {error}") from None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        mark = Mark(raw.count(b"\n", 0, error.start) + 1, 1)
        raise Unreadable("is not UTF-8 text", "save it as UTF-8", mark) from None
