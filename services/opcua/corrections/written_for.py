"""Whether the installed asyncua is the one that a correction was written for."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any


@dataclass(frozen=True)
class Correction:
    """A correction of asyncua: the hole it closes, and what it builds on.

    `parts` are parts of asyncua (`module:qualified.name`) with the digest of their source; where
    one of them reads otherwise, the correction may not fit any more. `security`: without it the
    server must not be trusted, so it does not start; else asyncua's plain path is taken.
    """

    hole: str
    security: bool
    parts: Mapping[str, str]

    def misfits(self) -> list[str]:
        """Parts of the installed asyncua that are not those it was written for."""
        return [part for part, wanted in self.parts.items() if digest(part) != wanted]


def digest(part: str) -> str:
    """Of a part's source text; empty where there is no such part, or no source."""
    module, _, name = part.partition(":")
    try:
        found: Any = import_module(f"asyncua.{module}")
        for step in name.split("."):
            found = getattr(found, step)
        source = inspect.getsource(inspect.unwrap(found))
    except (ImportError, AttributeError, OSError, TypeError):
        return ""
    lines = (line.rstrip() for line in source.splitlines())
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]
