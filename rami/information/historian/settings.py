"""Section `historian` of a site file; loads no database."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from rami.asset.component import Declared
from rami.core.quantity import Duration

if TYPE_CHECKING:
    from rami.core.historian import Store


class HistorianConfiguration(Declared):
    """Where rows are kept and how long; `kind` is an entry point of `rami.stores`."""

    kind: str
    retention: Duration | None = Field(None, le=3.2e9, description="raw rows; none: for ever")
    late: Duration | None = Field(
        None, le=3.2e9, description="how far behind its signal's newest a row may be; none: any"
    )
    queue: int = Field(1_000_000, ge=1, description="rows that may wait for the writer")
    when_full: Literal["drop_oldest", "drop_newest", "wait"] = Field(
        "drop_newest", description="what happens to rows when the queue is full"
    )
    own_process: bool = Field(
        True, description="in a live run: kept by a process of its own, beside the loop's"
    )

    def open(self, folder: Path, *, read_only: bool = False) -> Store:
        """The store; relative places start at `folder`. UnreachableError, DataError."""
        raise NotImplementedError
