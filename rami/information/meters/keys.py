"""Keys of a dataset: one for identities, and per epoch one for each recipient."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from rami.core.errors import ConfigurationError, Problem
from rami.information.meters.private_file import read_private, shred, write_private

#: bytes of a key
LENGTH = 32

Random = Callable[[int], bytes]


@dataclass
class KeyRing:
    """Keys in memory; never shown (`repr` tells names only).

    `identity` turns a meter's number into an identity at ingest. `epochs[n][recipient]` turns an
    identity into that recipient's pseudonym. A key that left the ring is gone: pseudonyms made
    with it link to nothing any more.
    """

    identity: bytes = field(repr=False)
    epochs: dict[int, dict[str, bytes]] = field(repr=False)
    current: int = 1

    @classmethod
    def fresh(cls, recipients: Iterable[str], random: Random = secrets.token_bytes) -> KeyRing:
        """New keys for all."""
        ring = cls(random(LENGTH), {1: {}})
        ring.complete(recipients, random)
        return ring

    def complete(self, recipients: Iterable[str], random: Random = secrets.token_bytes) -> bool:
        """Make the current epoch's keys that are missing; whether there were any."""
        keys = self.epochs[self.current]
        missing = [name for name in recipients if name not in keys]
        keys.update({name: random(LENGTH) for name in missing})
        return bool(missing)

    def next_epoch(self, random: Random = secrets.token_bytes) -> int:
        """Keys of the epoch after the current one, made once; its number."""
        number = self.current + 1
        if number not in self.epochs:
            self.epochs[number] = {name: random(LENGTH) for name in self.epochs[self.current]}
        return number

    def key(self, recipient: str, epoch: int | None = None) -> bytes:
        """Raises ConfigurationError when it is destroyed or was never made."""
        number = self.current if epoch is None else epoch
        try:
            return self.epochs[number][recipient]
        except KeyError:
            raise ConfigurationError(
                [Problem("", f"no key of {recipient} in epoch {number}", "rami meters keys")]
            ) from None


class KeyFile:
    """A key ring in a file of mode 0600, outside the historian."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def exists(self) -> bool:
        """Whether keys were made."""
        return self.file.exists()

    def read(self) -> KeyRing:
        """Raises ConfigurationError: missing, readable for others, or not a key file."""
        if not self.file.exists():
            raise ConfigurationError(
                [Problem(str(self.file), "no keys yet", "make them with `rami meters keys`")]
            )
        try:
            kept = json.loads(read_private(self.file))
            epochs = {
                int(number): {name: bytes.fromhex(key) for name, key in keys.items()}
                for number, keys in kept["epochs"].items()
            }
            return KeyRing(bytes.fromhex(kept["identity"]), epochs, int(kept["current"]))
        except (ValueError, KeyError, TypeError, AttributeError):
            # the content stays untold: it may hold keys
            raise ConfigurationError([Problem(str(self.file), "is not a key file")]) from None

    def write(self, ring: KeyRing) -> None:
        """Replace the file; keys that left the ring are overwritten on disk first."""
        content = {
            "identity": ring.identity.hex(),
            "current": ring.current,
            "epochs": {
                str(number): {name: key.hex() for name, key in keys.items()}
                for number, keys in ring.epochs.items()
            },
        }
        # a second name keeps the former content reachable, so that it can be overwritten
        former = self.file.with_name(f"{self.file.name}.old")
        former.unlink(missing_ok=True)
        if self.file.exists():
            former.hardlink_to(self.file)
        write_private(self.file, json.dumps(content, sort_keys=True).encode())
        shred(former)

    def finish(self) -> None:
        """Overwrite what a stopped `write` left behind."""
        former = self.file.with_name(f"{self.file.name}.old")
        if former.exists() and self.file.exists() and not former.samefile(self.file):
            shred(former)
        else:
            former.unlink(missing_ok=True)
