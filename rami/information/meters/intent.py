"""Intents: what a change that must not be left half done is about to do, kept until it is done."""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from typing import Any

from rami.information.meters.private_file import read_private, shred, write_private


class Intent:
    """The one pending change of a dataset, in a file beside the keys."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def pending(self) -> dict[str, Any] | None:
        """What was begun and not finished."""
        if not self.file.exists():
            return None
        content: dict[str, Any] = json.loads(read_private(self.file))
        return content

    def begin(self, action: str, **content: Any) -> dict[str, Any]:
        """Keep it durably before the first step."""
        begun = {"action": action, "nonce": secrets.token_hex(8), **content}
        self.note(begun)
        return begun

    def note(self, content: dict[str, Any]) -> None:
        """Keep how far it has come."""
        write_private(self.file, json.dumps(content).encode())

    def done(self) -> None:
        """It is finished; what it named is overwritten."""
        shred(self.file)
