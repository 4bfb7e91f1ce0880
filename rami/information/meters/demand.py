"""Demand of groups for the planning of one's own network: faults judged, gaps completed.

Single customers' values exist in memory alone, a batch of customers at a time; what leaves are
releases like any other: of k customers or more, in the register, in the access log, once. What
was told of an interval stays, whatever comes late.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from rami.core.errors import ConfigurationError, Problem
from rami.core.historian import Store
from rami.core.quality import Qualities, Reason
from rami.core.timegrid import TimeGrid, iso
from rami.information.fleet.estimate import completed
from rami.information.fleet.growth import DRAWN, ESTIMATED, MEASURED, growth
from rami.information.fleet.judge import judge
from rami.information.fleet.rows import FleetRows, FleetRules
from rami.information.meters.aggregate import Table, denied, formed, tabled
from rami.information.meters.blocks import Block
from rami.information.meters.dataset import Dataset
from rami.information.meters.disclosure import BlockSums
from rami.information.meters.keys import KeyRing
from rami.information.meters.releases import Refused, Released

#: customers in memory at once; a group is never parted
BATCH = 8000
_TOLD = (Reason.RANGE, Reason.STUCK, Reason.RESET, Reason.INCONSISTENT)


@dataclass(frozen=True)
class Asked:
    """Who asks for what: `by` are groupings of the dataset, told one after the other; `history_ns`
    before the grid is what registers are judged by."""

    recipient: str
    register: str
    by: tuple[str, ...]
    grid: TimeGrid
    rules: FleetRules = field(default_factory=FleetRules)
    history_ns: int = 7 * 86_400_000_000_000


@dataclass
class FleetFigures:
    """Counts over all customers: `cells` (customers x intervals) that were `measured`, `drawn`
    over gaps, `estimated`; `marked` rows by reason; `seconds` of each stage (no result)."""

    customers: int = 0
    rows: int = 0
    cells: int = 0
    measured: int = 0
    drawn: int = 0
    estimated: int = 0
    marked: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    def share(self, count: int) -> float:
        """Of all cells."""
        return count / self.cells if self.cells else 0.0


@dataclass(frozen=True)
class Demand:
    """A table for each grouping asked for; `shares` (measured, drawn, estimated; intervals) of
    each block's customers, by number - 1; `sections` of each group of the first grouping, by
    the labels of its blocks."""

    tables: dict[str, Table]
    blocks: Sequence[Block]
    groups: dict[str, NDArray[np.int64]]
    shares: NDArray[np.float64]
    figures: FleetFigures

    def coverage(self, by: str) -> dict[str, tuple[float, float, float]]:
        """By group: shares of its customers' intervals that were measured, drawn, estimated."""
        names, of_block = self.tables[by].groups, self.groups[by]
        sizes = np.array([b.size for b in self.blocks], float)
        found = {}
        for g, name in enumerate(names):
            mine = of_block == g
            parts = self.shares[:, mine].sum(axis=1) / max(float(sizes[mine].sum()), 1.0)
            found[name] = (float(parts[0]), float(parts[1]), float(parts[2]))
        return found


def demand(
    dataset: Dataset,
    store: Store,
    asked: Asked,
    report: Callable[[str, float], None] = lambda _name, _share: None,
) -> Demand:
    """Growth of a register by group, released to a recipient.

    Raises Refused (logged) for what the recipient may not have, ConfigurationError for a register
    that does not count up, RunError when log or register cannot be written.
    """
    if not dataset.settings.registers[asked.register].cumulative:
        what = f"meters.{dataset.name}.registers.{asked.register}"
        raise ConfigurationError([Problem(what, "wanted a register that counts up")])
    with dataset.locked():
        for by in asked.by:
            why = denied(dataset, asked.recipient, by, asked.register, asked.grid)
            if why:
                raise dataset.refuse("demand", why, **_said(asked, by))
        return _demand(dataset, store, asked, report)


def _demand(
    dataset: Dataset, store: Store, asked: Asked, report: Callable[[str, float], None]
) -> Demand:
    ring, figures = dataset.ring(), FleetFigures()
    begun = perf_counter()
    blocks, members = formed(dataset)
    figures.seconds["blocks"] = perf_counter() - begun
    sums, shares = _sums(dataset, store, ring, blocks, members, asked, figures, report)
    begun = perf_counter()
    tables: dict[str, Table] = {}
    groups: dict[str, NDArray[np.int64]] = {}
    leaving: list[Released] = []
    for by in asked.by:
        try:
            table, release = tabled(dataset, sums, blocks, by, asked.register, asked.grid, leaving)
        except Refused as error:
            raise dataset.refuse("demand", str(error), **_said(asked, by)) from None
        tables[by], groups[by] = table, release.group
        leaving.append(release)
    purpose = dataset.settings.recipients[asked.recipient].purpose
    for by, release in zip(asked.by, leaving, strict=True):
        number = dataset.releases.add(release, dataset.settings.dominance)
        told = tables[by].published
        dataset.tell(
            "demand", "released", purpose=purpose, release=number, rows=int(told.sum()),
            held_back=int((~told).sum()), customers=int(tables[by].customers.sum(axis=0).max()),
            **_said(asked, by),
        )  # fmt: skip
    figures.seconds["release"] = perf_counter() - begun
    return Demand(tables, blocks, groups, shares, figures)


def _said(asked: Asked, by: str) -> dict[str, object]:
    grid = asked.grid
    return {
        "recipient": asked.recipient, "by": by, "register": asked.register,
        "start": iso(grid.start_ns), "end": iso(grid.end_ns), "step_s": grid.step_s,
    }  # fmt: skip


def _sums(
    dataset: Dataset,
    store: Store,
    ring: KeyRing,
    blocks: Sequence[Block],
    members: dict[int, list[str]],
    asked: Asked,
    figures: FleetFigures,
    report: Callable[[str, float], None],
) -> tuple[BlockSums, NDArray[np.float64]]:
    grid, shape = asked.grid, (len(blocks), asked.grid.count)
    present = np.zeros(shape, np.bool_)
    total, absolute, largest = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    shares = np.zeros((3, len(blocks)))
    column = list(dataset.settings.registers).index(asked.register)
    seconds = dict.fromkeys(("read", "quality", "sum"), 0.0)
    done = 0
    for batch, starts in _batches(blocks, members):
        clock = perf_counter()
        everyone = [one for number in batch for one in members[number]]
        names = [registers[column] for registers in dataset.names(ring, everyone)]
        span = (grid.start_ns - asked.history_ns, grid.end_ns + 1)
        rows = FleetRows.of(store.rows(names, *span))
        seconds["read"] += -clock + (clock := perf_counter())
        judged = judge(rows, asked.rules)
        found = completed(growth(rows, judged, grid, asked.rules), starts)
        seconds["quality"] += -clock + (clock := perf_counter())
        _count(figures, rows, judged.marks, found.grade)
        edges = np.cumsum([0, *(len(members[n]) for n in batch)])[:-1]
        at = np.array(batch) - 1
        sizes = np.array([len(members[n]) == blocks[n - 1].size for n in batch])
        since = np.array([blocks[n - 1].since_ns for n in batch])
        whole = np.add.reduceat((found.grade == 0).astype(np.int64), edges, axis=0) == 0
        present[at] = whole & sizes[:, None] & (grid.times() >= since[:, None])
        values = np.nan_to_num(found.energy)
        total[at] = absolute[at] = np.add.reduceat(values, edges, axis=0)
        largest[at] = np.maximum.reduceat(values, edges, axis=0)
        for row, grade in enumerate((MEASURED, DRAWN, ESTIMATED)):
            of_customer = (found.grade == grade).mean(axis=1)
            shares[row, at] = np.add.reduceat(of_customer, edges)
        seconds["sum"] += perf_counter() - clock
        done += len(batch)
        report("meters", done / len(blocks))
    figures.seconds |= seconds
    sizes = np.array([b.size for b in blocks], np.int64)
    return BlockSums(sizes, present, total, absolute, largest), shares


def _count(
    figures: FleetFigures, rows: FleetRows, marks: Qualities, grade: NDArray[np.uint8]
) -> None:
    figures.customers += rows.count
    figures.rows += len(rows.times)
    figures.cells += grade.size
    figures.measured += int((grade == MEASURED).sum())
    figures.drawn += int((grade == DRAWN).sum())
    figures.estimated += int((grade == ESTIMATED).sum())
    for reason in _TOLD:
        count = int(np.count_nonzero(marks & np.uint32(reason)))
        name = str(reason.name).lower()
        figures.marked[name] = figures.marked.get(name, 0) + count


def _batches(
    blocks: Sequence[Block], members: dict[int, list[str]]
) -> Iterator[tuple[list[int], NDArray[np.int64]]]:
    """Blocks of whole groups (alike in all labels), and where each group's customers begin."""
    order = sorted(members, key=lambda n: (blocks[n - 1].labels, n))
    batch: list[int] = []
    starts: list[int] = []
    count, label = 0, None
    for number in order:
        labels = blocks[number - 1].labels
        if labels != label:
            if count >= BATCH:
                yield batch, np.array(starts, np.int64)
                batch, starts, count = [], [], 0
            starts.append(count)
            label = labels
        batch.append(number)
        count += len(members[number])
    if batch:
        yield batch, np.array(starts, np.int64)


__all__ = ["Asked", "Demand", "FleetFigures", "demand"]
