"""Public keys of all parties in one file, read anew whenever it changes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from time import time_ns
from typing import Any

from rami.core.errors import ConfigurationError, Problem


@dataclass
class Party:
    """One owner on an installation. `keys` are public ones by id, with the instant (UTC ns) until
    which an outgoing one is still good, None for the present one."""

    name: str
    sites: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    enrolled: str = ""
    revoked: str = ""
    keys: dict[str, tuple[bytes, int | None]] = field(default_factory=dict)


class FileDirectory:
    """`Directory` of a file; a revocation written to it holds for the next message."""

    def __init__(self, file: Path, clock: Callable[[], int] = time_ns) -> None:
        self.file, self._clock, self._turn = file, clock, Lock()
        self._stamp: tuple[int, int, int] | None = None
        self._parties: dict[str, Party] = {}

    def parties(self) -> Mapping[str, Party]:
        """All of them, revoked ones too. Raises ConfigurationError."""
        with self._turn:
            stamp = _stamp(self.file)
            if stamp != self._stamp:
                self._parties, self._stamp = read(self.file), stamp
            return self._parties

    def keys(self, party: str) -> Mapping[str, bytes]:
        """As in Directory."""
        known = self.parties().get(party)
        if known is None or known.revoked:
            return {}
        now = self._clock()
        return {i: raw for i, (raw, until) in known.keys.items() if until is None or until > now}

    def revoked(self, party: str) -> bool:
        """As in Directory."""
        known = self.parties().get(party)
        return known is not None and bool(known.revoked)


def read(file: Path) -> dict[str, Party]:
    """What the file holds; nothing where there is none. Raises ConfigurationError."""
    try:
        plain = json.loads(file.read_text(encoding="utf-8"))
        return {name: _party(name, one) for name, one in plain["parties"].items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigurationError([Problem(str(file), f"does not read: {error}")]) from error


def text_of(parties: Mapping[str, Party]) -> bytes:
    """The file's content; nothing secret is in it."""
    plain = {
        name: {
            "sites": list(p.sites),
            "roles": list(p.roles),
            "enrolled": p.enrolled,
            "revoked": p.revoked,
            "keys": {
                i: {"public": raw.hex(), "until": until} for i, (raw, until) in p.keys.items()
            },
        }
        for name, p in sorted(parties.items())
    }
    return (json.dumps({"version": 1, "parties": plain}, indent=1) + "\n").encode()


def _party(name: str, plain: Any) -> Party:
    keys = {i: (bytes.fromhex(k["public"]), k["until"]) for i, k in plain["keys"].items()}
    sites, roles = tuple(plain["sites"]), tuple(plain["roles"])
    return Party(name, sites, roles, plain["enrolled"], plain["revoked"], keys)


def _stamp(file: Path) -> tuple[int, int, int] | None:
    try:
        found = file.stat()
    except FileNotFoundError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
