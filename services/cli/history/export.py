"""`rami data export`: rows as they are, or values on a grid."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from rami.core.errors import ConfigurationError, DataError, Problem
from rami.core.timegrid import TimeGrid, iso
from services.assemble.historian import Format, long_file, open_store, wide_file
from services.cli.history.wanted import floored, grid_of, signals_of, span_of
from services.cli.output import note, print_json
from services.cli.site import opened
from services.progress import Report, reported

if TYPE_CHECKING:
    from rami.core.frame import Frame
    from rami.core.historian import Aggregation, Store
    from rami.core.signal import Signal

#: rows that are read at once, about
_AT_ONCE = 2_000_000
#: intervals of a grid on which rows are looked for
_COARSE = 4096


def export(
    file: Path | None,
    out: Path,
    *,
    signals: str,
    first: str | None,
    after: str | None,
    step: str | None,
    how: str | None,
    kind: Format | None,
    store: Path | None,
    json: bool,
) -> None:
    """Without `step` every row that holds (long), with it one row per interval (wide)."""
    site = opened(file)
    span = span_of(first, after)
    kind = kind or _kind(out)
    _check(out, step, how)
    with closing(open_store(site, read_only=True, folder=store)) as history, reported() as report:
        chosen = signals_of(history, signals)
        whole = _whole(history, span, step)
        if step is None:
            count = _rows(history, chosen, whole, out, kind, report)
        else:
            whole = _held(history, chosen, whole, span, step)
            grid = grid_of(step, whole, len(chosen))
            wide_file(out, kind, _frame(history, chosen, grid, how, report))
            count = grid.count
    figures = {
        "file": str(out),
        "signals": len(chosen),
        "rows": count,
        "from": iso(whole[0]),
        "to": iso(whole[1]),
    }
    if json:
        print_json(figures)
    else:
        note(f"{out}: {count} rows of {len(chosen)} signals, {iso(whole[0])} to {iso(whole[1])}")


def _rows(
    history: Store,
    chosen: Sequence[Signal],
    span: tuple[int, int],
    out: Path,
    kind: Format,
    report: Report,
) -> int:
    """Signals in groups, so that no more than a part of the rows is held at once."""
    per_signal = max(history.stats().rows // max(len(history.signals()), 1), 1)
    width = max(_AT_ONCE // per_signal, 1)
    with long_file(out, kind, chosen) as taken:
        for start in range(0, len(chosen), width):
            report("export", start / len(chosen))
            names = [s.name for s in chosen[start : start + width]]
            taken.add(history.rows(names, *span))
        count = taken.count
    report("export", 1.0)
    return count


def _frame(
    history: Store, chosen: Sequence[Signal], grid: TimeGrid, how: str | None, report: Report
) -> Frame:
    """All signals side by side, each by its own aggregation unless one is given."""
    from rami.core.historian import Aggregation

    report("export", 0.0)
    ways: dict[Aggregation, list[str]] = {}
    for signal in chosen:
        own = Aggregation.DIFFERENCE if signal.cumulative else Aggregation.MEAN
        ways.setdefault(Aggregation(how) if how else own, []).append(signal.name)
    frames = [history.read(names, grid, way) for way, names in ways.items()]
    report("export", 1.0)
    return frames[0].joined(frames[1:]).select([s.name for s in chosen])


def _whole(
    history: Store, span: tuple[int | None, int | None], step: str | None
) -> tuple[int, int]:
    """The span asked for; where it is left open, that of the store."""
    stats = history.stats()
    if stats.first_ns is None or stats.last_ns is None:
        raise DataError(f"{stats.place}: there are no rows to export")
    first = span[0] if span[0] is not None else stats.first_ns
    if span[0] is None and step is not None:
        first = floored(first, step)
    after = span[1] if span[1] is not None else stats.last_ns + 1
    if first >= after:
        held = f"{iso(stats.first_ns)} to {iso(stats.last_ns)}"
        raise DataError(f"{stats.place}: nothing in the span asked for; it holds {held}")
    return first, after


def _held(
    history: Store,
    chosen: Sequence[Signal],
    whole: tuple[int, int],
    asked: tuple[int | None, int | None],
    step: str,
) -> tuple[int, int]:
    """The span from the first step with values of these signals to the last, where left open."""
    names = [s.name for s in chosen]
    step_ns = grid_of(step, (0, 1)).step_ns
    first, after = (
        None if end is not None else _edge(history, names, whole, step_ns, place)
        for end, place in zip(asked, (0, -1), strict=True)
    )
    return first[0] if first else whole[0], after[1] if after else whole[1]


def _edge(
    history: Store, names: Sequence[str], span: tuple[int, int], step_ns: int, place: int
) -> tuple[int, int] | None:
    """The first (`place` 0) or last (-1) step with values. Coarse steps come before fine ones, so
    that no long grid is made for a few rows."""
    from rami.core.historian import Aggregation

    while True:
        steps = -(-(span[1] - span[0]) // step_ns)
        wide_ns = -(-steps // _COARSE) * step_ns
        grid = TimeGrid(span[0], wide_ns, -(-steps * step_ns // wide_ns))
        counted = history.aggregate(names, grid, Aggregation.COUNT, Aggregation.COUNT)["signals"]
        there = [k for k, count in enumerate(counted.tolist()) if count > 0]
        if not there:
            return None
        start = grid.start_ns + there[place] * wide_ns
        span = start, start + wide_ns
        if wide_ns == step_ns:
            return span


def _kind(out: Path) -> Format:
    kinds: dict[str, Format] = {".csv": "csv", ".parquet": "parquet", ".json": "json"}
    if out.suffix not in kinds:
        raise ConfigurationError(
            [Problem("--out", f"{out.name!r} tells no format", "end it in .csv, .parquet or .json")]
        )
    return kinds[out.suffix]


def _check(out: Path, step: str | None, how: str | None) -> None:
    problems = []
    if how is not None and step is None:
        problems.append(Problem("--how", "rows as they are have no aggregation", "give --step too"))
    if not out.parent.is_dir():
        problems.append(Problem("--out", f"no folder {str(out.parent)!r}", "make it first"))
    elif out.is_dir():
        problems.append(Problem("--out", f"{str(out)!r} is a folder", "name a file"))
    elif out.exists() and not out.is_file():
        problems.append(Problem("--out", f"{str(out)!r} is a device or a pipe", "name a file"))
    if problems:
        raise ConfigurationError(problems)
