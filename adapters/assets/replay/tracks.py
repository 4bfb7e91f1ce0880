"""The recorded points of a twin, read from a file or a historian; what is missing is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from adapters.assets.replay.column_map import RecordedColumn, read_map
from adapters.assets.replay.track import Track
from rami.core.errors import ConfigurationError, Problem
from rami.core.points import Point
from rami.core.signal import Rows, Signal
from rami.core.timegrid import NS, instant, iso
from rami.core.wording import did_you_mean
from rami.integration.point_map import Conversion, unmapped

if TYPE_CHECKING:
    from adapters.assets.replay.configuration import ReplayConfiguration
    from rami.integration.recording import Recordings

#: quantity of numbers whose unit the file's reader leaves to the column map
_RAW = "?"
_EVER = (instant("1900-01-01T00:00Z"), instant("2199-01-01T00:00Z"))


def read_tracks(
    declared: ReplayConfiguration,
    folder: Path,
    twin: str,
    points: Sequence[Point],
    recordings: Recordings,
) -> dict[str, Track]:
    """A track per recorded point, within `start` and `end`.

    ConfigurationError naming every point without a column, and every column that is not there
    or measures something else; DataError for what is wrong in the file.
    """
    if declared.columns is not None:
        wanted = read_map(declared, folder, points).whole()
        found = _mapped(declared, folder, twin, wanted, recordings)
    else:
        found = _by_name(declared, folder, twin, points, recordings)
    gap_ns = None if declared.gap is None else round(declared.gap * NS)
    start, end = _span(declared)
    tracks = {}
    for name, (rows, to) in found.items():
        inside = (rows.times >= start) & (rows.times <= end)
        values = rows.values[inside] * to.factor + to.offset
        line = declared.between == "line"
        tracks[name] = Track(rows.times[inside], values, rows.status[inside], gap_ns, line)
    if not any(len(t.times) for t in tracks.values()):
        place = _place(declared)
        between = f"between {iso(start)} and {iso(end)}" if (start, end) != _EVER else "at all"
        raise ConfigurationError([Problem(place, f"no rows {between}", "check start and end")])
    return tracks


def _span(declared: ReplayConfiguration) -> tuple[int, int]:
    start, end = declared.start, declared.end
    return instant(start) if start else _EVER[0], instant(end) if end else _EVER[1]


def _place(declared: ReplayConfiguration) -> str:
    return str(declared.file) if declared.file else f"historian, run {declared.run!r}"


def _mapped(
    declared: ReplayConfiguration,
    folder: Path,
    twin: str,
    wanted: Sequence[RecordedColumn],
    recordings: Recordings,
) -> dict[str, tuple[Rows, Conversion]]:
    """Rows by point, and what makes them canonical."""
    if declared.file is None:
        names = [w.column for w in wanted]
        signals, rows = recordings.of_history(declared.run or "", names, *_span(declared))
        key = {w.point.name: w.column for w in wanted}
    else:
        asked = {w.point.name: {"column": w.column, "unit": _RAW} for w in wanted}
        form = {**declared.form, "columns": asked}
        signals, rows = recordings.of_file(folder / declared.file, form)
        key = {name: name for name in asked}
    series = dict(rows.series())
    offered = [s.name for s in signals]
    found, problems = {}, []
    for one in wanted:
        name = key[one.point.name]
        if name in series:
            found[one.point.name] = (series[name], one.to_canonical)
        elif not one.optional:
            what = f"{one.point.name}: {_place(declared)} has no rows of {one.column!r}"
            hint = did_you_mean(one.column, offered)
            if declared.file is not None:
                hint += "; write the title as it stands in the file"
            problems.append(Problem(one.where, what, hint))
    if problems:
        raise ConfigurationError(problems)
    return found


def _by_name(
    declared: ReplayConfiguration,
    folder: Path,
    twin: str,
    points: Sequence[Point],
    recordings: Recordings,
) -> dict[str, tuple[Rows, Conversion]]:
    """Rows of series that are called as the points are, with or without the twin's name."""
    place = _place(declared)
    names = {p.name: (f"{twin}.{p.name}", p.name) for p in points}
    if declared.file is None:
        asked = [n for some in names.values() for n in some]
        signals, rows = recordings.of_history(declared.run or "", asked, *_span(declared))
    else:
        signals, rows = recordings.of_file(folder / declared.file, declared.form)
    known: Mapping[str, Signal] = {s.name: s for s in signals}
    series = dict(rows.series())
    found, problems = {}, []
    for point in points:
        name = next((n for n in names[point.name] if n in series), None)
        if name is None:
            continue
        if known[name].quantity not in (point.quantity, "unknown"):
            what = f"{name} measures {known[name].quantity}, wanted {point.quantity}"
            problems.append(Problem(place, what, "map it with its unit under `columns`"))
        found[point.name] = (series[name], Conversion())
    missing, _ = unmapped(place, points, found, declared.optional, "the recording")
    problems += missing
    if problems:
        raise ConfigurationError(problems)
    return found


def span_ns(tracks: Mapping[str, Track]) -> tuple[int, int]:
    """First instant of a recording and the end of its last row's interval."""
    some = [t for t in tracks.values() if len(t.times)]
    first = min(int(t.times[0]) for t in some)
    last = max(int(t.times[-1]) + t.step_ns for t in some)
    return first, max(last, first + NS)
