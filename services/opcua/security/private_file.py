"""Files that only their owner may read, replaced in one go."""

from __future__ import annotations

import os
from pathlib import Path

from rami.core.errors import ConfigurationError, Problem


def write_private(file: Path, content: bytes, mode: int = 0o600) -> None:
    """Durable on return; whoever reads meanwhile sees the old or the new content, whole."""
    fresh = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        try:
            os.write(handle, content)
            os.fsync(handle)
        finally:
            os.close(handle)
        fresh.replace(file)
    except OSError as error:
        what = f"cannot be written: {error.strerror}"
        raise ConfigurationError([Problem(str(file), what)]) from None
