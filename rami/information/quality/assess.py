"""Assess: every signal by its rule, and all of them against each other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from rami.core.errors import DataError, Problem
from rami.core.frame import Frame
from rami.core.quality import Qualities, Reason
from rami.core.signal import Rows
from rami.core.timegrid import NS, TimeGrid, iso
from rami.core.units import unit_of
from rami.information.quality.chain import Chain
from rami.information.quality.column import Column
from rami.information.quality.cross_check import CrossChecked, cross_check
from rami.information.quality.fill import Filling, fill
from rami.information.quality.gaps import Gap
from rami.information.quality.relation import Relation
from rami.information.quality.resample import Combining, Resampling, resample
from rami.information.quality.rule import Rule
from rami.information.quality.stages import chain_of

#: values that no sensor gave
_MADE = np.uint32(Reason.SIMULATED | Reason.SYNTHETIC)
#: rows of one signal, absent ones included
_ROWS = 30_000_000
#: longest gap that a line crosses where no similar day is known
_LINE_NS = 2 * 3600 * NS

#: what runs a rule's checks instead of ours: rows in, the same rows graded out
Engine = Callable[[Rule, Column], Column]
#: what looks at all signals besides: marks for the rows of those it knows
Besides = Callable[[Mapping[str, Column]], Mapping[str, Qualities]]


@dataclass(frozen=True)
class Assessed:
    """One signal: its rule, its rows (those absent added, values untouched) graded by all
    checks, and the same rows with gaps filled (of a register as if it had never been reset)."""

    rule: Rule
    rows: Column
    filled: Column
    source: str = ""

    @property
    def name(self) -> str:
        """Of the signal."""
        return self.rule.signal.name


@dataclass(frozen=True)
class Assessment:
    """All signals by name, and what the cross-checks found (None: nothing to compare)."""

    signals: Mapping[str, Assessed]
    cross: CrossChecked | None


def assess(
    rows: Rows,
    rules: Iterable[Rule],
    relations: Sequence[Relation] = (),
    *,
    span: tuple[int, int] | None = None,
    sources: Mapping[str, str] | None = None,
    engines: Mapping[str, Engine] | None = None,
    besides: Besides | None = None,
    models: Mapping[str, Column] | None = None,
) -> Assessment:
    """Check and fill every signal that has rows and a rule; raw values are never changed.

    `span` (UTC ns, end exclusive): rows are expected from its start to its end, else from each
    signal's first to its last. `engines` run the checks of rules that name them; `besides`
    adds marks of its own. `models` holds the model values that fill gaps where a rule says so.
    Raises DataError where rows are so far apart that those between cannot be counted.
    """
    by_name = {rule.signal.name: rule for rule in rules}
    graded: dict[str, Assessed] = {}
    for name, part in rows.series():
        rule = by_name.get(name)
        if rule is None:
            continue
        column = Column.of(part.times, part.values, part.status)
        if len(part) and (part.status & _MADE).all():
            rule = replace(rule, skip=rule.skip | {"stuck"})  # a model may stand still
        chain = chain_of(rule)
        engine = (engines or {}).get(rule.engine)
        if engine is not None:
            column = engine(rule, column)
            chain = replace(chain, checks=())
        if chain.gap is not None:
            _countable(name, column, chain.gap, span)
        column = _complete(chain.validate(column), chain, span)
        graded[name] = Assessed(rule, column, column, (sources or {}).get(name, ""))
    if besides is not None:
        more = besides({name: one.rows for name, one in graded.items()})
        for name, marks in more.items():
            graded[name] = replace(graded[name], rows=graded[name].rows.graded(marks))
    cross = _crossed(graded, relations)
    if cross is not None:
        graded = {name: _marked(one, *cross) for name, one in graded.items()}
    done = {
        name: replace(one, filled=_filled(one, (models or {}).get(name)))
        for name, one in graded.items()
    }
    return Assessment(done, cross[1] if cross else None)


def _countable(name: str, column: Column, gap: Gap, span: tuple[int, int] | None) -> None:
    """DataError where absent rows are too many to be added: stamps far away from all others."""
    period = gap.period_ns or column.period_ns
    if not len(column) or not period:
        return
    first, end = span or (int(column.times[0]), int(column.times[-1]))
    if (end - first) // period > _ROWS:
        what = (
            f"rows every {period / NS:g} s from {iso(first)} to {iso(end)} would be over "
            f"{_ROWS:,}; there are {len(column):,}"
        )
        raise DataError([Problem(name, what, "choose a span with --from and --to")])


def _complete(column: Column, chain: Chain, span: tuple[int, int] | None) -> Column:
    if span is None or chain.gap is None:
        return column
    return chain.gap.completed(column, *span)


def _filled(one: Assessed, model: Column | None) -> Column:
    """Model values are taken between the model's rows; without any, its gaps stay."""
    chain, rows = chain_of(one.rule), one.rows
    if chain.register is not None:  # a line over a reset would fall
        rows = Column.of(rows.times, chain.register.continuous(rows), rows.status)
    filling = chain.filling
    if filling is None or filling.method == "none" or not len(rows):
        return rows
    if filling.method != "model":
        done = fill(rows, filling)
        if filling.method == "similar_days":  # without a similar day nearby
            done = fill(done, Filling("linear", min(filling.limit_ns, _LINE_NS)))
        return done
    if model is None or not model.known.any():
        return rows
    known = model.known
    at = np.interp(rows.times, model.times[known], model.values[known])
    return fill(rows, filling, at)


def _crossed(
    graded: Mapping[str, Assessed], relations: Sequence[Relation]
) -> tuple[Frame, CrossChecked] | None:
    """All compared signals on the coarsest of their rasters, and the verdicts."""
    wanted = [r for r in relations if all(name in graded for name in r.needs)]
    names = tuple(dict.fromkeys(name for r in wanted for name in r.needs))
    columns = {name: graded[name].rows for name in names}
    periods = [c.period_ns for c in columns.values() if c.period_ns > 0]
    if not periods or len(periods) < len(columns):
        return None
    step = max(periods)
    first = max(int(c.times[0]) for c in columns.values())
    last = min(int(c.times[-1]) for c in columns.values())
    start = first - first % step if step % NS == 0 and 86400 * NS % step == 0 else first
    grid = TimeGrid(start, step, max((last - start) // step + 1, 0))
    if grid.count < 2:
        return None
    values = np.empty((grid.count, len(names)))
    grades = np.empty(values.shape, np.uint32)
    for j, name in enumerate(names):
        rule = graded[name].rule
        how = Combining.GROWTH if rule.cumulative else Combining.MEAN
        values[:, j], grades[:, j] = resample(columns[name], grid, Resampling(how, 0.5))
    units = tuple(unit_of(graded[n].rule.signal.quantity) for n in names)
    frame = Frame(grid, names, units, values, grades)
    return frame, cross_check(frame, wanted)


def _marked(one: Assessed, frame: Frame, crossed: CrossChecked) -> Assessed:
    """The rows with the marks of the intervals they fall into."""
    if one.name not in frame.names:
        return one
    marks = crossed.marks[:, frame.place(one.name)]
    place = (one.rows.times - frame.grid.start_ns) // frame.grid.step_ns
    inside = (place >= 0) & (place < frame.grid.count)
    given = np.where(inside, marks[np.clip(place, 0, frame.grid.count - 1)], np.uint32(0))
    return replace(one, rows=one.rows.graded(np.asarray(given, np.uint32)))


def counted(status: Qualities) -> dict[str, int]:
    """Rows per reason, those that occur, in the order of the bits."""
    return {
        reason.name.lower(): count
        for reason in Reason
        if reason.name and (count := int(np.count_nonzero(status & np.uint32(reason))))
    }
