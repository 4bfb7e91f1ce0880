"""Recorded rows for replays: files by the readers of data, runs by the site's historian."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from services.assemble.historian import open_store, read_file

if TYPE_CHECKING:
    from rami.core.signal import Rows, Signal
    from twins.site.site import Site


@dataclass(frozen=True)
class SiteRecordings:
    """`rami.integration.recording.Recordings` of one site."""

    site: Site

    def of_file(self, path: Path, form: Mapping[str, Any]) -> tuple[tuple[Signal, ...], Rows]:
        """Every series of a CSV or Parquet file. DataError, ConfigurationError."""
        return read_file(path, dict(form))

    def of_history(
        self, run: str, names: Sequence[str], start_ns: int, end_ns: int
    ) -> tuple[tuple[Signal, ...], Rows]:
        """Rows of a run of a study, or with "" of the site itself; what runs share counts too."""
        prefixes = [f"study.{run}/", f"study.{run.partition('.')[0]}/"] if run else [""]
        with closing(open_store(self.site, read_only=True)) as store:
            kept = {s.name: s for s in store.signals()}
            found = {}
            for name in names:
                full = next((p + name for p in prefixes if p + name in kept), None)
                if full is not None:
                    found[full] = name
            rows = store.rows(list(found), start_ns, end_ns)
        signals = tuple(replace(kept[full], name=name) for full, name in found.items())
        return signals, replace(rows, names=tuple(found[full] for full in rows.names))
