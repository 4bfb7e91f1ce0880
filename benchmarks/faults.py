"""Seeded faults: how many of them the default rules find, and how often they cry wolf.

usage: python -m benchmarks.faults [--json]

Each kind is put into a copy of each real series to which its check applies by default (the rule
that follows from the quantity, loads at least 0; nothing is tuned per file), 20 faults a copy,
three seeds. Clock and stale are no defaults: zone Europe/Berlin and a limit of three periods are
declared.

A fault is found when at least half of its rows carry the reason of its kind. An alarm is an
unbroken run of rows with that reason; it is right when it touches a fault (one row of slack),
else false; what a check says about the series as it is counts as false, too.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from zlib import crc32

import numpy as np

from benchmarks.fault_seeds import KINDS, ZONE, Fault, Kind, Seeding
from benchmarks.fault_series import SHARED, Known, every
from benchmarks.fill_error import HOURS, fill_errors
from benchmarks.row import Row
from rami.core.quality import Reason
from rami.core.timegrid import NS
from rami.information.quality.chain import Chain
from rami.information.quality.column import Column
from rami.information.quality.rule import Rule
from rami.information.quality.stages import chain_of

FAULTS, SEEDS = 20, (1, 2, 3)
GOAL = 0.9
_ASKED = ("gap", "spike", "stuck", "counter reset")


@dataclass(frozen=True)
class Outcome:
    """Found of `faults`; right of `alarms`."""

    kind: str
    series: str
    size: str
    faults: int
    found: int
    alarms: int
    right: int

    @property
    def recall(self) -> float:
        return self.found / self.faults if self.faults else float("nan")

    @property
    def precision(self) -> float:
        return self.right / self.alarms if self.alarms else float("nan")


def chain_for(rule: Rule, column: Column, kind: Kind) -> Chain:
    """The default chain of a signal; with what has no default where a kind needs it."""
    stale = 3 * column.period_ns / NS
    return chain_of(
        replace(rule, stale_s=stale, zone=ZONE if kind.reason is Reason.CLOCK else None)
    )


def alarms(raw: Column, reason: Reason) -> list[tuple[int, int]]:
    """First and last instant of each run of rows with a reason."""
    marked = (raw.status & np.uint32(reason)) != 0
    edges = np.flatnonzero(np.diff(marked, prepend=False, append=False))
    return [
        (int(raw.times[a]), int(raw.times[b - 1]))
        for a, b in zip(edges[::2], edges[1::2], strict=True)
    ]


def _judged(raw: Column, faults: list[Fault], period: int) -> Iterator[tuple[Fault, bool]]:
    for fault in faults:
        a, b = np.searchsorted(raw.times, (fault.first, fault.last + 1))
        rows = (raw.status[a:b] & np.uint32(fault.reason)) != 0
        if fault.reason is Reason.DUPLICATE:  # one of two rows is enough
            rows = np.repeat(rows, 2)[: b - a] if rows.any() else rows
        yield fault, bool(len(rows)) and 2 * int(rows.sum()) >= len(rows)


def _one(
    known: Known, column: Column, rule: Rule, kind: Kind, sizes: tuple[float, ...]
) -> list[Outcome]:
    per_size: dict[str, list[bool]] = {}
    raised = right = 0
    for seed in SEEDS:
        rng = np.random.default_rng([seed, crc32(f"{known.label} {kind.name}".encode())])
        spoilt, faults = kind.seed(
            Seeding(column, rule, sizes, kind.reason, kind.unit, rng, FAULTS)
        )
        raw = chain_for(rule, column, kind).validate(spoilt)
        for fault, found in _judged(raw, faults, column.period_ns):
            per_size.setdefault(fault.size, []).append(found)
        slack = column.period_ns
        spans = [(f.first - slack, f.last + slack) for f in faults]
        for first, last in alarms(raw, kind.reason):
            raised += 1
            right += any(first <= b and a <= last for a, b in spans)
        if kind.reason is Reason.CLOCK:
            break  # nothing is drawn
    parts = [
        Outcome(kind.name, known.label, size, len(hits), sum(hits), 0, 0)
        for size, hits in per_size.items()
    ]
    whole = Outcome(
        kind.name,
        known.label,
        "all",
        sum(p.faults for p in parts),
        sum(p.found for p in parts),
        raised,
        right,
    )
    return [whole, *parts]


def outcomes() -> list[Outcome]:
    """Every kind in every series that has its check: whole, then per size; small sizes apart."""
    out = []
    for known, column, rule in every():
        for kind in KINDS:
            if kind.fits(rule):
                out += _one(known, column, rule, kind, kind.sizes)
                if kind.small:
                    out += _one(known, column, rule, kind, kind.small)[1:]
    return out


def summed(parts: Iterable[Outcome], kind: str) -> Outcome:
    """All series together."""
    chosen = [p for p in parts if p.kind == kind and p.size == "all"]
    return Outcome(
        kind,
        f"{len(chosen)} series",
        "all",
        *(sum(getattr(p, f) for p in chosen) for f in ("faults", "found", "alarms", "right")),
    )


def untouched() -> Iterator[tuple[str, dict[str, int]]]:
    """Alarms of the default chains on the series as they are."""
    for known, column, rule in every():
        raw = chain_of(rule).validate(column)
        said = {r.name.lower(): len(alarms(raw, r)) for r in Reason if r and r.name}
        yield known.label, {name: count for name, count in said.items() if count}


def rows(quick: bool = False) -> Iterator[Row]:
    """Recall and precision of the kinds that have a goal."""
    if not SHARED.is_dir():
        return
    parts = outcomes()
    for kind in _ASKED:
        whole = summed(parts, kind)
        for what, value in (("recall", whole.recall), ("precision", whole.precision)):
            yield Row(f"seeded faults, {kind}: {what}", value, "", goal=GOAL, met=value >= GOAL)


def main() -> int:
    """Print the tables; 0 when the goals are met."""
    if not SHARED.is_dir():
        print(f"{SHARED} is absent: there are no series to put faults into", file=sys.stderr)
        return 2
    parts = outcomes()
    errors = list(fill_errors())
    if "--json" in sys.argv[1:]:  # for machines, instead of the tables
        print(
            json.dumps(
                {"faults": [vars(p) for p in parts], "fill": [vars(e) for e in errors]}, indent=1
            )
        )
        return _ending(parts)
    print(f"{'kind':<14} {'series':<26} {'faults':>6} {'recall':>6} {'alarms':>6} {'precision':>9}")
    for kind in KINDS:
        for p in [
            *(q for q in parts if q.kind == kind.name and q.size == "all"),
            summed(parts, kind.name),
        ]:
            share = f"{p.recall:>6.2f} {p.alarms:>6} {p.precision:>9.2f}"
            print(f"{p.kind:<14} {p.series:<26} {p.faults:>6} {share}")
    print("\nrecall by size, all series")
    for kind in KINDS:
        sizes = dict.fromkeys(p.size for p in parts if p.kind == kind.name and p.size != "all")
        said = []
        for size in sizes:
            of_size = [p for p in parts if p.kind == kind.name and p.size == size]
            said.append(
                f"{size}: {sum(p.found for p in of_size) / sum(p.faults for p in of_size):.2f}"
            )
        print(f"{kind.name:<14} {', '.join(said)}")
    print("\nalarms on the series as they are")
    for label, said_of in untouched():
        print(f"{label:<26} {', '.join(f'{n} {c}' for n, c in said_of.items()) or 'none'}")
    print("\nfill error: nMAE, % (see benchmarks/fill_error.py)")
    print(f"{'series':<26} {'method':<14}" + "".join(f"{h:>7} h" for h in HOURS))
    for error in errors:
        shown = "".join(f"{100 * value:>9.1f}" for value in error.nmae)
        print(f"{error.series:<26} {error.method:<14}{shown}")
    return _ending(parts)


def _ending(parts: list[Outcome]) -> int:
    wholes = [summed(parts, kind) for kind in _ASKED]
    return 0 if all(w.recall >= GOAL and w.precision >= GOAL for w in wholes) else 1


if __name__ == "__main__":
    sys.exit(main())
