"""Sums of groups of customers: the only thing about customers that leaves."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import numpy as np

from rami.core.errors import ConfigurationError, Problem, RunError
from rami.core.historian import Aggregation, Store
from rami.core.quality import is_bad
from rami.core.timegrid import TimeGrid, iso
from rami.core.units import unit_of
from rami.core.wording import did_you_mean
from rami.information.meters.blocks import MIXED, Block, form_blocks
from rami.information.meters.dataset import Dataset
from rami.information.meters.disclosure import (
    NOWHERE,
    BlockSums,
    Flags,
    Floats,
    Limits,
    Places,
    publishable,
)
from rami.information.meters.keys import KeyRing
from rami.information.meters.private_file import write_whole
from rami.information.meters.releases import Refused, Released
from rami.information.meters.settings import ALL, MeterRegister

#: signals read at once
_BATCH = 2000
#: cells that fit into some GB of memory: two months of 60,000 customers by the hour
_MOST = 20_000_000


@dataclass(frozen=True)
class Table:
    """Shape (groups, intervals); `published` cells hold, the others stay untold."""

    register: str
    quantity: str
    grid: TimeGrid
    groups: tuple[str, ...]
    published: Flags
    sums: Floats
    customers: Places

    def csv(self) -> bytes:
        """A row per interval and group; cells held back are empty. Means are per customer."""
        unit = unit_of(self.quantity)
        column = f"{self.register}_{unit.replace('/', '_per_')}"
        out = StringIO()
        rows = csv.writer(out, lineterminator="\n")
        rows.writerow(["time_utc", "group", "customers", f"{column}_sum", f"{column}_mean"])
        for t, at in enumerate(self.grid.times()):
            for g, name in enumerate(self.groups):
                cells: tuple[object, ...] = ("", "", "")
                if self.published[g, t]:
                    total, count = float(self.sums[g, t]), int(self.customers[g, t])
                    cells = (count, f"{total:.12g}", f"{total / count:.12g}")
                rows.writerow([iso(int(at)), name, *cells])
        return out.getvalue().encode()


def aggregate(
    dataset: Dataset,
    store: Store,
    recipient: str,
    by: str,
    register: str,
    grid: TimeGrid,
    out: Path,
    report: Callable[[str, float], None] = lambda _name, _share: None,
) -> Table:
    """Release a table of one register to a recipient, as CSV.

    The release is kept in the register and in the log before the file appears. Raises Refused
    (logged) for what the recipient may not have or what would tell of single customers, and
    RunError when log or register cannot be written.
    """
    asked = {"recipient": recipient, "by": by, "register": register, "start": iso(grid.start_ns),
             "end": iso(grid.end_ns), "step_s": grid.step_s}  # fmt: skip
    with dataset.locked():
        why = denied(dataset, recipient, by, register, grid)
        if why:
            raise dataset.refuse("aggregate", why, **asked)
        purpose = dataset.settings.recipients[recipient].purpose
        try:
            table, release = prepare(dataset, store, by, register, grid, report)
        except Refused as error:
            raise dataset.refuse("aggregate", str(error), purpose=purpose, **asked) from None
        if not table.published.any():
            why = f"no group of {dataset.settings.k} customers or more could be told"
            raise dataset.refuse("aggregate", why, purpose=purpose, **asked)
        content = table.csv()
        number = dataset.releases.add(release, dataset.settings.dominance)
        dataset.tell(
            "aggregate", "released", purpose=purpose, release=number,
            rows=int(table.published.sum()), held_back=int((~table.published).sum()),
            customers=int(table.customers.sum(axis=0).max()),
            sha256=hashlib.sha256(content).hexdigest(), **asked,
        )  # fmt: skip
        deliver(out, content)
    return table


def denied(dataset: Dataset, recipient: str, by: str, register: str, grid: TimeGrid) -> str:
    """Why a recipient may not have it, "" when it may. Raises ConfigurationError for names that
    nobody declared."""
    settings = dataset.settings
    names = (
        ("recipient", recipient, tuple(settings.recipients)),
        ("grouping", by, (*settings.groups, ALL)),
        ("register", register, tuple(settings.registers)),
    )
    problems = [
        Problem(f"meters.{dataset.name}", f"no {what} {name!r}", did_you_mean(name, there))
        for what, name, there in names
        if name not in there
    ]
    if problems:
        raise ConfigurationError(problems)
    rule = settings.recipients[recipient]
    if rule.by and by not in rule.by:
        return f"{recipient} may have {', '.join(rule.by)}, not {by}"
    if rule.registers and register not in rule.registers:
        return f"{recipient} may have {', '.join(rule.registers)}, not {register}"
    if grid.step_s < rule.step:
        return f"{recipient} may have steps of {rule.step / 60:g} min, not {grid.step_s / 60:g} min"
    return ""


def prepare(
    dataset: Dataset,
    store: Store,
    by: str,
    register: str,
    grid: TimeGrid,
    report: Callable[[str, float], None] = lambda _name, _share: None,
) -> tuple[Table, Released]:
    """The table as it may be told, and what the register must keep of it. Raises Refused."""
    ring = dataset.ring()
    blocks, members = formed(dataset)
    if max(len(blocks), 1) * grid.count > _MOST:
        what = f"{grid.count} intervals of {len(blocks)} blocks of customers are too many at once"
        raise ConfigurationError([Problem("", what, "ask for a shorter time: --start, --end")])
    sums = _sums(dataset, store, ring, members, blocks, register, grid, report)
    return tabled(dataset, sums, blocks, by, register, grid)


def formed(dataset: Dataset) -> tuple[list[Block], dict[int, list[str]]]:
    """All blocks, those of new customers included, and the identities in each."""
    dataset.check_register()
    roster, blocks = dataset.roster(), dataset.releases.blocks()
    fresh = form_blocks(roster, blocks, dataset.settings.k, dataset.releases.floor())
    if fresh:
        blocks += fresh
        # the roster last: blocks that nobody is in do no harm, customers in unknown ones would
        dataset.releases.keep_blocks(blocks)
        dataset.keep(roster)
    return blocks, roster.members()


def tabled(
    dataset: Dataset,
    sums: BlockSums,
    blocks: Sequence[Block],
    by: str,
    register: str,
    grid: TimeGrid,
    besides: Sequence[Released] = (),
) -> tuple[Table, Released]:
    """A table of block sums as it may be told after all that was; `besides` are tables that are
    about to leave. Sums that were told before stay as they were. Raises Refused."""
    settings = dataset.settings
    released = [*dataset.releases.releases(register, grid), *besides]
    earlier = [one.settle(sums, grid) for one in reversed(released)]
    names, group = _groups(dataset, blocks, by)
    limits = Limits(settings.k, settings.dominance)
    published = publishable(sums, group, len(names), earlier, limits)
    inside = sums.present & (group != NOWHERE)[:, None]
    totals, counts = np.zeros(published.shape), np.zeros(published.shape, np.int64)
    for g in range(len(names)):
        mine = np.flatnonzero(group == g)
        totals[g] = np.where(inside[mine], sums.total[mine], 0.0).sum(axis=0)
        counts[g] = np.where(inside[mine], sums.sizes[mine, None], 0).sum(axis=0)
    totals[~published], counts[~published] = np.nan, 0
    kind = settings.registers[register]
    table = Table(register, kind.quantity, grid, names, published, totals, counts)
    return table, Released(register, grid, group, published, sums.of(inside))


def how(register: MeterRegister) -> Aggregation:
    """What an interval's value is."""
    if register.cumulative:
        return Aggregation.DIFFERENCE
    extensive = register.quantity in ("energy", "volume", "volume_temperature")
    return Aggregation.SUM if extensive else Aggregation.MEAN


def deliver(out: Path, content: bytes) -> None:
    """The file appears whole, readable for its owner only. Raises RunError."""
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunError(f"{out.parent}: cannot be made: {error.strerror}") from None
    write_whole(out, content)


def _groups(dataset: Dataset, blocks: Sequence[Block], by: str) -> tuple[tuple[str, ...], Places]:
    """Names of groups that have a block, and each block's group."""
    if by == ALL:
        return (ALL,), np.zeros(len(blocks), np.int64)
    at = dataset.settings.groups.index(by)
    names = tuple(sorted({b.labels[at] for b in blocks} - {MIXED}))
    place = {name: i for i, name in enumerate(names)}
    return names, np.array([place.get(b.labels[at], NOWHERE) for b in blocks], np.int64)


def _sums(
    dataset: Dataset,
    store: Store,
    ring: KeyRing,
    members: dict[int, list[str]],
    blocks: Sequence[Block],
    register: str,
    grid: TimeGrid,
    report: Callable[[str, float], None],
) -> BlockSums:
    """Block sums, read in batches of whole blocks."""
    shape = (len(blocks), grid.count)
    present = np.zeros(shape, np.bool_)
    total, absolute, largest = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    column = list(dataset.settings.registers).index(register)
    measure = how(dataset.settings.registers[register])
    for batch in _batches(members):
        everyone = [one for number in batch for one in members[number]]
        names = [registers[column] for registers in dataset.names(ring, everyone)]
        frame = store.read(names, grid, measure)
        values = np.where(is_bad(frame.quality), np.nan, frame.values)
        edges = np.cumsum([0, *(len(members[number]) for number in batch)])[:-1]
        rows = np.array(batch) - 1
        whole = np.add.reduceat(~np.isfinite(values), edges, axis=1).T == 0
        # a customer erased from the roster by hand must not leave a smaller block in use
        sizes = np.array([len(members[n]) == blocks[n - 1].size for n in batch])
        since = np.array([blocks[n - 1].since_ns for n in batch])
        present[rows] = whole & sizes[:, None] & (grid.times() >= since[:, None])
        values = np.nan_to_num(values)
        total[rows] = np.add.reduceat(values, edges, axis=1).T
        absolute[rows] = np.add.reduceat(np.abs(values), edges, axis=1).T
        largest[rows] = np.maximum.reduceat(np.abs(values), edges, axis=1).T
        report("aggregate", batch[-1] / len(blocks))
    sizes = np.array([b.size for b in blocks], np.int64)
    return BlockSums(sizes, present, total, absolute, largest)


def _batches(members: dict[int, list[str]]) -> list[list[int]]:
    batches: list[list[int]] = []
    held = _BATCH
    for number, customers in members.items():
        if held >= _BATCH:
            batches.append([])
            held = 0
        batches[-1].append(number)
        held += len(customers)
    return batches
