"""`rami data import`: rows of a file into the historian."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rami.core.errors import ConfigurationError, DataError, Problem
from services.assemble.historian import open_store, read_file
from services.cli.output import named, note, print_json, print_table
from services.cli.site import opened
from services.progress import reported

if TYPE_CHECKING:
    from rami.core.historian import Store
    from rami.core.signal import Rows, Signal

#: rows of one write
_BATCH = 500_000


def import_file(
    site_file: Path | None,
    file: Path,
    *,
    form: str | None,
    zone: str | None,
    store: Path | None,
    json: bool,
) -> None:
    """Nothing is written unless the whole file reads; the same file again adds nothing."""
    site = opened(site_file)
    options = _form(form, zone)
    if not file.is_file():
        raise DataError([Problem(str(file), "no such file")])
    with reported() as report:
        report(f"read {file.name}", 0.0)
        left: list[str] = []
        signals, rows = read_file(file, options, left)
        report(f"read {file.name}", 1.0)
        with closing(open_store(site, folder=store)) as history:
            history.declare(_as_known(history, signals))
            counts: Counter[str] = Counter()
            for first in range(0, len(rows), _BATCH):
                report("write", first / len(rows))
                counts += _written(history, rows, slice(first, first + _BATCH))
            report("write", 1.0)
    if left:
        note(f"left out, without a unit that is known: {named(left)}")
    figures: dict[str, Any] = {
        "file": str(file),
        "signals": len(signals),
        "rows": len(rows),
        **{k: counts[k] for k in ("new", "duplicates", "corrections", "late")},
        "refused": {k: n for k, n in counts.items() if k not in _COUNTED},
    }
    if json:
        print_json(figures)
        return
    shown = {**figures, "refused": sum(figures["refused"].values())}
    print_table(("figure", "value"), list(shown.items()))
    for why, count in figures["refused"].items():
        note(f"refused: {count} rows {why}")


_COUNTED = ("new", "duplicates", "corrections", "late")


def _written(history: Store, rows: Rows, part: slice) -> Counter[str]:
    import numpy as np

    written = history.write(rows.where(np.arange(len(rows))[part]))
    return Counter(
        {
            "new": written.new,
            "duplicates": written.duplicates,
            "corrections": written.corrections,
            "late": written.late,
            **written.refused,
        }
    )


def _as_known(history: Store, signals: tuple[Signal, ...]) -> list[Signal]:
    """Whether a column counts up is a guess; what the historian was told first holds."""
    known = {s.name: s for s in history.signals()}
    return [
        replace(s, cumulative=known[s.name].cumulative)
        if s.name in known and known[s.name].quantity == s.quantity
        else s
        for s in signals
    ]


def _form(text: str | None, zone: str | None) -> dict[str, Any]:
    import yaml

    try:
        given = yaml.safe_load(text) if text else {}
    except yaml.YAMLError as error:
        given = " ".join(str(error).split())
    if not isinstance(given, Mapping) or "file" in given:
        example = "--form \"{zone: Europe/Berlin, decimal: ','}\""
        raise ConfigurationError(
            [Problem("--form", "wanted options of a file of the source csv", f"e.g. {example}")]
        )
    return {**given, **({"zone": zone} if zone else {})}
