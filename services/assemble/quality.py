"""What the quality of signals is judged on: a site's historian, its data, or one file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rami.core.errors import DataError, Problem
from rami.core.frame import Values
from rami.core.signal import STAGE, Rows, Signal
from rami.core.timegrid import TimeGrid, instant
from rami.core.wording import did_you_mean
from rami.information.meters.settings import SINGLE
from rami.information.quality.column import Column
from rami.information.quality.meter_relations import meter_relations, only_meter
from rami.information.quality.relation import Relation
from rami.information.quality.rule import Rule
from rami.information.quality.rules import effective_rules, matches
from rami.information.quality.settings import CrossChecks
from rami.information.quality.site_relations import site_relations
from rami.information.quality.subject import Subject, of_series, subjects
from rami.information.series import AIR_TEMPERATURE, WET_BULB, Series, required_series
from services.assemble.historian import open_store, read_file

if TYPE_CHECKING:
    from rami.core.historian import Store
    from rami.information.source import DataSource
    from twins.site.site import Site

_SITE_FILES = (".yaml", ".yml")
#: rows that are judged in one go: some 4 GB with all that is made of them
ROWS_AT_ONCE = 30_000_000


@dataclass(frozen=True)
class Judged:
    """Rows of signals with the rules and relations they are judged by.

    `models` are the model values that fill gaps; `left` the columns of a file that have neither
    a unit nor numbers throughout.
    """

    title: str
    rows: Rows
    rules: tuple[Rule, ...]
    relations: tuple[Relation, ...]
    sources: Mapping[str, str]
    provenance: Mapping[str, str]
    saqc: Path | None = None
    site: Site | None = None
    models: Mapping[str, Column] = field(default_factory=dict)
    left: tuple[str, ...] = ()

    @property
    def store_kind(self) -> str | None:
        """Kind of the historian that cleaned signals may be written to; None without one."""
        declared = self.site.declaration.historian if self.site else None
        return declared.kind if declared else None


@dataclass(frozen=True)
class Wanted:
    """Which signals (shell patterns, none: all) over which span (UTC ns, end exclusive)."""

    patterns: tuple[str, ...] = ()
    start_ns: int | None = None
    end_ns: int | None = None
    zone: str | None = None

    def names(self, there: Sequence[str], where: str) -> list[str]:
        """The raw signals wanted; DataError where a pattern fits none."""
        raw = [name for name in there if STAGE not in name]
        problems = [
            Problem(where, f"no signal fits {p!r}", did_you_mean(p, raw[:200]))
            for p in self.patterns
            if not any(matches(p, name) for name in raw)
        ]
        if problems:
            raise DataError(problems)
        chosen = self.patterns or ("*",)
        return [name for name in raw if any(matches(p, name) for p in chosen)]

    def span(self, first_ns: int, last_ns: int) -> tuple[int, int]:
        """What is wanted of what there is."""
        start = first_ns if self.start_ns is None else self.start_ns
        return start, last_ns if self.end_ns is None else self.end_ns


def is_site(path: Path | None) -> bool:
    """Whether a command's argument is a site file (or left out)."""
    return path is None or path.suffix.lower() in _SITE_FILES


def judged_file(path: Path, wanted: Wanted) -> Judged:
    """A data file by the default rules; exported ones, CSV and Parquet as people have them.

    Raises DataError with every cell that is no number.
    """
    left: list[str] = []
    form = {"zone": wanted.zone} if wanted.zone else {}
    signals, rows = read_file(path, form, left, unknown=True)
    known = [_subject(signal, {}) for signal in signals]
    rows = _chosen(rows, wanted, str(path))
    rules, _ = effective_rules(known, None)
    growth = {name: _growth(part.values) for name, part in rows.series()}
    relations = only_meter(known, growth, CrossChecks())
    sources = dict.fromkeys(rows.names, path.name)
    digest = sha256(path.read_bytes()).hexdigest()
    provenance = {"data": path.name, "data_sha256": digest, "rules": "defaults by quantity"}
    return Judged(
        path.name, rows, tuple(rules), tuple(relations), sources, provenance, left=tuple(left)
    )


def judged_site(site: Site, wanted: Wanted) -> Judged:
    """A site's historian, or without one its data over the clock's span, by the site's rules.

    Raises DataError, and UnreachableError where the historian cannot be opened.
    """
    settings = site.declaration.quality
    known = {one.name: one for one in site_subjects(site)}
    models: dict[str, Column] = {}
    if site.declaration.historian is not None:
        store = open_store(site, read_only=True)
        try:
            signals, rows = _stored(store, wanted, str(site.file))
            subjects_ = [_subject(signal, known) for signal in signals]
            rules = effective_rules(subjects_, settings)[0]
            models = _models(store, rules, rows)
        finally:
            store.close()
        said = f"historian ({site.declaration.historian.kind})"
        sources = dict.fromkeys(rows.names, said)
    else:
        rows, sources, said = _data(site, wanted)
        known |= {n: of_series(Series(n, "power")) for n in rows.names if n not in known}
        rules = effective_rules([known[n] for n in rows.names], settings)[0]
    checks = settings.cross_checks if settings else CrossChecks()
    relations = [*site_relations(site.topology, checks), *meter_relations(rows.names, checks)]
    provenance = {
        "data": said,
        "rules": "section quality" if settings else "defaults by quantity and range",
        "site_hash": site.hash,
    }
    saqc = site.folder / settings.saqc if settings and settings.saqc else None
    return Judged(
        f"site {site.name}",
        rows,
        tuple(rules),
        tuple(relations),
        sources,
        provenance,
        saqc,
        site,
        models,
    )


def site_subjects(site: Site) -> list[Subject]:
    """Points and external series of a site."""
    needed = required_series(site.topology, site.business.series())
    return subjects(site.topology, tuple(needed.values()))


def site_rules(site: Site) -> list[Rule]:
    """The rule of every signal that the site file names."""
    return effective_rules(site_subjects(site), site.declaration.quality)[0]


def checked(site: Site, source: DataSource) -> DataSource:
    """The source behind the checks of the site's section `quality`; as it is without one."""
    if site.declaration.quality is None:
        return source
    from rami.information.quality.checked_source import CheckedSource
    from services.assemble.engines import engines

    rules = site_rules(site)
    return CheckedSource(source, rules, engines(rules))


def _stored(store: Store, wanted: Wanted, where: str) -> tuple[list[Signal], Rows]:
    # reports go to others: nothing in them of single customers
    there = {s.name: s for s in store.signals() if not s.name.startswith(SINGLE)}
    names = wanted.names(sorted(there), where)
    stats = store.stats()
    if stats.first_ns is None or stats.last_ns is None or not names:
        raise DataError([Problem(where, "the historian holds no rows")])
    start, end = wanted.span(stats.first_ns, stats.last_ns + 1)
    share = min((end - start) / (stats.last_ns + 1 - stats.first_ns), 1.0)
    expected = stats.rows * share * len(names) / max(len(there), 1)
    if expected > ROWS_AT_ONCE:
        what = f"about {expected / 1e6:.0f} million rows are too many to be judged at once"
        hint = "choose some with --signals, --from and --to"
        raise DataError([Problem(where, what, hint)])
    rows = store.rows(names, start, end)
    return [there[name] for name in names], rows


def _models(store: Store, rules: Sequence[Rule], rows: Rows) -> dict[str, Column]:
    names = {f"{r.signal.name}{STAGE}model": r.signal.name for r in rules if r.fill == "model"}
    there = [signal.name for signal in store.signals(f"*{STAGE}model") if signal.name in names]
    if not there or not len(rows):
        return {}
    found = store.rows(there, int(rows.times.min()), int(rows.times.max()) + 1)
    return {
        names[name]: Column.of(part.times, part.values, part.status)
        for name, part in found.series()
    }


def _data(site: Site, wanted: Wanted) -> tuple[Rows, dict[str, str], str]:
    """External series: all rows of CSV files as they stand, else what the source reads."""
    from adapters.sources.csv.configuration import CsvConfiguration
    from adapters.sources.csv.rows import file_rows

    if isinstance(site.data, CsvConfiguration):
        parts = [(f.file, file_rows(f, site.folder)[1]) for f in site.data.files]
        _check_once(parts, wanted, str(site.file))
        sources = {name: str(file) for file, part in parts for name in part.names}
        rows = joined_rows([part for _, part in parts])
        return _chosen(rows, wanted, str(site.file)), sources, "files of the section data"
    from services.assemble.external import open_data

    needed = required_series(site.topology, site.business.series())
    names = wanted.names(list(needed), str(site.file))
    begin = instant(site.clock.start)
    start, end = wanted.span(begin, begin + round(site.clock.duration * 1e9))
    step = round(site.strategy.step * 1e9)
    grid = TimeGrid(start, step, max((end - start) // step, 0))
    frame = open_data(site).read(names, grid)
    return Rows.of_frame(frame), dict(frame.sources), "section data of the site"


def _check_once(parts: Sequence[tuple[Path, Rows]], wanted: Wanted, where: str) -> None:
    """DataError for series that several files give, as where a study reads them."""
    holding: dict[str, list[str]] = {}
    for file, rows in parts:
        for name in rows.names:
            holding.setdefault(name, []).append(str(file))
    problems = [
        Problem(
            where,
            f"series {name!r} is in several files: {', '.join(holding[name])}",
            "leave its column out of all but one, or give it another title there",
        )
        for name in wanted.names(list(holding), where)
        if len(holding[name]) > 1
    ]
    if problems:
        raise DataError(problems)


def joined_rows(parts: Sequence[Rows]) -> Rows:
    """Rows of several tables as one."""
    names = tuple(dict.fromkeys(name for part in parts for name in part.names))
    place = {name: i for i, name in enumerate(names)}
    return Rows(
        names,
        np.concatenate([np.array([place[n] for n in p.names], np.int32)[p.places] for p in parts]),
        np.concatenate([p.times for p in parts]),
        np.concatenate([p.values for p in parts]),
        np.concatenate([p.status for p in parts]),
    )


def _chosen(rows: Rows, wanted: Wanted, where: str) -> Rows:
    """The signals and the span that are wanted; DataError when nothing is left."""
    names = set(wanted.names(rows.names, where))
    keep = np.array([name in names for name in rows.names], bool)[rows.places]
    if wanted.start_ns is not None:
        keep &= rows.times >= wanted.start_ns
    if wanted.end_ns is not None:
        keep &= rows.times < wanted.end_ns
    if not keep.any():
        raise DataError([Problem(where, "no rows in the span asked for")])
    return rows.where(keep)


def _growth(values: Values) -> float:
    known = values[np.isfinite(values)]
    return float(np.ptp(known)) if len(known) else 0.0


def _subject(signal: Signal, known: Mapping[str, Subject]) -> Subject:
    if signal.name in known:
        return replace(known[signal.name], cumulative=signal.cumulative)
    outdoors = signal.name.rpartition(".")[2] in (AIR_TEMPERATURE, WET_BULB, "wet_bulb")
    counts = signal.cumulative or signal.quantity == "volume_temperature"
    return Subject(signal.name, signal.quantity, counts, outdoors=outdoors)
