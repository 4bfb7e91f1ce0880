"""Figures of what the store holds."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from adapters.stores.duckdb.block import by_month, month_name
from adapters.stores.duckdb.contents import Contents
from rami.core.historian import StoreStats


def _on_disk(folder: Path) -> int:
    """Bytes of all files; a writer beside us may remove some while we look."""
    found = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with suppress(FileNotFoundError):
                found += Path(place, name).stat().st_size
    return found


def statistics(contents: Contents) -> StoreStats:
    """Of every file in the folder, and the rows in them."""
    parts = [p for p in contents.manifest.parts if p.kind == "main"]
    blocks = contents.recent.blocks
    counts: dict[int, int] = {}
    for part in parts:
        counts[part.month] = counts.get(part.month, 0) + part.rows
    for block in blocks:
        for month, chosen in by_month(block.times):
            counts[month] = counts.get(month, 0) + len(block.times[chosen])
    firsts = [p.first_ns for p in parts] + [int(b.times.min()) for b in blocks]
    lasts = [p.last_ns for p in parts] + [int(b.times.max()) for b in blocks]
    others = [p.rows for p in contents.manifest.parts if p.kind != "main"]
    replaced = sum(others) + sum(len(c.block) for c in contents.recent.corrections)
    details = {
        "parts": str(len(contents.manifest.parts)),
        "rows in the log": str(contents.recent.waiting),
        "replaced by corrections": str(replaced),
    }
    if contents.torn:
        details["cut off at opening"] = f"{contents.torn} bytes that no write had returned from"
    return StoreStats(
        kind="duckdb",
        place=str(contents.folder),
        signals=len(contents.dictionary),
        rows=sum(counts.values()),
        bytes=_on_disk(contents.folder),
        first_ns=min(firsts, default=None),
        last_ns=max(lasts, default=None),
        months={month_name(m): counts[m] for m in sorted(counts)},
        details=details,
    )
