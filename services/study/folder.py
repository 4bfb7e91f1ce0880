"""The folder that results go to, made and tried before any work is done."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryFile

from rami.core.errors import ConfigurationError, Problem


def make_folder(out: Path) -> None:
    """Make `out` where it is missing; ConfigurationError when nothing can be written there."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=out):
            pass
    except OSError as error:
        raise ConfigurationError(
            [
                Problem(
                    "--out",
                    f"nothing can be written to {str(out)!r}: {error.strerror or error}",
                    "name a folder, new or writable",
                )
            ]
        ) from None
