"""How long the stages of a service took: told beside the results, never in them."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

#: name of the file in a utility's folder, one row for each run of a service
FILE = "timings.jsonl"


def note_seconds(folder: Path, service: str, day: str, seconds: Mapping[str, float]) -> None:
    """Add a row; nothing fails for want of it."""
    row = {"service": service, "day": day, "seconds": {k: round(v, 4) for k, v in seconds.items()}}
    text = (json.dumps(row, sort_keys=True) + "\n").encode()
    try:
        handle = os.open(folder / FILE, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(handle, text)
        finally:
            os.close(handle)
    except OSError:
        return


def read_seconds(folder: Path) -> list[dict[str, object]]:
    """All rows."""
    file = folder / FILE
    if not file.exists():
        return []
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
