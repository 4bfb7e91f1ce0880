"""What happens to services, with who is to blame; details stay with the owner."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from rami.core.errors import RunError


@dataclass(frozen=True)
class ServiceEvent:
    """`what` in a word (a `Trouble`, or `well` again), since when it lasts; `detail` may hold
    data of the owner and is empty in what anybody else is told."""

    at_ns: int
    owner: str
    service: str
    what: str
    since_ns: int
    text: str
    detail: str = ""


class Journal:
    """Counts by (owner, service, what); owners' own lines on disk; `told` gets no details."""

    def __init__(
        self,
        home: Callable[[str], Path] | None = None,
        told: Callable[[ServiceEvent], None] | None = None,
    ) -> None:
        self.counts: Counter[tuple[str, str, str]] = Counter()
        self._home, self._told = home, told
        self._waiting: dict[str, list[ServiceEvent]] = {}

    def count(self, owner: str, service: str, what: str, times: int = 1) -> None:
        """One more."""
        self.counts[owner, service, what] += times

    def tell(self, event: ServiceEvent, to: str = "") -> None:
        """To everybody without its detail, to its owner (or to `to`) with it."""
        self._waiting.setdefault(to or event.owner, []).append(event)
        if self._told is not None:
            self._told(replace(event, detail=""))

    def flush(self) -> None:
        """To disk. Raises RunError."""
        waiting, self._waiting = self._waiting, {}
        if self._home is None:
            return
        for owner, events in waiting.items():
            file = self._home(owner) / "services.jsonl"
            lines = "".join(json.dumps(asdict(event)) + "\n" for event in events)
            try:
                with file.open("a", encoding="utf-8") as opened:
                    opened.write(lines)
            except OSError as error:
                raise RunError(f"{file} cannot be written: {error.strerror}") from error
