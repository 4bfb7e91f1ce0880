"""The embedded historian beside raw DuckDB, and a live loop with and without it.

Rows are generated. `python -m benchmarks.historian --full` takes the whole year of 60,000 meters
and a real loop of 1 s, 10 minutes with and 10 minutes without the historian, in turns of 15 s;
`--only live --short` is that loop at 0.1 s in under 5 minutes. Both end with a verdict.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

import numpy as np

from benchmarks import historian_live
from benchmarks.jitter import Comparison, compare
from benchmarks.row import Row, below

#: meters and months: the curve
CURVE = ((5_000, 2), (20_000, 1), (60_000, 1))
FULL = ((5_000, 12), (20_000, 12), (60_000, 12))
QUICK = ((5_000, 1),)


def _in_own_process(which: str, meters: int, months: int) -> dict[str, float]:
    folder = Path(mkdtemp(prefix="historian-"))
    try:
        command = [sys.executable, "-m", "benchmarks.historian_fleet", which]
        ran = subprocess.run(
            [*command, str(meters), str(months), str(folder / "store")],
            check=True,
            capture_output=True,
            text=True,
        )
        figures: dict[str, float] = json.loads(ran.stdout)
        return figures
    finally:
        rmtree(folder)


def _beside(name: str, ours: float, raw: float, unit: str, goal: float | None = None) -> Row:
    """A row whose goal bounds our value."""
    peer = "raw DuckDB file, 2 threads"
    met = None if goal is None else ours <= goal
    return Row(name, ours, unit, peer, raw, ours / raw, goal, met)


def _fleet(meters: int, months: int) -> Iterator[Row]:
    ours = _in_own_process("ours", meters, months)
    raw = _in_own_process("raw", meters, months)
    if not np.isclose(ours["total"], raw["total"], rtol=1e-12):
        raise RuntimeError(f"sums differ: {ours['total']} and {raw['total']}")
    what = f"{meters:,} meters, {months} mo:"

    def per_million(figures: dict[str, float], *keys: str) -> float:
        return sum(figures[k] for k in keys) / figures["rows"] * 1e6

    yield _beside(
        f"{what} ingest, 1 M generated rows",
        per_million(ours, "writing"),
        per_million(raw, "writing"),
        "s",
        0.5,
    )
    yield _beside(
        f"{what} ingest + compaction, 1 M rows",
        per_million(ours, "writing", "finishing"),
        per_million(raw, "writing", "finishing"),
        "s",
        0.5,
    )
    yield _beside(
        f"{what} the same, processor time",
        per_million(ours, "processor"),
        per_million(raw, "processor"),
        "s",
    )
    per_row = ours["bytes"] / ours["rows"], raw["bytes"] / raw["rows"]
    yield _beside(f"{what} on disk per row", *per_row, "B", 3.0)
    yield _beside(f"{what} one meter, all its rows", ours["year"], raw["year"], "s", 0.2)
    first = ours["first_year"], raw["first_year"]
    yield _beside(f"{what} the first meter asked for", *first, "s")
    yield _beside(f"{what} fleet sum per hour of a month", ours["month"], raw["month"], "s", 1.0)
    memory = ours["memory"] / 1e9, raw["memory"] / 1e9
    yield _beside(f"{what} memory", *memory, "GB", 4.0)
    yield _beside(f"{what} longest write (a day)", ours["longest"], raw["longest"], "s")


@dataclass(frozen=True)
class Live:
    """A loop: length of a step, steps of a block, turns of one block with and one without."""

    step_s: float
    steps: int
    turns: int


#: at 50 times real speed, at 10 times (280 s), at real speed (20 minutes)
QUICK_LIVE = Live(0.02, 25, 4)
FAST_LIVE = Live(0.02, 30, 20)
SHORT_LIVE = Live(0.1, 20, 70)
REAL_LIVE = Live(1.0, 15, 40)
#: the lateness that counts as unchanged, and the noise that lets nothing be said
FACTOR, NOISE = 1.1, 1.5


def _live(loop: Live) -> Iterator[Row]:
    taken = historian_live.measure(loop.step_s, loop.steps, loop.turns)
    what = f"loop of {historian_live.SIGNALS:,} signals at {loop.step_s:g} s:"
    peer = "without a historian"
    for column, figure in enumerate(("a step begins late by", "a step takes")):
        for q in (50, 99):
            a = float(np.percentile(taken.kept[:, :, column], q)) * 1e3
            b = float(np.percentile(taken.bare[:, :, column], q)) * 1e3
            yield Row(f"{what} {figure}, p{q}", a, "ms", peer, b, a / b)
    late = compare(taken.kept[:, :, 0], taken.bare[:, :, 0], 99)
    goal = FACTOR * late.noise
    met = late.unchanged(FACTOR, NOISE)
    yield Row(f"{what} late p99, ratio", late.ratio, "", goal=goal, met=met)
    yield Row(f"{what} late p99, ratio that noise alone reaches", late.noise, "")
    yield Row(f"{what} late p99, more by at most (95 %)", late.bound_s * 1e3, "ms")
    yield Row(f"{what} chance of so many later blocks", late.chance, "")
    missed = [float(np.mean(t.sum(axis=2) > loop.step_s)) for t in (taken.kept, taken.bare)]
    yield Row(f"{what} share of steps not done in time", missed[0], "", "without", missed[1])
    yield below(f"{what} rows dropped", taken.pressure.dropped, "", 0)
    yield Row(f"{what} longest wait for the disk", taken.pressure.longest_wait_s, "s")
    _say(loop, late, met)


def _say(loop: Live, late: Comparison, met: bool | None) -> None:
    words = {True: "unchanged", False: "CHANGED", None: "too much noise to say"}
    sys.stderr.write(
        f"jitter at {loop.step_s:g} s: {words[met]}; late p99 {late.ours_s * 1e3:.3g} ms with, "
        f"{late.theirs_s * 1e3:.3g} ms without the historian; ratio {late.ratio:.2f}, noise "
        f"alone {late.noise:.2f}; 95 % sure: at most {late.bound:.2f} times, "
        f"{late.bound_s * 1e3:+.2g} ms or {late.bound_s / loop.step_s:+.1e} of a step; later in "
        f"{late.later} of {late.turns} blocks (chance {late.chance:.2f})\n"
    )


def rows(quick: bool = False) -> Iterator[Row]:
    """The curve of fleets, then the loop at fifty times real speed."""
    for meters, months in QUICK if quick else CURVE:
        yield from _fleet(meters, months)
    yield from _live(QUICK_LIVE if quick else FAST_LIVE)


def main() -> None:
    from benchmarks.__main__ import show

    parser = argparse.ArgumentParser(prog="python -m benchmarks.historian", description=__doc__)
    parser.add_argument("--full", action="store_true", help="a year, and 20 minutes of a loop")
    parser.add_argument("--short", action="store_true", help="under 5 minutes of a loop")
    parser.add_argument("--only", choices=("fleet", "live"))
    parser.add_argument("--meters", type=int, help="of the curve, this point alone")
    options = parser.parse_args()
    if options.only != "live":
        for meters, months in FULL if options.full else CURVE:
            if options.meters not in (None, meters):
                continue
            for row in _fleet(meters, months):
                show(row)
    if options.only != "fleet":
        loop = REAL_LIVE if options.full else SHORT_LIVE if options.short else FAST_LIVE
        for row in _live(loop):
            show(row)


if __name__ == "__main__":
    main()
